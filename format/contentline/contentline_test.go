package contentline_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lockstep/format/contentline"
)

// A line as it is read: group, name, parameters, value.
func shown(l contentline.Line) string {
	var b strings.Builder
	if l.Group != "" {
		b.WriteString(l.Group + " . ")
	}
	b.WriteString(l.Name)
	for _, p := range l.Params {
		fmt.Fprintf(&b, " ; %s %q", p.Name, p.Values)
	}
	return b.String() + " : " + l.Value
}

func TestLines(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "FN:Ann\r\n", "FN : Ann"},
		{"case of names", "fn;Type=Home:Ann\r\n", `FN ; TYPE ["Home"] : Ann`},
		{"group", "item1.X-ABLabel:x\r\n", "item1 . X-ABLABEL : x"},
		{"fold", "NOTE:a\r\n b\r\n\tc\r\n", "NOTE : abc"},
		{"case 61: a fold inside a rune", "NOTE:caf\xc3\r\n \xa9\r\n", "NOTE : café"},
		{"a folded name", "NO\n TE:a\n", "NOTE : a"},
		{"a folded quoted parameter", "X;A=\"b:\n c\":d\n", `X ; A ["b:c"] : d`},
		{"an empty fold", "NOTE:a\n \nFN:b\n", "NOTE : a|FN : b"},
		{"case 75: CRLF, LF, CR and no end", "A:1\r\nB:2\nC:3\rD:4\r\r\nE:5", "A : 1|B : 2|C : 3|D : 4|E : 5"},
		{"byte order mark", "\ufeffBEGIN:VCARD\n", "BEGIN : VCARD"},
		{"bare parameters", "TEL;CELL;VOICE:1\n", `TEL ;  ["CELL"] ;  ["VOICE"] : 1`},
		{"lists and quotes", `X;A="b;c:d","e,f",g;B=:v` + "\n", `X ; A ["b;c:d" "e,f" "g"] ; B [""] : v`},
		{"case 63: RFC 6868", "X;A=a^nb^'c^^d^e:v\n", `X ; A ["a\nb\"c^d^e"] : v`},
		{"backslashes in quotes are no escapes", `X;A="b\":v` + "\n", `X ; A ["b\\"] : v`},
		{"a quote inside of a value", `X;A=b"c:v` + "\n", `X ; A ["b\"c"] : v`},
		{"soft line breaks", "N;ENCODING=QUOTED-PRINTABLE:a=\n=20b=  \n\tc\nFN:d\n", `N ; ENCODING ["QUOTED-PRINTABLE"] : a=20b` + "\tc|FN : d"},
		{"soft line break, bare", "N;QUOTED-PRINTABLE:a=\nb\n", `N ;  ["QUOTED-PRINTABLE"] : ab`},
		{"a soft line break before END is none", "N;QUOTED-PRINTABLE:a=\nEND:VCARD\n", `N ;  ["QUOTED-PRINTABLE"] : a=|END : VCARD`},
		{"no soft line break elsewhere", "N:a=\nFN:b\n", "N : a=|FN : b"},
		{"base64 in a block", "P;BASE64:\n  AA\n  BB==\n\n\nFN:a\n", `P ;  ["BASE64"] :  AA BB==|FN : a`},
		{"base64 not indented", "P;ENCODING=BASE64:AA\nBB==\n\nFN:a\n", `P ; ENCODING ["BASE64"] : AABB==|FN : a`},
		{"the fold of 2.1 keeps its blank", "VERSION:2.1\nNOTE:a\n b\nBEGIN:x\nNOTE:a\n b\n", "VERSION : 2.1|NOTE : a b|BEGIN : x|NOTE : ab"},
		{"blank lines", "\n \nFN:a\n\n", " : | : |FN : a| : "},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			raw := ""
			for l, err := range contentline.Lines(c.in) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, shown(l))
				raw += l.Raw
			}
			if s := strings.Join(got, "|"); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
			if raw != c.in {
				t.Errorf("not every byte is kept: %q", raw)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for in, want := range map[string]string{
		"FN:a\nhello world\n":              `line 2: "hello world" is no property: it has no colon`,
		"FN:a\nhello world: x\n":           `line 2: "hello world" is not the name of a property`,
		":x\n":                             `line 1: "" is not the name of a property`,
		".FN:x\n":                          "",
		"\n x\n":                           `line 2: " x" continues no line`,
		"FN:a\nX;A=\"b:c\n":                `line 2: a quoted parameter is not closed`,
		"X;A=b\n":                          "line 1: its parameters do not end: it has no colon",
		"X;a b=c:d\n":                      `line 1: "a b" is not the name of a parameter`,
		"FN:a\nNOTE:b\n c\x00d\n":          "line 3: column 3 holds the control character U+0000; remove it",
		"NOTE:\x1b[31m\n":                  "line 1: column 6 holds the control character U+001B; remove it",
		"BEGIN:A\nBEGIN:B\nEND:A\nEND:B\n": "line 3: END:A does not end the BEGIN:B of line 2",
		"END:A\n":                          "line 1: END:A ends nothing",
		"\nBEGIN:VCARD\nFN:a\n":            "line 2: BEGIN:VCARD has no END",
		strings.Repeat("BEGIN:A\n", 17):    "line 17: components are nested more than 16 deep",
		"X" + strings.Repeat(";A=b", 1001) + ":c\n":   `line 1: "X" has more than 1000 parameters`,
		"X;A=b" + strings.Repeat(",b", 1001) + ":c\n": `line 1: "X" has more than 1000 parameters`,
	} {
		_, err := contentline.Parse([]byte(in))
		if got := fmt.Sprint(err); want != "" && got != want {
			t.Errorf("%.60q: %s, want %s", in, got, want)
		}
	}
}

