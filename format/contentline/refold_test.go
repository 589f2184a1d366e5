package contentline_test

import (
	"strings"
	"testing"

	"lockstep/format/contentline"
)

func TestRefold(t *testing.T) {
	long := strings.Repeat("é", 60)
	for _, c := range []struct{ name, in, want string }{
		{"a fold between letters stays", "NOTE:ca\r\n fé\r\n", "NOTE:ca\r\n fé\r\n"},
		{"a fold within a letter", "FN:a\r\nnote:caf\xc3\r\n \xa9\r\nN:b\r\n", "FN:a\r\nnote:café\r\nN:b\r\n"},
		{"with LF, a tab and no end", "NOTE:caf\xc3\n\t\xa9", "NOTE:café"},
		{"with an empty fold between", "NOTE:caf\xc3\n \n \xa9\n", "NOTE:café\n"},
		{"in a parameter", "X;A=\xc3\r\n \xa9:b\r\n", "X;A=é:b\r\n"},
		{"a long one", "NOTE:" + long[:67] + "\r\n " + long[67:] + "\r\n", "NOTE:" + long[:70] + "\r\n " + long[70:] + "\r\n"},
		{"the blank of 2.1 is in the value", "BEGIN:VCARD\nVERSION:2.1\nNOTE;CHARSET=x:\xc3\n \xa9\nEND:VCARD\n", "BEGIN:VCARD\nVERSION:2.1\nNOTE;CHARSET=x:\xc3\n \xa9\nEND:VCARD\n"},
		{"what is no UTF-8", "NOTE;CHARSET=ISO-8859-1:a\xe9b\n \xa9\n", "NOTE;CHARSET=ISO-8859-1:a\xe9b\n \xa9\n"},
		{"what does not parse", "NOTE:caf\xc3\n \xa9\nno property\n", "NOTE:caf\xc3\n \xa9\nno property\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := string(contentline.Refold([]byte(c.in)))
			if got != c.want {
				t.Errorf("%q\nand not\n%q", got, c.want)
			}
			if values(got) != values(c.in) {
				t.Errorf("it says %q\nand not\n%q", values(got), values(c.in))
			}
		})
	}
}

// values of the lines of a text.
func values(text string) string {
	var all []string
	for l := range contentline.Lines(text) {
		all = append(all, shown(l))
	}
	return strings.Join(all, "|")
}

// FuzzRefold: it changes no value, and is done once.
func FuzzRefold(f *testing.F) {
	for _, seed := range []string{"NOTE:caf\xc3\r\n \xa9\r\n", "A:\xf0\n \x9f\n \x98\n \x80\nB:c\r\r\n", "\ufeffA:1\n 2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := string(contentline.Refold([]byte(text)))
		if values(got) != values(text) {
			t.Errorf("%q became %q", text, got)
		}
		if again := string(contentline.Refold([]byte(got))); again != got {
			t.Errorf("%q is folded once more: %q", got, again)
		}
	})
}
