package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder of one card in each named file.
func folder(t *testing.T, files map[string]string) (snapshot, error) {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return snap(dir)
}

func TestSnapshots(t *testing.T) {
	one := "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Änne Weiß\r\nN:Weiß;Änne;;;\r\nTEL;TYPE=HOME,VOICE:+49 30 1\r\n" +
		"item1.URL:https://example.org/\r\nitem1.X-ABLABEL:home\r\nPHOTO;ENCODING=b;TYPE=JPEG:AAEC\r\nEND:VCARD\r\n"
	two := "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:2\r\nFN:B\r\nN:B;;;;\r\nEND:VCARD\r\n"
	want, err := folder(t, map[string]string{"a.vcf": one, "b.vcf": two})
	if err != nil {
		t.Fatal(err)
	}
	// sorted, folded and ended in another way, as servers do
	sorted := "BEGIN:VCARD\nVERSION:3.0\nFN:Änne \n Weiß\nitem1.X-ABLABEL:home\nitem1.URL:https://example.org/\nN:Weiß;Änne;;;\n" +
		"PHOTO;ENCODING=b;TYPE=JPEG:AA\n EC\nTEL;TYPE=VOICE,HOME:+49 30 1\nUID:1\nEND:VCARD\n"
	swap := func(old, now string) string {
		if !strings.Contains(one, old) {
			t.Fatalf("%q is not there", old)
		}
		return strings.Replace(one, old, now, 1)
	}
	for _, c := range []struct {
		what    string
		files   map[string]string
		differs int
	}{
		{"other names of the files", map[string]string{"1.vcf": one, "2": two}, 0},
		{"another order and other folds", map[string]string{"1.vcf": sorted, "2": two}, 0},
		{"hidden files", map[string]string{"1.vcf": one, "2": two, ".a.vcf.tmp": "half"}, 0},
		{"a lost card", map[string]string{"1": one}, 1},
		{"a doubled card", map[string]string{"1": one, "1a": one, "2": two}, 1},
		{"another number", map[string]string{"1": swap("+49 30 1", "+49 30 2"), "2": two}, 1},
		{"another sort of number", map[string]string{"1": swap("HOME,VOICE", "WORK,VOICE"), "2": two}, 1},
		{"a lost label", map[string]string{"1": swap("item1.X-ABLABEL:home\r\n", ""), "2": two}, 1},
		{"a label at another line", map[string]string{"1": swap("item1.X-ABLABEL", "item2.X-ABLABEL"), "2": two}, 1},
		{"another photo", map[string]string{"1": swap("AAEC", "AAED"), "2": two}, 1},
		{"another UID", map[string]string{"1": swap("UID:1", "UID:3"), "2": two}, 1},
		{"two others", map[string]string{"1": swap("UID:1", "UID:3"), "2": swap("UID:1", "UID:4")}, 2},
	} {
		got, err := folder(t, c.files)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
		} else if n := want.differs(got); n != c.differs {
			t.Errorf("%s: %d differ, not %d", c.what, n, c.differs)
		}
	}
	if _, err := folder(t, map[string]string{"cut.vcf": one[:100]}); err == nil || !strings.Contains(err.Error(), "cut.vcf") {
		t.Errorf("a cut card: %v", err)
	}
}
