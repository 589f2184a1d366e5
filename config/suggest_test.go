package config

import "testing"

func TestSuggest(t *testing.T) {
	choices := []string{"folders", "exclude", "map", "max_size", "deletes"}
	for word, want := range map[string]string{
		"folder": "folders", "fodlers": "folders", "Folders": "folders", "exlcude": "exclude", "maxsize": "max_size",
		"delete": "deletes", "mpa": "map", "max_s": "max_size", "e": "", "password": "", "x": "", "": "",
	} {
		if got := Suggest(word, choices); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := Suggest("x", nil); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}
