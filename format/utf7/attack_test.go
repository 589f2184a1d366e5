package utf7_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"lockstep/format/utf7"
)

// Names come back as they were, and a text that Encode does not write is not
// taken for a name: two mailboxes would be one.
func TestAttack13ModifiedUTF7(t *testing.T) {
	for _, name := range []string{
		"", "INBOX", "Entwürfe", "送信済み", "a&b", `q"u\o`, "a*b%c]", "*", "%", "😀", "&", "&&", "~x", "{5}", "a/b", "../..", "\x00", "a\r\nb", "\u007f",
		"\u202egnp.exe", "\uFFFD", "&APw-", "é-", "-é", "é&é", strings.Repeat("ü", 5000), strings.Repeat("&", 5000), strings.Repeat("aü", 5000),
	} {
		text := utf7.Encode(name)
		if back, ok := utf7.Decode(text); !ok || back != name {
			t.Errorf("%.60q comes back as %.60q", name, back)
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%.60q is written %.60q", name, text)
		}
	}
	for text, what := range map[string]string{
		"&":                              "a shift without an end",
		"&AGE-":                          "a letter that needs no shift",
		"&APw":                           "a shift without an end",
		"&APw-&APw-":                     "two shifts for one",
		"&ACY-":                          "an & in another form",
		"Entwürfe":                       "a letter that needs a shift",
		"a\x00b":                         "a NUL in clear",
		"a\nb":                           "a line end in clear",
		"&2D0-":                          "half of a pair",
		"&2D0APA-":                       "half of a pair, and more",
		"&!-":                            "no letter of the alphabet",
		"&AP-":                           "half a letter",
		"&APx-":                          "bits that are left over",
		"&APw=-":                         "padding",
		"&AP w-":                         "a blank",
		"&APw\n-":                        "a line end",
		"&//8-":                          "a slash for a comma",
		"a&b":                            "a shift without an end",
		"&&-":                            "an & in a shift",
		"\xff":                           "no text",
		"&" + strings.Repeat("A", 99999): "a shift without an end",
	} {
		if name, ok := utf7.Decode(text); ok {
			t.Errorf("%s: %.60q is taken for %.60q", what, text, name)
		}
	}
}

// FuzzUTF7: what is read is written as it was, and the other way round.
func FuzzUTF7(f *testing.F) {
	for _, text := range []string{"Entw&APw-rfe", "&AGE-", "&2D3eAA-", "a&-b", "&APw-&APw-", "送信", "&//8-"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if name, ok := utf7.Decode(text); ok && (utf7.Encode(name) != text || !utf8.ValidString(name)) {
			t.Errorf("%q decodes to %q, which is written %q", text, name, utf7.Encode(name))
		}
		if !utf8.ValidString(text) {
			return
		}
		if back, ok := utf7.Decode(utf7.Encode(text)); !ok || back != text {
			t.Errorf("%q is written %q, which decodes to %q", text, utf7.Encode(text), back)
		}
	})
}
