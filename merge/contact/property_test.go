package contact_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/format/vcard"
	"lockstep/merge"
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

// TestPatchDoesWhatItSays: what Patch sets is there, what it does not is as it
// was, and lines of other properties keep their bytes.
func TestPatchDoesWhatItSays(t *testing.T) {
	f := contact.Format{}
	all := cards(t)
	dice := rand.New(rand.NewPCG(1, 2))
	for i := range 2000 {
		body, other := all[dice.IntN(len(all))], all[dice.IntN(len(all))]
		body, other = edit(t, body, dice), edit(t, other, dice)
		b, _ := f.Parse(body)
		o, _ := f.Parse(other)
		vb, _ := vcard.Parse(body)
		vo, _ := vcard.Parse(other)
		changes := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(b)) {
			if f.Whole(name) == "" && name != "UID" && dice.IntN(3) == 0 {
				changes[name] = merge.Absent
			}
		}
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if f.Whole(name) == "" && name != "UID" && dice.IntN(2) == 0 {
				changes[name] = o[name]
			}
		}
		for _, name := range slices.Sorted(maps.Keys(changes)) { // the parts go with their whole
			for _, from := range []map[string]string{b, o} {
				for part := range from {
					if f.Whole(part) != name {
						continue
					}
					if v, is := o[part]; is && changes[name] != merge.Absent {
						changes[part] = v
					} else {
						changes[part] = merge.Absent
					}
				}
			}
		}
		out, err := f.Patch(body, changes)
		if err != nil {
			t.Fatalf("%d: %v\n%s", i, err, body)
		}
		got := properties(t, out)
		want := properties(t, body)
		for name, v := range changes {
			if v == merge.Absent {
				delete(want, name)
			} else if !f.Ignored(name) {
				want[name] = f.Canonical(name, v)
			}
		}
		for name := range union(got, want) {
			if got[name] == want[name] && (vb.Version == vo.Version || contains(got, name) == contains(want, name)) {
				continue
			}
			if vb.Version != vo.Version {
				continue // what a version cannot say
			}
			t.Errorf("%d: %s is %q, want %q:\n%s\nwith\n%q\nbecame\n%s", i, name, got[name], want[name], body, changes, out)
		}
		for _, l := range vb.Doc.Lines {
			touched := l.Group != ""
			for name := range changes {
				touched = touched || strings.HasPrefix(name, vcard.CanonicalName(l.Name))
			}
			if !touched && l.Depth == 1 && !bytes.Contains(out, []byte(strings.TrimRight(l.Raw, "\r\n"))) {
				t.Errorf("%d: the line %q did not stay:\n%s", i, l.Raw, out)
			}
		}
		if t.Failed() {
			return
		}
	}
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

