package contentline_test

import (
	"testing"

	"lockstep/format/contentline"
)

func TestTrim(t *testing.T) {
	const card = "BEGIN:VCARD\r\nFN:a\r\nEND:VCARD"
	for _, c := range []struct{ name, in, want string }{
		{"nothing around it", card + "\r\n", card + "\r\n"},
		{"no line break", card, card},
		{"a byte order mark", "\ufeff" + card + "\r\n", card + "\r\n"},
		{"within it stays", "A:\ufeffb\n\nC:d\n", "A:\ufeffb\n\nC:d\n"},
		{"blank lines behind", card + "\r\n\r\n \t\r\n", card + "\r\n"},
		{"with LF", "A:b\n\n  ", "A:b\n"},
		{"with CR", "A:b\r\r", "A:b\r"},
		{"a value that ends with blanks", "A:b  \r\n", "A:b  \r\n"},
		{"blank lines only", "\ufeff\n\n", "\n"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(contentline.Trim([]byte(c.in))); got != c.want {
				t.Errorf("%q and not %q", got, c.want)
			}
		})
	}
}
