package contact_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/merge"
	"lockstep/merge/contact"
)

func merger() merge.Properties { return merge.Properties{Format: contact.Format{}} }

func card(version string, lines ...string) string {
	return "BEGIN:VCARD\r\nVERSION:" + version + "\r\n" + strings.Join(append(lines, ""), "\r\n") + "END:VCARD\r\n"
}

func v3(lines ...string) string { return card("3.0", lines...) }

func v4(lines ...string) string { return card("4.0", lines...) }

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"once and many", v3("FN:a", "TEL;TYPE=HOME,VOICE:+49 1", "EMAIL;TYPE=INTERNET,pref:a@B.c", "REV:1"),
			"EMAIL:a@b.c EMAIL:a@b.c|PREF=1 FN=a REV=1 TEL:+491 TEL:+491|TYPE=home=home"},
		{"the same of 4.0", v4("FN:a", "TEL;VALUE=uri;TYPE=home:tel:+49-1", "EMAIL;PREF=1:mailto:a@b.c", "REV:1"),
			"EMAIL:a@b.c EMAIL:a@b.c|PREF=1 FN=a REV=1 TEL:+491 TEL:+491|TYPE=home=home"},
		{"labels", v3("item1.TEL:1", "item1.X-ABLabel:_$!<Home>!$_", "item2.X-ABLABEL:orphan", "item3.URL:x"),
			"TEL:1 TEL:1|X-ABLABEL=Home URL:x X-ABLABEL=orphan"},
		{"two labels of one group, whatever their order", v3("item1.X-ABLABEL:b", "item1.X-ABLABEL:a", "item1.TEL:1"), "TEL:1 TEL:1|X-ABLABEL=a\nb"},
		{"case 22: lists", v3(`CATEGORIES:a\,b,c`, "CATEGORIES: c", "NICKNAME:d"), "CATEGORIES:a,b CATEGORIES:c NICKNAME:d"},
		{"empty values", v3("FN:a", "N:;;;;", "NOTE:", "TEL:", "CATEGORIES:"), "FN=a"},
		{"two numbers that mean the same", v3("TEL;TYPE=HOME:+1 2", "TEL;TYPE=home:+12"), "TEL:+12 TEL:+12|TYPE=home=home"},
		{"one number said twice, differently", v3("TEL;TYPE=WORK:+1 2", "TEL;TYPE=home:+12"), "TEL:+12=+12; TYPE=home=home\n+12; TYPE=work=work\n"},
		{"two notes", v3("NOTE:b", "NOTE;LANGUAGE=de:a"), "NOTE=a; LANGUAGE=de\nb\n"},
		{"names keep their bars", v3("URL:a|b%"), "URL:a%7Cb%25"},
		{"a number of 4.0 that is a group", v4("KIND:group", "MEMBER:urn:uuid:A"), "KIND=group MEMBER:a"},
		{"and of 3.0", v3("X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:a"), "KIND=group MEMBER:a"},
	} {
		p, err := contact.Format{}.Parse([]byte(c.body))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, name := range slices.Sorted(maps.Keys(p)) {
			s := name
			if v := (contact.Format{}).Canonical(name, p[name]); v != "" {
				s += "=" + v
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, s, c.want)
		}
	}
}

type mergeCase struct {
	name               string
	baseL, baseR, l, r string
	toL, toR           string // "" = no write
	collisions         string
}

func runMerge(t *testing.T, c mergeCase) {
	t.Helper()
	m := merger()
	got, err := m.Merge([2][]byte{[]byte(c.baseL), []byte(c.baseR)}, [2][]byte{[]byte(c.l), []byte(c.r)})
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	var names []string
	for _, x := range got.Collisions {
		names = append(names, x.Property+" "+x.Value[0]+"/"+x.Value[1])
	}
	if string(got.To[0]) != c.toL || string(got.To[1]) != c.toR || strings.Join(names, " ") != c.collisions {
		t.Errorf("%s:\nto left  %q\nwant     %q\nto right %q\nwant     %q\ncollisions %q\nwant       %q", c.name, got.To[0], c.toL, got.To[1], c.toR, names, c.collisions)
	}
	quiet(t, c.name, got, [2][]byte{[]byte(c.l), []byte(c.r)})
}

