package contact_test

import "testing"

// TestLanded: what is there of an unanswered write proves it only if the user of
// that side would not have written it himself (rule 6). Otherwise an edit of his that
// is older than the write would count as newer, and overwrite the other side's.
func TestLanded(t *testing.T) {
	m := merger()
	held := func(class string) bool { return class != "TEL|X-ABLABEL" && class != "TEL*3" }
	old := v3("UID:u", "FN:a", "TEL;TYPE=HOME:1")
	for _, c := range []struct {
		name         string
		sent, stored string
		carried      []string
		want         bool
	}{
		{"as sent", v3("UID:u", "FN:b", "TEL;TYPE=WORK:1"), v3("UID:u", "FN:b", "TEL;TYPE=WORK:1"), []string{"FN", "TEL:1|TYPE=home", "TEL:1|TYPE=work"}, true},
		{"a type alone, beside another name", v3("UID:u", "FN:b", "TEL;TYPE=HOME,WORK:1"), v3("UID:u", "FN:c", "TEL;TYPE=HOME,WORK:1"), []string{"FN", "TEL:1|TYPE=work"}, false},
		{"a category alone, beside another name", v3("UID:u", "FN:b", "TEL;TYPE=HOME:1", "CATEGORIES:Work"), v3("UID:u", "FN:c", "TEL;TYPE=HOME:1", "CATEGORIES:Work"), []string{"CATEGORIES:Work", "FN"}, false},
		{"a title alone, beside another name", v3("UID:u", "FN:b", "TEL;TYPE=HOME:1", "TITLE:t"), v3("UID:u", "FN:c", "TEL;TYPE=HOME:1", "TITLE:t"), []string{"FN", "TITLE"}, false},
		{"a number, and the name edited since", v3("UID:u", "FN:b", "TEL;TYPE=HOME:1", "TEL:5"), v3("UID:u", "FN:c", "TEL;TYPE=HOME:1", "TEL:5"), []string{"FN", "TEL:5"}, true},
		{"a number, and the name of before", v3("UID:u", "FN:b", "TEL;TYPE=HOME:1", "TEL:5"), v3("UID:u", "FN:a", "TEL;TYPE=HOME:1", "TEL:5"), []string{"FN", "TEL:5"}, false},
		{"an edited number, and its type edited since", v3("UID:u", "FN:a", "TEL;TYPE=HOME:2"), v3("UID:u", "FN:a", "TEL:2"), []string{"TEL:1\x00TEL:2", "TEL:1|TYPE=home\x00TEL:2|TYPE=home"}, true},
		{"a number without the label that the server has no room for", v3("UID:u", "FN:b", "TEL;TYPE=HOME:1", "item1.TEL:5", "item1.X-ABLABEL:l"), v3("UID:u", "FN:c", "TEL;TYPE=HOME:1", "TEL:5"), []string{"FN", "TEL:5", "TEL:5|X-ABLABEL"}, true},
		{"a number without the one that the server has no room for", v3("UID:u", "FN:b", "TEL;TYPE=HOME:1", "TEL:5", "TEL:6"), v3("UID:u", "FN:c", "TEL;TYPE=HOME:1", "TEL:5"), []string{"FN", "TEL:5", "TEL:6"}, true},
		{"nothing", v3("UID:u", "FN:b", "TEL;TYPE=HOME:1"), old, []string{"FN"}, false},
	} {
		if got := m.Landed([]byte(old), []byte(c.sent), []byte(c.stored), c.carried, held); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
