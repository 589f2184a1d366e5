package contentline_test

import (
	"bytes"
	"strings"
	"testing"

	"lockstep/format/contentline"
)

// Bodies of megabytes that cost quadratic time where a reader goes back. Each is
// kept byte for byte, or refused with its line; the test ends in time or not.
func TestAttack20Megabytes(t *testing.T) {
	again := func(s string) string { return strings.Repeat(s, (2<<20)/len(s)) }
	for name, c := range map[string]struct {
		body    string
		refused string
	}{
		"one line of folds":                  {"NOTE:" + strings.Repeat("x\r\n ", 10<<20/4), ""},
		"empty folds":                        {"NOTE:" + again("\n "), ""},
		"folds and no colon":                 {"NOTE" + again("\n x"), "line 1: "},
		"folds in a quoted parameter":        {"X;A=\"b:" + again("\n x"), "line 1: a quoted parameter is not closed"},
		"soft line breaks":                   {"NOTE;QUOTED-PRINTABLE:" + again("x=\n"), ""},
		"soft line breaks of nothing":        {"NOTE;QUOTED-PRINTABLE:" + again("=\n"), ""},
		"base64 that is not indented":        {"P;BASE64:" + again("AAAA\n"), ""},
		"blank lines behind base64":          {"P;BASE64:AA" + again("\n"), ""},
		"CRs":                                {"FN:a" + again("\r"), ""},
		"a million parameters":               {"X" + strings.Repeat(";A=b", 1_000_000) + ":c", "line 1: "},
		"a million values":                   {"X;A=b" + strings.Repeat(",b", 1_000_000) + ":c", "line 1: "},
		"a million bare values":              {"X" + strings.Repeat(";b", 1_000_000) + ":c", "line 1: "},
		"quotes":                             {"X;A=" + again(`"`) + ":c", ""},
		"BEGIN storm":                        {again("BEGIN:A\n"), "line 17: components are nested more than 16 deep"},
		"END storm":                          {again("END:A\n"), "line 1: END:A ends nothing"},
		"BEGIN and END storm":                {again("BEGIN:A\nEND:A\n"), "line 200001: there are more than 200000 lines"},
		"a million lines":                    {again("FN:a\n"), "line 200001: "},
		"one line":                           {"FN:" + again("x"), ""},
		"dots":                               {again(".") + "FN:a", "line 1: "},
		"a line of NULs":                     {"FN:" + again("\x00"), "line 1: column 4 "},
		"folds that split every rune":        {"FN:" + again("\xc3\n \xa9"), ""},
		"byte order marks":                   {"\ufeffFN:" + again("\ufeff"), ""},
		"a value that begins with its folds": {"FN:\n " + again("\t"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := contentline.Parse([]byte(c.body))
			switch {
			case c.refused != "" && (err == nil || !strings.HasPrefix(err.Error(), c.refused)):
				t.Errorf("got %v, want %s", err, c.refused)
			case c.refused != "" && len(err.Error()) > 200:
				t.Errorf("an error of %d bytes", len(err.Error()))
			case c.refused == "" && err != nil:
				t.Error(err)
			case err == nil && !bytes.Equal(d.Bytes(), []byte(c.body)):
				t.Error("it is not kept")
			}
		})
	}
}

// A line printed into a body cannot become two, whatever it holds.
func TestAttack20PrintedLinesCannotBeForged(t *testing.T) {
	for _, evil := range []string{"a\nEND:A", "a\r\nEND:A", "a\rEND:A", `a"b:c`, "a;B=c", "a,b", "^n", "^'", "a\x00b\x7f"} {
		d, err := contentline.Parse([]byte("BEGIN:A\nEND:A\n"))
		if err != nil {
			t.Fatal(err)
		}
		d.Insert(1, contentline.Line{Name: "X", Params: []contentline.Param{{Name: "P", Values: []string{evil}}}, Value: evil})
		again, err := contentline.Parse(d.Bytes())
		if err != nil || len(again.Lines) != 3 {
			t.Fatalf("%q: %q %v", evil, d.Bytes(), err)
		}
		plain := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "", "\x7f", "").Replace(evil)
		if got := again.Lines[1].Params[0].Values; len(got) != 1 || got[0] != plain {
			t.Errorf("%q is read as the parameter %q", evil, got)
		}
		if got := again.Lines[1].Value; got != strings.ReplaceAll(plain, "\n", `\n`) {
			t.Errorf("%q is read as the value %q", evil, got)
		}
	}
}
