package vcard_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/format/contentline"
	"lockstep/format/vcard"
)

func card(version string, lines ...string) []byte {
	return []byte("BEGIN:VCARD\r\nVERSION:" + version + "\r\n" + strings.Join(append(lines, ""), "\r\n") + "END:VCARD\r\n")
}

// property is the first one of a card that is not VERSION.
func property(t testing.TB, body []byte) vcard.Property {
	t.Helper()
	c, err := vcard.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Properties() {
		if p.Name != "VERSION" {
			return p
		}
	}
	t.Fatal("the card is empty")
	return vcard.Property{}
}

func TestDescribe(t *testing.T) {
	for _, c := range []struct{ name, body, uid, label, err string }{
		{"plain", string(card("3.0", "UID:u-1", "FN:Ann Other")), "u-1", "Ann Other", ""},
		{"escaped UID", string(card("3.0", `UID:a\,b`, "N:Other;Ann")), "a,b", "Ann Other", ""},
		{"case 66: no FN, N, UID", string(card("4.0", "ORG:Acme;Sales")), "", "Acme Sales", ""},
		{"nothing at all", string(card("4.0")), "", "", ""},
		{"one UID said twice", string(card("4.0", "UID:a", "UID:a")), "a", "", ""},
		{"two UIDs", string(card("4.0", "UID:a", "UID:b")), "", "", `line 4: a second UID, "b"; the first one is in line 3`},
		{"case 68: two cards", string(card("3.0", "FN:a")) + string(card("3.0", "FN:b")), "", "", "line 5: a second card begins; the first one is in line 1. Each needs a file of its own"},
		{"case 69: no END", "BEGIN:VCARD\nVERSION:3.0\nFN:a\n", "", "", "line 1: BEGIN:VCARD has no END"},
		{"case 65: NUL", string(card("3.0", "FN:a", "NOTE:x\x00y")), "", "", "line 4: column 7 holds the control character U+0000; remove it"},
		{"case 65: emoji and right to left", string(card("3.0", "FN:\U0001f600 \u05d0\u05d1")), "", "\U0001f600 \u05d0\u05d1", ""},
		{"case 75: mixed line ends and no last one", "BEGIN:VCARD\r\nVERSION:3.0\nUID:a\rFN:b\r\nEND:VCARD", "a", "b", ""},
		{"case 61: folds inside runes", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:J\xc3\r\n \xbcrgen\r\nEND:VCARD\r\n", "", "Jürgen", ""},
		{"Latin-1 without a charset", string(card("3.0", "FN:J\xfcrgen")), "", "", "line 3: FN is not UTF-8, and names no charset; convert the card to UTF-8"},
		{"case 58: Latin-1 with a charset", string(card("2.1", "FN;CHARSET=ISO-8859-1:J\xfcrgen")), "", "Jürgen", ""},
		{"case 58: quoted-printable Latin-1", string(card("2.1", "FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=FC=", "rgen")), "", "Jürgen", ""},
		{"another version", string(card("5.0", "FN:a")), "", "", `line 2: version "5.0" is not known; 2.1, 3.0 and 4.0 are`},
		{"outside", "FN:a\n" + string(card("3.0", "FN:a")), "", "", "line 1: FN stands outside of a card"},
		{"no card", "\n", "", "", "line 1: there is no card: BEGIN:VCARD is missing"},
		{"a calendar", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", "", "", "line 1: BEGIN stands outside of a card"},
		{"a card inside (AGENT)", string(card("2.1", "FN:a", "AGENT:", "BEGIN:VCARD", "VERSION:2.1", "UID:x", "END:VCARD")), "", "a", ""},
		{"a long name", string(card("3.0", "FN:"+strings.Repeat("ä ", 100))), "", strings.Repeat("ä ", 39) + "ä…", ""},
	} {
		uid, label, err := vcard.Describe([]byte(c.body))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if uid != c.uid || label != c.label || got != c.err {
			t.Errorf("%s: %q %q %q, want %q %q %q", c.name, uid, label, got, c.uid, c.label, c.err)
		}
	}
}

func TestValues(t *testing.T) { // cases 58 and 62
	for _, c := range []struct {
		version, line string
		text          string
		components    []string
		members       []string
	}{
		{"3.0", `NOTE:a\, b\; c\nd\Ne\\n`, "a, b; c\nd\ne\\n", []string{"a, b; c\nd\ne\\n"}, []string{"a, b; c\nd\ne\\n"}},
		{"4.0", `N:a\;b;c\,d,e;f\\;g`, "a;b;c,d,e;f\\;g", []string{"a;b", "c,d,e", "f\\", "g"}, []string{`a;b;c,d`, `e;f\;g`}},
		{"3.0", `URL:http\://a/\x`, `http://a/\x`, []string{`http://a/\x`}, []string{`http://a/\x`}},
		{"3.0", `CATEGORIES:a\,b,c`, "a,b,c", []string{"a,b,c"}, []string{"a,b", "c"}},
		{"3.0", `NOTE:ends in \`, `ends in \`, []string{`ends in \`}, []string{`ends in \`}},
		{"2.1", `ADR;HOME:;;a\;b, c\d;e`, `;;a;b, c\d;e`, []string{"", "", "a;b, c\\d", "e"}, []string{`;;a\;b`, ` c\d;e`}},
		{"2.1", "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=A4=0D=0Ab", "ä\r\nb", []string{"ä\r\nb"}, []string{"ä\r\nb"}},
		{"2.1", "NOTE;QUOTED-PRINTABLE:50=25 =ZZ =", "50% =ZZ =", []string{"50% =ZZ ="}, []string{"50% =ZZ ="}},
		{"2.1", "NOTE;CHARSET=windows-1252:\x80", "€", []string{"€"}, []string{"€"}},
		{"2.1", "NOTE;QUOTED-PRINTABLE:=FC=00", "ü", []string{"ü"}, []string{"ü"}},
		{"3.0", "NOTE;CHARSET=none-such:a", "a", []string{"a"}, []string{"a"}},
	} {
		p := property(t, card(c.version, c.line))
		if p.Text() != c.text || !slices.Equal(p.Components(), c.components) || !slices.Equal(p.Members(), c.members) {
			t.Errorf("%s: %q %q %q", c.line, p.Text(), p.Components(), p.Members())
		}
		if vcard.Unescape(vcard.Escape(c.text)) != strings.ReplaceAll(c.text, "\r\n", "\n") {
			t.Errorf("%q is escaped as %q", c.text, vcard.Escape(c.text))
		}
	}
}

// TestCanonical: lines of one group mean the same, lines of two groups do not.
func TestCanonical(t *testing.T) {
	groups := [][]string{
		{"3.0 TEL:+49 (171) 12-34/5", "4.0 TEL;VALUE=uri:tel:+49-171-12345", "2.1 TEL;CELL:+49 171 12345", "3.0 TEL:+49\u202f171\u201012345"},
		{"3.0 TEL:+49 171 12345 ext. 9", "4.0 TEL;VALUE=uri:tel:+49-171-12345;ext=9", "3.0 TEL:+4917112345x9"},
		{"3.0 TEL:0049 171 12345"}, {"3.0 TEL:Reception"},
		{"3.0 EMAIL:Ann@Example.ORG", "4.0 EMAIL:mailto:Ann@example.org"}, {"3.0 EMAIL:ann@example.org"},
		{"3.0 BDAY:1980-05-21", "4.0 BDAY:19800521", "3.0 BDAY;VALUE=date:1980-05-21", "3.0 BDAY:1980-05-21T00:00:00Z"},
		{"4.0 BDAY:--0412", "3.0 BDAY:--04-12", "3.0 BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12"}, {"3.0 BDAY:1604-04-12"}, // case 71
		{"4.0 BDAY:1980-05"}, {"4.0 BDAY:198005"}, {"4.0 BDAY:1980"}, {"4.0 BDAY:---12"},
		{"4.0 BDAY:19800521T143000Z", "3.0 BDAY:1980-05-21T14:30:00Z"}, {"4.0 BDAY;VALUE=text:circa 1800", "3.0 BDAY:circa 1800"},
		{"3.0 PHOTO;ENCODING=b;TYPE=JPEG:AQID/w==", "4.0 PHOTO:data:image/jpeg;base64,AQID/w==", "2.1 PHOTO;JPEG;BASE64:\r\n AQID\r\n /w==\r\n", "3.0 PHOTO;BASE64:\r\n  AQID/w==\r\n"}, // case 59
		{"3.0 PHOTO;ENCODING=b:AQID/g=="}, {"3.0 PHOTO;VALUE=uri:http://a/b", "4.0 PHOTO:http://a/b"}, {"3.0 PHOTO;ENCODING=b:%%"},
		{"3.0 FN:Jos\u00e9", "3.0 FN:Jose\u0301", "4.0 FN: Jos\u00e9 "}, {"3.0 FN:Jose"}, // case 64
		{"3.0 N:a;b;;;", "4.0 N:a;b", "2.1 N:a;b;;"}, {`3.0 N:a\;b`}, {"3.0 N:;a;b"}, {"3.0 N:;;;;", "3.0 N:"},
		{"3.0 CATEGORIES:a,b", "3.0 CATEGORIES: a,b,"}, {`3.0 CATEGORIES:a\,b`},
		{"4.0 MEMBER:urn:uuid:03A0", "3.0 X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:03a0"}, {"4.0 KIND:group", "3.0 X-ADDRESSBOOKSERVER-KIND:GROUP"},
		{"4.0 GEO:geo:46.7,-71.2", "3.0 GEO:46.7;-71.2"}, {"3.0 X-ABLABEL:_$!<HomePage>!$_", "3.0 X-ABLABEL:HomePage"},
		{"3.0 NOTE:a\\nb", "2.1 NOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab"}, {`3.0 URL:http\://a`, "4.0 URL:http://a"},
		{`4.0 X-A:a\,b`, `3.0 X-A:a\,b`},
	}
	seen := map[string]int{}
	for i, group := range groups {
		for _, line := range group {
			version, line, _ := strings.Cut(line, " ")
			p := property(t, card(version, line))
			form := vcard.CanonicalName(p.Name) + ":" + p.Canonical()
			if at, known := seen[form]; known && at != i {
				t.Errorf("%s means %q, which another group does", line, form)
			}
			seen[form] = i
			if first := strings.SplitN(group[0], " ", 2); property(t, card(first[0], first[1])).Canonical() != p.Canonical() {
				t.Errorf("%s means %q; want that of %s", line, p.Canonical(), group[0])
			}
		}
	}
}

func TestAttributes(t *testing.T) {
	for line, want := range map[string]string{
		"3.0 TEL;TYPE=HOME;type=Voice,pref:1":                "PREF=1 TYPE=home=home",
		"2.1 TEL;HOME;PREF:1":                                "PREF=1 TYPE=home=home",
		"4.0 TEL;TYPE=\"voice,home\";PREF=1;VALUE=uri:tel:1": "PREF=1 TYPE=home=home",
		"3.0 TEL;TYPE=fax,voice:1":                           "TYPE=fax=fax TYPE=voice=voice",
		"3.0 EMAIL;TYPE=INTERNET:a@b":                        "",
		"2.1 PHOTO;ENCODING=BASE64;JPEG:AAAA":                "",
		"4.0 PHOTO;TYPE=work;MEDIATYPE=image/png:http://a":   "TYPE=work=work",
		`4.0 ADR;LABEL="a, b^nc";X-A=1,2:;;x`:                "LABEL=a\\, b\nc X-A=1,2",
	} {
		version, line, _ := strings.Cut(line, " ")
		got := property(t, card(version, line)).Attributes()
		var all []string
		for _, k := range slices.Sorted(maps.Keys(got)) {
			all = append(all, k+"="+got[k])
		}
		if s := strings.Join(all, " "); s != want {
			t.Errorf("%s: %q, want %q", line, s, want)
		}
	}
}

func TestConvert(t *testing.T) { // cases 59, 60, 62, 63, 71
	for _, c := range []struct{ from, to, want string }{
		{"3.0 TEL;TYPE=HOME,pref:+49 1", "4.0", "TEL;PREF=1;TYPE=home:+49 1"},
		{"4.0 TEL;VALUE=uri;TYPE=\"home,voice\";PREF=1:tel:+49-1;ext=2", "3.0", "TEL;TYPE=home,pref:+49-1 x2"},
		{"3.0 TEL;TYPE=HOME,FAX:1", "2.1", "TEL;FAX;HOME:1"},
		{"4.0 TEL;PREF=7:1", "3.0", "TEL:1"},
		{"3.0 PHOTO;ENCODING=b;TYPE=JPEG:AQID", "4.0", "PHOTO:data:image/jpeg;base64,AQID"},
		{"4.0 PHOTO:data:image/png;base64,AQID", "3.0", "PHOTO;ENCODING=b;TYPE=PNG:AQID"},
		{"4.0 PHOTO;X-CROP=1:data:image/png;base64,AQID", "2.1", "PHOTO;ENCODING=BASE64;TYPE=PNG;X-CROP=1:\r\n AQID\r\n"},
		{"2.1 PHOTO;JPEG;BASE64:\r\n AQID\r\n", "4.0", "PHOTO:data:image/jpeg;base64,AQID"},
		{"4.0 PHOTO;MEDIATYPE=image/png:http://a/b", "3.0", "PHOTO;VALUE=uri:http://a/b"},
		{"3.0 KEY;ENCODING=b;TYPE=PGP:AQID", "4.0", "KEY:data:application/pgp-keys;base64,AQID"},
		{"3.0 BDAY:1980-05-21", "4.0", "BDAY:19800521"},
		{"4.0 BDAY:19800521", "3.0", "BDAY:1980-05-21"},
		{"4.0 BDAY:--0412", "3.0", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12"},
		{"3.0 BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12", "4.0", "BDAY:--0412"},
		{"4.0 BDAY;VALUE=text:circa 1800", "3.0", "BDAY;VALUE=text:circa 1800"},
		{"4.0 ANNIVERSARY:20090808", "3.0", "X-ANNIVERSARY:2009-08-08"},
		{"3.0 X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:a", "4.0", "MEMBER:urn:uuid:a"},
		{"2.1 ADR;WORK;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:;;a=3B=FC, b\\;c;d", "3.0", `ADR;TYPE=work:;;a;ü\, b\;c;d`},
		{"3.0 ADR;TYPE=work:;;a\\;b\\, ü;d", "2.1", `ADR;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE;WORK:;;a\;b, =C3=BC;d`},
		{"3.0 NOTE:a\\nb\\, c", "2.1", "NOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab, c"},
		{"2.1 NOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab, c", "3.0", `NOTE:a\nb\, c`},
		{"2.1 CATEGORIES:a,b", "4.0", "CATEGORIES:a,b"},
		{"3.0 item1.URL;X-A=\"b:c\":http://a", "4.0", `item1.URL;X-A="b:c":http://a`},
		{`4.0 FN;SORT-AS="b;^'c^'":a`, "3.0", "FN:a"},
		{`4.0 FN;LANGUAGE=de;ALTID=1:a`, "3.0", "FN;LANGUAGE=de:a"},
		{"4.0 GEO:geo:46.7,-71.2", "3.0", "GEO:46.7;-71.2"},
		{"3.0 GEO:46.7;-71.2", "4.0", "GEO:geo:46.7,-71.2"},
		{`3.0 X-A:a\;b;c\,d`, "4.0", `X-A:a\;b;c\,d`},
		{"2.1 X-A;ENCODING=QUOTED-PRINTABLE:a=3Db=0D=0A;c", "3.0", `X-A:a=b\n;c`},
	} {
		version, line, _ := strings.Cut(c.from, " ")
		p := property(t, card(version, line))
		q := p.In(c.to)
		doc, err := contentline.Parse(card(c.to))
		if err != nil {
			t.Fatal(err)
		}
		doc.Insert(2, q.Line)
		body := string(doc.Bytes())
		if want := string(card(c.to, c.want)); body != want {
			t.Errorf("%s in %s:\n%q\nwant\n%q", c.from, c.to, body, want)
		}
		again := property(t, []byte(body))
		if again.Canonical() != p.Canonical() {
			t.Errorf("%s means %q, in %s %q", c.from, p.Canonical(), c.to, again.Canonical())
		}
		if same := p.In(version); same.Raw != p.Raw {
			t.Errorf("%s in its own version is %q", c.from, same.Raw)
		}
	}
}

func TestWithAttributes(t *testing.T) {
	for _, c := range []struct{ line, want, out string }{
		{"3.0 TEL;X-B=2;TYPE=HOME;type=CELL;X-A=1:1", "X-A=1 TYPE=work=work", "TEL;X-A=1;TYPE=work:1"},
		{"3.0 TEL;type=HOME;X-A=1:1", "TYPE=home=home X-A=2", "TEL;TYPE=HOME;X-A=2:1"},
		{"3.0 EMAIL;TYPE=INTERNET,HOME:a@b", "TYPE=home=home PREF=1", "EMAIL;TYPE=INTERNET;TYPE=home,pref:a@b"},
		{"4.0 EMAIL;PREF=2:a@b", "PREF=1", "EMAIL;PREF=1:a@b"},
		{"2.1 TEL;HOME;PREF:1", "TYPE=work=work", "TEL;WORK:1"},
		{"3.0 PHOTO;ENCODING=b;TYPE=JPEG:AAAA", "TYPE=work=work", "PHOTO;ENCODING=b;TYPE=JPEG;TYPE=work:AAAA"},
		{"3.0 TEL;TYPE=HOME:1", "PREF=3 SORT-AS=x", "TEL:1"},
		{"3.0 TEL;TYPE=HOME:1", "TYPE=home=home", "TEL;TYPE=HOME:1"},
	} {
		version, line, _ := strings.Cut(c.line, " ")
		want := map[string]string{}
		for _, f := range strings.Fields(c.want) {
			i := strings.LastIndexByte(f, '=')
			want[f[:i]] = f[i+1:]
		}
		doc, err := contentline.Parse(card(version))
		if err != nil {
			t.Fatal(err)
		}
		doc.Insert(2, property(t, card(version, line)).WithAttributes(want).Line)
		if got := string(doc.Bytes()); got != string(card(version, c.out)) {
			t.Errorf("%s with %s: %q, want %q", c.line, c.want, got, c.out)
		}
	}
}

func TestSplit(t *testing.T) { // cases 68 and 69
	a, b := string(card("3.0", "FN:a")), string(card("2.1", "FN:b", "AGENT:", "BEGIN:VCARD", "END:VCARD"))
	open := "BEGIN:VCARD\r\nFN:c\r\n"
	file := "\ufeff" + a + "\r\n\r\n" + b + open + a + "junk\r\n" + a + "BEGIN:VCARD\r\nbroken\r\nEND:VCARD\r\n" + strings.TrimSuffix(a, "\r\n")
	var got []string
	for p := range vcard.Split([]byte(file)) {
		got = append(got, fmt.Sprintf("%d %d %v", p.Line, len(p.Body), p.Err))
	}
	want := []string{
		fmt.Sprintf("1 %d <nil>", len(a)),
		fmt.Sprintf("7 %d <nil>", len(b)),
		fmt.Sprintf("14 %d line 14: BEGIN:VCARD has no END", len(open)),
		fmt.Sprintf("16 %d <nil>", len(a)),
		`20 6 line 20: "junk" is no property: it has no colon`,
		fmt.Sprintf("21 %d <nil>", len(a)),
		`25 32 line 26: "broken" is no property: it has no colon`,
		fmt.Sprintf("28 %d <nil>", len(a)-2),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWithUID(t *testing.T) { // case 66
	for _, c := range []struct{ in, want string }{
		{"BEGIN:VCARD\nFN:a\nVERSION:3.0\nNOTE:  x\n  y\nEND:VCARD", "BEGIN:VCARD\nFN:a\nVERSION:3.0\nUID:u\\,1\nNOTE:  x\n  y\nEND:VCARD"},
		{"BEGIN:VCARD\r\nFN:a\r\nEND:VCARD\r\n", "BEGIN:VCARD\r\nUID:u\\,1\r\nFN:a\r\nEND:VCARD\r\n"},
		{"BEGIN:VCARD\r\nUID:\r\nFN:a\r\nEND:VCARD\r\n", "BEGIN:VCARD\r\nUID:u\\,1\r\nFN:a\r\nEND:VCARD\r\n"},
		{"BEGIN:VCARD\r\nUID:b\r\nFN:a\r\nEND:VCARD\r\n", "BEGIN:VCARD\r\nUID:b\r\nFN:a\r\nEND:VCARD\r\n"},
	} {
		got, err := vcard.WithUID([]byte(c.in), "u,1")
		if err != nil || string(got) != c.want {
			t.Errorf("%q: %q %v", c.in, got, err)
		}
		if uid, _, _ := vcard.Describe(got); uid != "u,1" && uid != "b" {
			t.Errorf("the UID is %q", uid)
		}
	}
	if _, err := vcard.WithUID([]byte("FN:a"), "u"); err == nil {
		t.Error("what is no card gets a UID")
	}
}

// TestCorpus: every real card is read, or refused with its file and line.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("LOCKSTEP_CORPUS")
	if dir == "" {
		t.Skip("LOCKSTEP_CORPUS is not set: the real cards are not tested")
	}
	cards := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".vcf" {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		size := 0
		for part := range vcard.Split(file) {
			size += len(part.Body)
			if part.Err != nil {
				t.Logf("refused: %s: %v", path, part.Err)
				if !strings.HasPrefix(part.Err.Error(), "line ") {
					t.Error("the line is missing")
				}
				continue
			}
			cards++
			c, err := vcard.Parse(part.Body)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range c.Properties() {
				if p.Name == "VERSION" {
					continue
				}
				for _, version := range []string{vcard.V21, vcard.V30, vcard.V40} {
					doc, err := contentline.Parse(card(version))
					if err != nil {
						t.Fatal(err)
					}
					doc.Insert(2, p.In(version).Line)
					c, err := vcard.Parse(doc.Bytes())
					if err != nil {
						t.Errorf("%s:%d in %s: %v", path, p.Number, version, err)
						continue
					}
					if got := c.Properties()[1]; got.Canonical() != p.Canonical() {
						t.Errorf("%s:%d: %s in %s means %q, want %q", path, p.Number, p.Name, version, got.Canonical(), p.Canonical())
					}
				}
			}
		}
		if size > len(file) || size < len(file)-100 {
			t.Errorf("%s: %d of %d bytes", path, size, len(file))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if cards < 20 {
		t.Errorf("only %d cards", cards)
	}
}
