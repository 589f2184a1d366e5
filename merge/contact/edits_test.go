package contact_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/format/vcard"
	"lockstep/merge/contact"
)

// cards are the bodies that are edited: some of our own, and the real ones of
// LOCKSTEP_CORPUS that have a UID or get one.
func cards(t testing.TB) (all [][]byte) {
	all = [][]byte{
		[]byte(v3("UID:u", "FN:a")),
		[]byte(v3("UID:u", "FN:a", "N:a;b;;;", "item1.TEL;TYPE=HOME:+49 1", "item1.X-ABLabel:Boat", "TEL;type=CELL;type=pref:2", "EMAIL;TYPE=INTERNET:a@b", "CATEGORIES:x,y", "NOTE:n\\, m", "X-FOO:1", "REV:1")),
		[]byte(v4("UID:u", "FN:a", "TEL;VALUE=uri;PREF=2;TYPE=\"home,voice\":tel:+49-1", "BDAY:--0412", "NICKNAME:x", "URL:u", "URL;X-A=1:v", "NOTE:n", "NOTE:m", "PHOTO:data:image/png;base64,AQID")),
		[]byte(card("2.1", "UID:u", "FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=FC", "TEL;CELL;PREF:1", "ADR;WORK:;;a;b", "NOTE:n", "PHOTO;JPEG;BASE64:", " AQID", "")),
		[]byte(v3("UID:u", "FN:a", "TEL;TYPE=HOME:1", "TEL;TYPE=WORK:1", "item1.TEL:3", "item1.EMAIL:c@d", "item1.X-ABLABEL:shared")),
	}
	dir := os.Getenv("LOCKSTEP_CORPUS")
	if dir == "" {
		t.Log("LOCKSTEP_CORPUS is not set: the real cards are not tested")
		return all
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".vcf" {
			return err
		}
		file, err := os.ReadFile(path)
		for part := range vcard.Split(file) {
			if part.Err != nil {
				continue
			}
			body, err := vcard.WithUID(part.Body, "u")
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, body)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Errorf("only %d cards", len(all))
	}
	return all
}

// edit is what a person, or a program, does to a card: it changes its lines.
func edit(t testing.TB, body []byte, dice *rand.Rand) []byte {
	c, err := vcard.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	var rest []vcard.Property
	for _, p := range c.Properties() {
		if p.Name != "VERSION" && p.Name != "UID" && p.Inner == nil {
			rest = append(rest, p)
		}
	}
	text := fmt.Sprintf("%c%d", 'a'+dice.IntN(26), dice.IntN(3))
	insert := func(lines ...string) {
		at := 2
		for range dice.IntN(len(rest) + 1) {
			at++
		}
		at = min(at, len(c.Doc.Lines)-1)
		for c.Doc.Lines[at].Depth > 1 || c.Doc.Lines[at].Name == "BEGIN" || c.Doc.Lines[at].Depth == 1 && c.Doc.Lines[at].Name == "END" {
			at--
		}
		d := c.Doc.Lines[at]
		d.Raw = strings.Join(lines, "\r\n") + "\r\n" + d.Raw
		c.Doc.Lines[at].Raw = d.Raw
	}
	switch act := dice.IntN(12); {
	case act == 0:
		insert("TEL;TYPE=" + []string{"HOME", "work", "cell,VOICE"}[dice.IntN(3)] + ":+" + fmt.Sprint(dice.IntN(50)))
	case act == 1:
		insert("EMAIL:" + text + "@example.org")
	case act == 2:
		insert("CATEGORIES:" + text + "," + text + "x")
	case act == 3:
		g := fmt.Sprintf("item%d", dice.IntN(90))
		insert(g+".URL:http://"+text, g+".X-ABLABEL:"+text)
	case act == 4:
		insert("X-ANY-" + strings.ToUpper(text) + ";X-P=" + text + ":" + text)
	case act == 5 && len(rest) > 0: // a line goes
		c.Doc.Remove(rest[dice.IntN(len(rest))].At)
	case act == 6 && len(rest) > 0: // other attributes
		p := rest[dice.IntN(len(rest))]
		a := p.Attributes()
		if dice.IntN(2) == 0 {
			clear(a)
		}
		if p.Base64() || p.Name == "REV" {
			return body
		}
		a["TYPE="+text] = text
		c.Doc.Replace(p.At, p.WithAttributes(a).Line)
	case act < 10 && len(rest) > 0: // another value
		p := rest[dice.IntN(len(rest))]
		value := p.WithText(text)
		if p.Name == "TEL" {
			value = p.WithText(fmt.Sprint("+", dice.IntN(50)))
		}
		c.Doc.Replace(p.At, value.Line)
	default: // lines in another order
		if len(rest) > 1 {
			a, b := rest[dice.IntN(len(rest))].At, rest[dice.IntN(len(rest))].At
			c.Doc.Lines[a], c.Doc.Lines[b] = c.Doc.Lines[b], c.Doc.Lines[a]
		}
	}
	out := c.Doc.Bytes()
	if _, _, err := vcard.Describe(out); err != nil {
		t.Fatalf("the edit made no card: %v\n%s", err, out)
	}
	return out
}

func properties(t testing.TB, body []byte) map[string]string {
	p, err := contact.Format{}.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name, v := range p {
		if !(contact.Format{}).Ignored(name) {
			out[name] = contact.Format{}.Canonical(name, v)
		}
	}
	return out
}

func contains(m map[string]string, name string) bool { _, is := m[name]; return is }

func union(a, b map[string]string) map[string]bool {
	all := map[string]bool{}
	for name := range a {
		all[name] = true
	}
	for name := range b {
		all[name] = true
	}
	return all
}

// touched tells whether a side edited a property or a part of it.
func touched(f contact.Format, prop string, was, is map[string]string) bool {
	for name := range union(was, is) {
		if (name == prop || f.Whole(name) == prop) && was[name] != is[name] {
			return true
		}
	}
	return false
}

// sayable tells whether the versions of the cards can say a property alike.
func sayable(now [2][]byte, prop string) bool {
	l, _ := vcard.Parse(now[0])
	r, _ := vcard.Parse(now[1])
	return l.Version == r.Version
}