// TestMergeProperties: random edits of both sides of real cards.
func TestMergeProperties(t *testing.T) {
	f, m := contact.Format{}, merger()
	all := cards(t)
	edited := 0
	for seed := range uint64(3000) {
		dice := rand.New(rand.NewPCG(seed, 7))
		left := all[dice.IntN(len(all))]
		right := left
		if dice.IntN(3) == 0 { // the other side has a card of another version
			p, _ := f.Parse(left)
			other := []string{"UID:u"}
			body := []byte(card([]string{"2.1", "3.0", "4.0"}[dice.IntN(3)], other...))
			var err error
			if right, err = f.Patch(body, p); err != nil {
				t.Fatal(err)
			}
		}
		base, now := [2][]byte{left, right}, [2][]byte{left, right}
		for x := range now {
			for range dice.IntN(4) {
				now[x] = edit(t, now[x], dice)
			}
		}
		name := fmt.Sprintf("seed %d", seed)
		got, err := m.Merge(base, now)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, _ := m.Merge(base, now)
		if !slices.EqualFunc(got.To[:], again.To[:], bytes.Equal) || !slices.EqualFunc(got.Base[:], again.Base[:], bytes.Equal) || len(got.Collisions) != len(again.Collisions) {
			t.Errorf("%s: two merges differ", name)
		}
		end := quiet(t, name, got, now)
		was := [2]map[string]string{properties(t, base[0]), properties(t, base[1])}
		is := [2]map[string]string{properties(t, now[0]), properties(t, now[1])}
		then := [2]map[string]string{properties(t, end[0]), properties(t, end[1])}
		collided := map[string]bool{}
		for _, c := range got.Collisions {
			collided[c.Property] = true
		}
		for x := range now {
			for prop, v := range is[x] { // nothing that a side added is lost
				if old, had := was[x][prop]; had && old == v || collided[prop] || f.Whole(prop) != "" {
					continue
				}
				edited++
				for y := range now {
					if _, there := then[y][prop]; !there {
						t.Errorf("%s: %s, added on side %d, is not on side %d", name, prop, x, y)
					}
				}
			}
			for prop := range was[x] { // what a side removed, and nobody edited, is gone
				if f.Whole(prop) != "" || contains(is[x], prop) || !contains(was[1-x], prop) || !contains(is[1-x], prop) || touched(f, prop, was[1-x], is[1-x]) {
					continue
				}
				for y := range now {
					if contains(then[y], prop) {
						t.Errorf("%s: %s, removed on side %d, is on side %d", name, prop, x, y)
					}
				}
			}
		}
		if bytes.Equal(left, right) {
			for prop := range union(then[0], then[1]) {
				if then[0][prop] != then[1][prop] && !collided[prop] && !collided[f.Whole(prop)] && sayable(now, prop) {
					t.Errorf("%s: %s is %q on the left and %q on the right", name, prop, then[0][prop], then[1][prop])
				}
			}
		}
		same, err := m.Merge(base, [2][]byte{now[0], now[0]}) // equal edits are no write
		if bytes.Equal(left, right) && (err != nil || same.To[0] != nil || same.To[1] != nil || len(same.Collisions) > 0) {
			t.Errorf("%s: equal edits are merged: %q %q %v", name, same.Carried[0], same.Carried[1], same.Collisions)
		}
		if t.Failed() {
			t.Fatalf("%s:\nbase\n%s\nbase of the right\n%s\nleft\n%s\nright\n%s\nto left %q\n%s\nto right %q\n%s\n%v", name, base[0], base[1], now[0], now[1], got.Carried[0], got.To[0], got.Carried[1], got.To[1], got.Collisions)
		}
	}
	if edited < 500 {
		t.Errorf("only %d additions", edited)
	}
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

// TestWeakServer: a server that drops labels, other parameters and the third
// address never takes them from the other side (rules 23 and 24).
func TestWeakServer(t *testing.T) {
	m := merger()
	weak := func(body []byte) []byte {
		var out []string
		emails := 0
		for line := range strings.SplitSeq(string(body), "\r\n") {
			switch {
			case strings.Contains(line, "X-ABLABEL"), strings.HasPrefix(line, "X-"):
				continue
			case strings.Contains(line, "EMAIL"):
				if emails++; emails > 2 {
					continue
				}
			}
			if i := strings.Index(line, ";X-A=1"); i >= 0 {
				line = line[:i] + line[i+6:]
			}
			out = append(out, strings.TrimPrefix(line, "item1."))
		}
		return []byte(strings.Join(out, "\r\n"))
	}
	held := map[string]bool{}
	see := func(body []byte) {
		for _, class := range m.Properties(body) {
			held[class] = true
		}
	}
	rich := []byte(v3("UID:u", "FN:a", "item1.TEL;TYPE=HOME:1", "item1.X-ABLABEL:Boat", "EMAIL;X-A=1:a@b", "EMAIL:b@b", "EMAIL:c@b", "X-FOO:1"))
	now := [2][]byte{rich, weak(rich)}
	see(now[1])
	base, err := m.Commit([2][]byte{}, core.Right, nil, rich, rich, now[1], false, func(c string) bool { return held[c] })
	if err != nil {
		t.Fatal(err)
	}
	for round, change := range []func(){
		func() {},
		func() { now[0] = bytes.Replace(now[0], []byte("FN:a"), []byte("FN:b"), 1) },
		func() { now[1] = bytes.Replace(now[1], []byte("FN:b"), []byte("FN:c"), 1) },
		func() { now[1] = bytes.Replace(now[1], []byte(":1\r\n"), []byte(":2\r\n"), 1) },
		func() { now[0] = bytes.Replace(now[0], []byte("EMAIL:c@b"), []byte("EMAIL:d@b"), 1) },
		func() {},
	} {
		change()
		for pass := range 3 {
			got, err := m.Merge(base, now)
			if err != nil {
				t.Fatal(err)
			}
			base = got.Base
			for x, to := range got.To {
				if to == nil {
					continue
				}
				if pass == 2 {
					t.Errorf("round %d is not quiet: %q to side %d", round, got.Carried[x], x)
				}
				stored := to
				if x == 1 {
					stored = weak(to)
					see(stored)
				}
				base, err = m.Commit(base, core.Side(x), got.Carried[x], now[1-x], to, stored, false, func(c string) bool { return x == 0 || held[c] })
				if err != nil {
					t.Fatal(err)
				}
				now[x] = stored
			}
		}
	}
	p := properties(t, now[0])
	for _, name := range []string{"TEL:2", "TEL:2|X-ABLABEL", "TEL:2|TYPE=home", "EMAIL:a@b|X-A", "EMAIL:b@b", "EMAIL:d@b", "X-FOO"} {
		if !contains(p, name) {
			t.Errorf("%s is lost:\n%s", name, now[0])
		}
	}
	if p["FN"] != "c" || contains(p, "TEL:1") {
		t.Errorf("the left holds\n%s", now[0])
	}
}

// TestReopen: a person settles a collision for one side.
func TestReopen(t *testing.T) {
	m := merger()
	base := [2][]byte{[]byte(v3("UID:u", "FN:a", "TEL;X-A=a:1")), []byte(v3("UID:u", "FN:a", "TEL;X-A=a:1"))}
	now := [2][]byte{[]byte(v3("UID:u", "FN:b", "TEL;X-A=b:1")), []byte(v3("UID:u", "FN:c", "TEL;X-A=c:1"))}
	got, err := m.Merge(base, now)
	if err != nil || len(got.Collisions) != 2 {
		t.Fatal(got.Collisions, err)
	}
	var names []string
	for _, c := range got.Collisions {
		names = append(names, c.Property)
	}
	base = got.Base
	if base[1], err = m.Reopen(base[1], names); err != nil {
		t.Fatal(err)
	}
	got, err = m.Merge(base, now)
	if err != nil || string(got.To[0]) != string(now[1]) || got.To[1] != nil || len(got.Collisions) > 0 {
		t.Errorf("to left %q, to right %q, %v %v", got.To[0], got.To[1], got.Collisions, err)
	}
}

func TestRefused(t *testing.T) {
	m := merger()
	if _, err := m.Sum([]byte(v3("FN:a\x00"))); core.ClassOf(err) != core.Permanent || !strings.Contains(err.Error(), "line 3") {
		t.Error(err)
	}
	if _, err := m.Merge([2][]byte{}, [2][]byte{[]byte("x"), []byte(v3("FN:a"))}); core.ClassOf(err) != core.Permanent {
		t.Error(err)
	}
	if a, err := m.Sum([]byte(v3("UID:u", "FN:a", "REV:1"))); err != nil {
		t.Error(err)
	} else if b, _ := m.Sum([]byte(v4("REV:2", "FN:a", "UID:u"))); a != b {
		t.Error("the same card of two versions has two Sums")
	}
}