// quiet applies a merge to both sides and asserts that there is nothing to do
// then. It returns what both sides hold.
func quiet(t testing.TB, name string, got core.Merge, now [2][]byte) [2][]byte {
	t.Helper()
	m := merger()
	base, then := got.Base, now
	for x, to := range got.To {
		if to == nil {
			continue
		}
		var err error
		base, err = m.Commit(base, core.Side(x), got.Carried[x], now[1-x], to, to, true, func(string) bool { return true })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !m.Landed(now[x], to, to, got.Carried[x], func(string) bool { return true }) && gains(got.Carried[x], to) {
			t.Errorf("%s: the write to the %s is not known again", name, core.Side(x))
		}
		then[x] = to
	}
	again, err := m.Merge(base, then)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if again.To[0] != nil || again.To[1] != nil || len(again.Collisions) > 0 {
		t.Errorf("%s: a second merge is not quiet:\nleft  %q\nbase  %q\nright %q\nbase  %q\nto left %q %q\nto right %q %q\n%v",
			name, then[0], base[0], then[1], base[1], again.To[0], again.Carried[0], again.To[1], again.Carried[1], again.Collisions)
	}
	return then
}

// gains tells whether a write brings anything: who only removes is not proved.
func gains(carried []string, to []byte) bool {
	p, _ := contact.Format{}.Parse(to)
	return slices.ContainsFunc(carried, func(name string) bool { return p[name] != "" })
}

