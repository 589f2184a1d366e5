package sqlite

import (
	"testing"
	"unicode/utf8"
)

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "plain", "caf\xe9", "\uf7e9", "\ufffd", "\xef\x9f", "\xff\uf7ff\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := escape(s)
		if !utf8.ValidString(out) {
			t.Fatalf("%q becomes %q, which JSON cannot hold", s, out)
		}
		if back := unescape(out); back != s {
			t.Fatalf("%q comes back as %q", s, back)
		}
	})
}