// Edits change one line; new lines are folded between runes.
func TestEdit(t *testing.T) {
	for _, c := range []struct {
		name, in string
		edit     func(*contentline.Document)
		want     string
	}{
		{"insert", "BEGIN:A\nx:  1 \nEND:A", func(d *contentline.Document) {
			d.Insert(2, contentline.Line{Group: "g", Name: "Y", Params: []contentline.Param{{Name: "A", Values: []string{"b:\"c\"", "d\ne^"}}}, Value: "v"})
		}, "BEGIN:A\nx:  1 \ng.Y;A=\"b:^'c^'\",d^ne^^:v\nEND:A"},
		{"replace", "A:1\r\nB:2\r\n 3\r\nC:4\r\n", func(d *contentline.Document) { d.Replace(1, contentline.Line{Name: "B", Value: "5"}) }, "A:1\r\nB:5\r\nC:4\r\n"},
		{"remove", "A:1\rB:2\r 3\rC:4\r", func(d *contentline.Document) { d.Remove(1) }, "A:1\rC:4\r"},
		{"append where the end is missing", "A:1\nB:2", func(d *contentline.Document) { d.Insert(2, contentline.Line{Name: "C", Value: "3"}) }, "A:1\nB:2\nC:3\n"},
		{"folds", "A:1\n", func(d *contentline.Document) {
			d.Insert(1, contentline.Line{Name: "B", Value: strings.Repeat("é", 60)})
		}, "A:1\nB:" + strings.Repeat("é", 36) + "\n " + strings.Repeat("é", 24) + "\n"},
		{"the line of another keeps its folds", "A:1\r\n", func(d *contentline.Document) {
			d.Insert(1, contentline.Line{Raw: "b;x=Y:1\n 2"})
		}, "A:1\r\nb;x=Y:1\r\n 2\r\n"},
		{"soft line breaks", "VERSION:2.1\n", func(d *contentline.Document) {
			d.Insert(1, contentline.Line{Name: "B", Params: []contentline.Param{{Values: []string{"QUOTED-PRINTABLE"}}}, Value: strings.Repeat("=C3=A9", 20)})
		}, "VERSION:2.1\nB;QUOTED-PRINTABLE:" + strings.Repeat("=C3=A9", 9) + "=\n" + strings.Repeat("=C3=A9", 11) + "\n"},
		{"2.1 is not folded", "VERSION:2.1\n", func(d *contentline.Document) {
			d.Insert(1, contentline.Line{Name: "B", Value: strings.Repeat("x", 200)})
		}, "VERSION:2.1\nB:" + strings.Repeat("x", 200) + "\n"},
		{"base64 of 2.1", "VERSION:2.1\n", func(d *contentline.Document) {
			d.Insert(1, contentline.Line{Name: "P", Params: []contentline.Param{{Name: "ENCODING", Values: []string{"BASE64"}}}, Value: strings.Repeat("A", 80)})
		}, "VERSION:2.1\nP;ENCODING=BASE64:\n " + strings.Repeat("A", 74) + "\n " + strings.Repeat("A", 6) + "\n\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lines []contentline.Line
			for l, err := range contentline.Lines(c.in) {
				if err != nil {
					t.Fatal(err)
				}
				lines = append(lines, l)
			}
			d, err := contentline.Parse([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			c.edit(d)
			if got := string(d.Bytes()); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if len(lines) == 0 {
				t.Error("no line")
			}
		})
	}
}

// TestPrintedIsRead: what is printed is read back as the same line.
func TestPrintedIsRead(t *testing.T) {
	values := []string{"", "x", strings.Repeat("é", 100), strings.Repeat("\U0001f600", 40), strings.Repeat("\xff", 200), " lead", "a\tb ", strings.Repeat(" ", 160)}
	params := [][]contentline.Param{nil, {{Name: "A", Values: []string{"b;c:d", `"`, "^n", "\n", ""}}}, {{Values: []string{"CELL"}}, {Name: "TYPE", Values: []string{strings.Repeat("x", 100)}}}}
	for _, v := range values {
		for _, p := range params {
			d, err := contentline.Parse([]byte("BEGIN:A\r\nEND:A\r\n"))
			if err != nil {
				t.Fatal(err)
			}
			d.Insert(1, contentline.Line{Group: "item1", Name: "X-A", Params: p, Value: v})
			for _, physical := range strings.Split(string(d.Bytes()), "\r\n") {
				if len(physical) > 75 {
					t.Errorf("%d octets: %q", len(physical), physical)
				}
			}
			again, err := contentline.Parse(d.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			l := again.Lines[1]
			if l.Group != "item1" || l.Name != "X-A" || l.Value != v || !reflect.DeepEqual(l.Params, p) {
				t.Errorf("%q is read as %q %v", v, l.Value, l.Params)
			}
		}
	}
}

// corpus yields the real cards and calendars of LOCKSTEP_CORPUS.
func corpus(t testing.TB) map[string][]byte {
	dir := os.Getenv("LOCKSTEP_CORPUS")
	if dir == "" {
		t.Log("LOCKSTEP_CORPUS is not set: the real cards and calendars are not tested")
		return nil
	}
	all := map[string][]byte{}
	for _, sub := range []string{"vcard", "ical"} {
		err := filepath.WalkDir(filepath.Join(dir, sub), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			all[path], err = os.ReadFile(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 50 {
		t.Errorf("only %d files", len(all))
	}
	return all
}

func TestCorpus(t *testing.T) {
	for path, body := range corpus(t) {
		d, err := contentline.Parse(body)
		if err != nil {
			t.Logf("refused: %s: %v", path, err)
			continue
		}
		if !bytes.Equal(d.Bytes(), body) {
			t.Errorf("%s is not kept", path)
		}
		for i, l := range d.Lines { // a line printed anew says the same
			if l.Name == "" || l.QuotedPrintable() || l.Base64() {
				continue
			}
			again, _ := contentline.Parse(body)
			fresh := l
			fresh.Raw = ""
			again.Replace(i, fresh)
			read, err := contentline.Parse(again.Bytes())
			if err != nil {
				t.Errorf("%s:%d: %v", path, l.Number, err)
			} else if g := read.Lines[i]; g.Value != l.Value || g.Name != l.Name || !reflect.DeepEqual(g.Params, l.Params) {
				t.Errorf("%s:%d is printed as %q", path, l.Number, again.Lines[i].Raw)
			}
		}
	}
}