func TestMerge(t *testing.T) {
	fn := v3("UID:u", "FN:a", "TEL;TYPE=HOME:1", "NOTE:n")
	for _, c := range []mergeCase{
		{name: "nothing changed", baseL: fn, baseR: fn, l: fn, r: fn},
		{name: "case 12: TEL on the left, EMAIL on the right", baseL: v3("FN:a", "TEL:1"), baseR: v3("FN:a", "TEL:1"),
			l: v3("FN:a", "TEL:2"), r: v3("FN:a", "TEL:1", "EMAIL:x@y"),
			toL: v3("FN:a", "TEL:2", "EMAIL:x@y"), toR: v3("FN:a", "TEL:2", "EMAIL:x@y")},
		{name: "case 13: an address on both", baseL: v3("FN:a"), baseR: v3("FN:a"), l: v3("FN:a", "EMAIL:x@y"), r: v3("FN:a", "EMAIL:y@y"),
			toL: v3("FN:a", "EMAIL:x@y", "EMAIL:y@y"), toR: v3("FN:a", "EMAIL:y@y", "EMAIL:x@y")},
		{name: "case 14: FN on both", baseL: fn, baseR: fn, l: v3("UID:u", "FN:b", "TEL;TYPE=HOME:1", "NOTE:m"), r: v3("UID:u", "FN:c", "TEL;TYPE=HOME:1", "NOTE:n"),
			toR: v3("UID:u", "FN:c", "TEL;TYPE=HOME:1", "NOTE:m"), collisions: "FN b/c"},
		{name: "case 15: deleted on the left, its type edited on the right", baseL: fn, baseR: fn,
			l: v3("UID:u", "FN:a", "NOTE:n"), r: v3("UID:u", "FN:a", "TEL;TYPE=WORK:1", "NOTE:n"),
			toL: v3("UID:u", "FN:a", "NOTE:n", "TEL;TYPE=WORK:1")},
		{name: "a deletion is carried", baseL: fn, baseR: fn, l: v3("UID:u", "FN:a"), r: fn, toR: v3("UID:u", "FN:a")},
		{name: "case 19: the same edit", baseL: fn, baseR: fn, l: v3("UID:u", "FN:b"), r: v3("FN:b", "UID:u")},
		{name: "case 20: stamps, order, folds, case", baseL: fn, baseR: fn, l: fn,
			r: strings.ReplaceAll(v3("REV:2", "PRODID:x", "NOTE:n", "tel;type=home:1", "UID:u", "FN:\r\n a"), "\r\n", "\n")},
		{name: "case 21: number on the left, label on the right", baseL: v3("item1.TEL:1", "item1.X-ABLabel:Boat", "TEL:9"), baseR: v3("item1.TEL:1", "item1.X-ABLabel:Boat", "TEL:9"),
			l: v3("item1.TEL:2", "item1.X-ABLabel:Boat", "TEL:9"), r: v3("TEL:9", "item1.TEL:1", "item1.X-ABLabel:Ship"),
			toL: v3("item1.TEL:2", "item1.X-ABLABEL:Ship", "TEL:9"), toR: v3("TEL:9", "item2.TEL:2", "item2.X-ABLABEL:Ship")},
		{name: "case 21: number on the left, type on the right", baseL: fn, baseR: fn,
			l: v3("UID:u", "FN:a", "TEL;TYPE=HOME:2", "NOTE:n"), r: v3("UID:u", "FN:a", "TEL;TYPE=WORK:1", "NOTE:n"),
			toL: v3("UID:u", "FN:a", "TEL;TYPE=work:2", "NOTE:n"), toR: v3("UID:u", "FN:a", "TEL;TYPE=work:2", "NOTE:n")},
		{name: "number on the left, and both labelled it", baseL: v3("TEL:1"), baseR: v3("TEL:1"),
			l: v3("item1.TEL:2", "item1.X-ABLABEL:a"), r: v3("item1.TEL:1", "item1.X-ABLABEL:b"), // another label: it is not the same any more
			toL: v3("item1.TEL:2", "item1.X-ABLABEL:a", "item2.TEL:1", "item2.X-ABLABEL:b"), toR: v3("item1.TEL:1", "item1.X-ABLABEL:b", "item2.TEL:2", "item2.X-ABLABEL:a")},
		{name: "number on the left, and another parameter on both", baseL: v3("TEL:1"), baseR: v3("TEL:1"), l: v3("TEL;X-A=l:2"), r: v3("TEL;X-A=r:1"),
			toR: v3("TEL;X-A=r:2"), collisions: "TEL:2|X-A l/r"},
		{name: "number on the right of a server that keeps no labels", baseL: v3("item1.TEL;TYPE=HOME:1", "item1.X-ABLABEL:Boat"), baseR: v3("TEL;TYPE=HOME:1"),
			l: v3("item1.TEL;TYPE=HOME:1", "item1.X-ABLABEL:Boat"), r: v3("TEL;TYPE=HOME:2"),
			toL: v3("item2.TEL;TYPE=HOME:2", "item2.X-ABLABEL:Boat")},
		{name: "number on both", baseL: v3("TEL:1"), baseR: v3("TEL:1"), l: v3("TEL:2"), r: v3("TEL:3"), toL: v3("TEL:2", "TEL:3"), toR: v3("TEL:3", "TEL:2")},
		{name: "two of one type edited, in place", baseL: v3("TEL:1", "TEL:2", "TEL:3"), baseR: v3("TEL:1", "TEL;X-A=1:2", "TEL;X-A=2:3"),
			l: v3("TEL:1", "TEL:4", "TEL:5"), r: v3("TEL:1", "TEL;X-A=1:2", "TEL;X-A=2:3"), toR: v3("TEL:1", "TEL;X-A=1:4", "TEL;X-A=2:5")},
		{name: "case 22: categories", baseL: v3("CATEGORIES:a,b"), baseR: v3("CATEGORIES:a", "CATEGORIES:b"), l: v3("CATEGORIES:a,b,c"), r: v3("CATEGORIES:a", "CATEGORIES:d"),
			toL: v3("CATEGORIES:a,c,d"), toR: v3("CATEGORIES:a", "CATEGORIES:d,c")},
		{name: "case 72: members of a group", baseL: v4("KIND:group", "MEMBER:urn:uuid:a"), baseR: v3("X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:a"),
			l: v4("KIND:group", "MEMBER:urn:uuid:a", "MEMBER:urn:uuid:b"), r: v3("X-ADDRESSBOOKSERVER-KIND:group"),
			toL: v4("KIND:group", "MEMBER:urn:uuid:b"), toR: v3("X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:b")},
		{name: "case 9: no base", l: v3("UID:u", "FN:a", "TEL:1", "NOTE:n"), r: v3("UID:u", "FN:b", "TEL:2", "NOTE:n"),
			toL: v3("UID:u", "FN:a", "TEL:1", "TEL:2", "NOTE:n"), toR: v3("UID:u", "FN:b", "TEL:2", "TEL:1", "NOTE:n"), collisions: "FN a/b"},
		{name: "case 8: no base, equal", l: v3("UID:u", "FN:a", "TEL;TYPE=CELL:+1 2"), r: v4("UID:u", "FN:a", "TEL;TYPE=cell;VALUE=uri:tel:+1-2")},
		{name: "case 28: what the server never held", baseL: v3("FN:a", "X-FOO:1"), baseR: v3("FN:a"), l: v3("FN:b", "X-FOO:1"), r: v3("FN:a"), toR: v3("FN:b")},
		{name: "case 28: and the parameters", baseL: v3("TEL;X-A=1;TYPE=HOME:1"), baseR: v3("TEL;TYPE=HOME:1"), l: v3("TEL;X-A=1;TYPE=HOME:1"), r: v3("TEL;TYPE=WORK:1"), toL: v3("TEL;X-A=1;TYPE=work:1")},
		{name: "case 59: one photo in two versions", baseL: v3("FN:a", "PHOTO;ENCODING=b;TYPE=JPEG:AQID"), baseR: v4("FN:a", "PHOTO:data:image/jpeg;base64,AQID"),
			l: v3("FN:a", "PHOTO;TYPE=JPEG;ENCODING=b:AQ\r\n ID"), r: v4("FN:b", "PHOTO:data:image/jpeg;base64,AQID"), toL: v3("FN:b", "PHOTO;TYPE=JPEG;ENCODING=b:AQ\r\n ID")},
		{name: "case 59: a new photo", baseL: v3("FN:a"), baseR: v4("FN:a"), l: v3("FN:a"), r: v4("FN:a", "PHOTO:data:image/jpeg;base64,AQID"), toL: v3("FN:a", "PHOTO;ENCODING=b;TYPE=JPEG:AQID")},
		{name: "case 60: a card of 4.0 on a server of 3.0", baseL: v4("FN:a", "GENDER:F", "TEL;PREF=7:1"), baseR: v3("FN:a", "TEL:1"), l: v4("FN:a", "GENDER:F", "TEL;PREF=7:1"), r: v3("FN:b", "TEL;TYPE=WORK:1"),
			toL: v4("FN:b", "GENDER:F", "TEL;PREF=7;TYPE=work:1")},
		{name: "preferred", baseL: v4("TEL:1"), baseR: v3("TEL;TYPE=HOME:1"), l: v4("TEL;PREF=1:1"), r: v3("TEL;TYPE=HOME:1"), toR: v3("TEL;TYPE=home,pref:1")},
		{name: "names in two languages", baseL: v4("FN;ALTID=1;LANGUAGE=en:a", "FN;ALTID=1;LANGUAGE=fr:b"), baseR: v3("FN:a"), l: v4("FN;ALTID=1;LANGUAGE=en:a", "FN;ALTID=1;LANGUAGE=fr:b"), r: v3("FN:c"),
			toL: v4("FN;ALTID=1;LANGUAGE=en:c", "FN;ALTID=1;LANGUAGE=fr:b")},
		{name: "case 62: escapes", baseL: v3("FN:a"), baseR: v3("FN:a"), l: v3("FN:a", `N:a\;b;c\,d;;`, `ADR;TYPE=HOME:;;a\nb\;c\\d;e`, `ORG:x\;y;z`, `CATEGORIES:a\,b,c`, `NOTE:a\Nb`), r: v3("FN:a"),
			toR: v3("FN:a", `ADR;TYPE=HOME:;;a\nb\;c\\d;e`, `CATEGORIES:a\,b,c`, `N:a\;b;c\,d;;`, `NOTE:a\Nb`, `ORG:x\;y;z`)},
		{name: "case 63: parameters", baseL: v3("FN:a"), baseR: v3("FN:a"), l: v3("FN:a"), r: v3("FN:a", `EMAIL;X-A="b:;,^^^'^n":x@y`), toL: v3("FN:a", `EMAIL;X-A="b:;,^^^'^n":x@y`)},
		{name: "case 64: composed or not", baseL: v3("FN:Jos\u00e9"), baseR: v3("FN:Jos\u00e9"), l: v3("FN:Jos\u00e9"), r: v3("FN:Jose\u0301")},
		{name: "case 71: birthdays", baseL: v3("BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12"), baseR: v4("BDAY:--0412"), l: v3("BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12", "FN:a"), r: v4("BDAY:--0413"),
			toL: v3("BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-13", "FN:a"), toR: v4("BDAY:--0413", "FN:a")},
		{name: "into a card of 2.1", baseL: v3("FN:a"), baseR: card("2.1", "FN:a"), l: v3("FN:ä", "TEL;TYPE=HOME,pref:1", "PHOTO;ENCODING=b;TYPE=JPEG:AQID", `NOTE:a\, b\nc`), r: card("2.1", "FN:a"),
			toR: card("2.1", "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=A4", "NOTE;ENCODING=QUOTED-PRINTABLE:a, b=0D=0Ac", "PHOTO;ENCODING=BASE64;TYPE=JPEG:\r\n AQID\r\n", "TEL;HOME;PREF:1")},
		{name: "two numbers share a label", baseL: v3("item1.TEL:1", "item1.EMAIL:a@b", "item1.X-ABLABEL:x"), baseR: v3("item1.TEL:1", "item1.EMAIL:a@b", "item1.X-ABLABEL:x"),
			l: v3("item1.TEL:1", "item2.EMAIL:a@b", "item1.X-ABLABEL:y", "item2.X-ABLABEL:x"), r: v3("item1.TEL:1", "item1.EMAIL:a@b", "item1.X-ABLABEL:x"),
			toR: v3("item2.TEL:1", "item2.X-ABLABEL:y", "item1.EMAIL:a@b", "item1.X-ABLABEL:x")},
		{name: "a label is added and one removed", baseL: v3("TEL:1", "item1.URL:u", "item1.X-ABLABEL:x"), baseR: v3("TEL:1", "item1.URL:u", "item1.X-ABLABEL:x"),
			l: v3("item7.TEL:1", "item7.X-ABLABEL:z", "URL:u"), r: v3("TEL:1", "item1.URL:u", "item1.X-ABLABEL:x"),
			toR: v3("item2.TEL:1", "item2.X-ABLABEL:z", "item1.URL:u")},
		{name: "one note where there were two", baseL: v3("NOTE;LANGUAGE=de:a"), baseR: v3("NOTE;LANGUAGE=de:a", "NOTE:b"), l: v3("NOTE;LANGUAGE=de:c"), r: v3("NOTE;LANGUAGE=de:a", "NOTE:b"),
			toR: v3("NOTE;LANGUAGE=de:c")},
		{name: "a label here, and a second line there", baseL: v3("TEL:1"), baseR: v3("TEL:1"), l: v3("item1.TEL:1", "item1.X-ABLABEL:x"), r: v3("TEL:1", "TEL;TYPE=home:1"),
			collisions: "TEL:1 ; X-ABLABEL=x/1\n1; TYPE=home=home\n"},
		{name: "two labels of one group, and a type", baseL: v3("item1.TEL:1", "item1.X-ABLABEL:b", "item1.X-ABLABEL:a"), baseR: v3("item1.TEL:1", "item1.X-ABLABEL:a", "item1.X-ABLABEL:b"),
			l: v3("item1.TEL;TYPE=work:1", "item1.X-ABLABEL:b", "item1.X-ABLABEL:a"), r: v3("item1.TEL:1", "item1.X-ABLABEL:a", "item1.X-ABLABEL:b", "item1.X-ABADR:us"),
			toL: v3("item1.TEL;TYPE=work:1", "item1.X-ABADR:us", "item1.X-ABLABEL:b", "item1.X-ABLABEL:a"), toR: v3("item1.TEL;TYPE=work:1", "item1.X-ABLABEL:a", "item1.X-ABLABEL:b", "item1.X-ABADR:us")},
		{name: "two labels of one group, one edited", baseL: v3("item1.TEL:1", "item1.X-ABLABEL:b", "item1.X-ABLABEL:a"), baseR: v3("item1.TEL:1", "item1.X-ABLABEL:a", "item1.X-ABLABEL:b"),
			l: v3("item1.TEL:1", "item1.X-ABLABEL:b", "item1.X-ABLABEL:c"), r: v3("item1.TEL:1", "item1.X-ABLABEL:a", "item1.X-ABLABEL:b"),
			toR: v3("item1.TEL:1", `item1.X-ABLABEL:b\nc`)},
		{name: "an empty property is filled", baseL: v3("FN:a"), baseR: v3("N:;;;;", "FN:a", "NOTE:"), l: v3("FN:a", "N:b;c", "NOTE:n"), r: v3("N:;;;;", "FN:a", "NOTE:"), toR: v3("N:b;c", "FN:a", "NOTE:n")},
		{name: "surgery: other lines keep their bytes", baseL: v3("FN:a", "TEL:1"), baseR: v3("FN:a", "TEL:1"), l: v3("FN:a", "TEL:1", "TEL:2"),
			r:   "begin:vcard\nversion:3.0\nx-foo;B=1;a=2:  strange \\x\n fold\n\ttwice\ntel:1\nfn:a\n\nEnd:Vcard",
			toR: "begin:vcard\nversion:3.0\nx-foo;B=1;a=2:  strange \\x\n fold\n\ttwice\ntel:1\nTEL:2\nfn:a\n\nEnd:Vcard",
			toL: "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\nTEL:1\r\nTEL:2\r\nx-foo;B=1;a=2:  strange \\x\r\n fold\r\n\ttwice\r\nEND:VCARD\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			runMerge(t, c)
			mirrored := mergeCase{c.name + ", mirrored", c.baseR, c.baseL, c.r, c.l, c.toR, c.toL, ""}
			got, err := merger().Merge([2][]byte{[]byte(c.baseR), []byte(c.baseL)}, [2][]byte{[]byte(c.r), []byte(c.l)})
			if err != nil || string(got.To[0]) != mirrored.toL || string(got.To[1]) != mirrored.toR {
				t.Errorf("mirrored it is another: %q %q %v", got.To[0], got.To[1], err)
			}
		})
	}
}
