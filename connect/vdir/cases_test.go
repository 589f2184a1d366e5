//go:build unix

package vdir_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/connect/vdir"
	"lockstep/core"
	"lockstep/format/ical"
	"lockstep/format/vcard"
)

// TestCase51Root: a root that is missing, empty, or another one than a moment ago is
// an error, never a survey without collections.
func TestCase51Root(t *testing.T) {
	p := newPerson(t, "a")
	p.write(t, "a/1.vcf", card(1))
	r := p.open(t)
	_, err := r.Collections(t.Context())
	must(t, err)

	must(t, os.Rename(p.root, p.root+".away")) // unmounted while we look
	_, err = r.Collections(t.Context())
	wantClass(t, err, core.Permanent)
	if _, err := vdir.Open(p.config); core.ClassOf(err) != core.Permanent || !strings.Contains(err.Error(), "mount the disk") {
		t.Errorf("%v", err)
	}
	must(t, os.Mkdir(p.root, 0o700)) // what is below the mount
	_, err = r.Collections(t.Context())
	wantClass(t, err, core.Transient)
	_, err = p.open(t).Collections(t.Context())
	wantClass(t, err, core.Permanent)
	must(t, os.Remove(p.root))
	must(t, os.Rename(p.root+".away", p.root))
	if s, err := r.Collections(t.Context()); err != nil || len(s.Collections) != 1 || !s.Complete {
		t.Errorf("%+v, %v", s, err)
	}

	must(t, os.Rename(filepath.Join(p.root, "a"), filepath.Join(p.root, ".a"))) // no collection is left
	must(t, os.Mkdir(filepath.Join(p.root, "lost+found"), 0o700))
	_, err = p.open(t).Collections(t.Context())
	wantClass(t, err, core.Permanent)
	p.write(t, "1.vcf", card(1))
	if _, err = p.open(t).Collections(t.Context()); err == nil || !strings.Contains(err.Error(), "vdir:PATH#NAME") {
		t.Errorf("%v", err)
	}
	p.config.Create = true // the first sync
	if s, err := p.open(t).Collections(t.Context()); err != nil || len(s.Collections) != 0 || !s.Complete {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestCase51Emptied: another directory in the place of a collection is another
// incarnation of it, so that what it lacks counts as deleted by nobody.
func TestCase51Emptied(t *testing.T) {
	for name, config := range map[string]func(*vdir.Config){
		"one of some": func(*vdir.Config) {},
		"the path": func(c *vdir.Config) {
			c.Path, c.Name = filepath.Join(c.Path, "a"), "a"
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t, "a")
			p.write(t, "a/1.vcf", card(1))
			config(&p.config)
			look := func() core.Collection {
				s, err := p.open(t).Collections(t.Context())
				must(t, err)
				if len(s.Collections) != 1 || s.Collections[0].Path != "a" {
					t.Fatalf("%+v", s)
				}
				return s.Collections[0]
			}
			before := look()
			if before.Count == 0 {
				t.Errorf("%+v", before)
			}
			must(t, os.Remove(filepath.Join(p.root, "a/1.vcf")))
			if c := look(); c.Incarnation != before.Incarnation || c.Count != 0 || c.Same != before.Same {
				t.Errorf("emptied in place, %+v became %+v", before, c)
			}
			r := p.open(t)
			_, err := r.Collections(t.Context())
			must(t, err)
			must(t, os.Rename(filepath.Join(p.root, "a"), filepath.Join(p.root, "../away")))
			must(t, os.Mkdir(filepath.Join(p.root, "a"), 0o700))
			if c := look(); c.Incarnation == before.Incarnation {
				t.Errorf("replaced, %+v is still %+v", before, c)
			}
			w := create("a", "", card(2))
			w.Incarnation = before.Incarnation
			r = p.open(t)
			_, err = apply(t, r, w)
			wantClass(t, err, core.Resync)
			if all := list(t, r, "a"); len(all) != 0 {
				t.Errorf("%+v", all)
			}
		})
	}
}

// TestCase66: an item without a UID has a Key all the same, the same in every look and
// another one for each file, and is not written. What is written gets a UID, and is not
// told to be as it was sent.
func TestCase66(t *testing.T) {
	p := newPerson(t, "a")
	bare := []byte("BEGIN:VCARD\nVERSION:3.0\nFN:Nobody\nN:;;;;\nEND:VCARD\n")
	p.write(t, "a/1.vcf", bare)
	p.write(t, "a/2.vcf", bare)
	all := list(t, p.open(t), "a")
	if len(all) != 2 || all[0].Bad+all[1].Bad != "" || all[0].Label != "Nobody" || all[0].Key == all[1].Key || all[0].Key != core.ImpliedKey(all[0].Ref) {
		t.Fatalf("%+v", all)
	}
	if again := list(t, p.open(t), "a"); again[0].Key != all[0].Key || p.read(t, "a/1.vcf") != string(bare) {
		t.Errorf("%+v", again)
	}
	w := create("a", "3", bare)
	w.Item.Key = "given"
	_, err := apply(t, p.open(t), w)
	wantClass(t, err, core.Permanent) // nothing gives it one
	p.config.WithUID = vcard.WithUID
	w = create("a", "3", bare)
	w.Item.Key = "given"
	res, err := apply(t, p.open(t), w)
	must(t, err)
	if res.AsSent || res.Stub.Key != "given" || res.Stub.Sum != "" || !strings.Contains(p.read(t, "a/3.vcf"), "UID:given") {
		t.Errorf("%+v of %q", res, p.read(t, "a/3.vcf"))
	}
	w = update(all[0], bytes.ReplaceAll(bare, []byte("Nobody"), []byte("Somebody")))
	w.Item.Key = all[0].Key
	res, err = apply(t, p.open(t), w)
	must(t, err)
	if s := list(t, p.open(t), "a")[0]; res.AsSent || s.Key != all[0].Key || s.Rev != res.Stub.Rev || !strings.Contains(p.read(t, "a/1.vcf"), "UID:"+string(s.Key)) {
		t.Errorf("%+v, %+v", res, s)
	}
	p.write(t, "a/2.vcf", card(2)) // a program gives it one, which stays
	w = update(list(t, p.open(t), "a")[1], card(102))
	w.Item.Key = all[1].Key
	if _, err = apply(t, p.open(t), w); err != nil || p.read(t, "a/2.vcf") != string(card(102)) {
		t.Errorf("%v, %q", err, p.read(t, "a/2.vcf"))
	}
}

// TestCase67: two cards with one UID are both listed, and a third is refused.
func TestCase67(t *testing.T) {
	p := newPerson(t, "a")
	p.write(t, "a/1.vcf", card(1))
	p.write(t, "a/2.vcf", card(101))
	r := p.open(t)
	all := list(t, r, "a")
	if len(all) != 2 || all[0].Key != all[1].Key || all[0].Bad+all[1].Bad != "" {
		t.Fatalf("%+v", all)
	}
	_, err := apply(t, r, create("a", "3", card(201)))
	wantClass(t, err, core.Conflict)
	if err == nil || !strings.Contains(err.Error(), "a/1.vcf") {
		t.Errorf("the holder is not named: %v", err)
	}
	_, err = apply(t, r, core.Write{Op: core.OpDelete, Ref: all[0].Ref, If: core.Condition{Rev: all[0].Rev}})
	must(t, err)
	_, err = apply(t, r, create("a", "3", card(201)))
	wantClass(t, err, core.Conflict) // one is left
}

// TestCase68and69: a file with two cards, or without an end, is bad with its path and
// line, stays as it is, and is a card once somebody mended it.
func TestCase68and69(t *testing.T) {
	p := newPerson(t, "a")
	two := string(card(1)) + string(card(2))
	half, _, _ := strings.Cut(string(card(3)), "END:")
	p.write(t, "a/two.vcf", []byte(two))
	p.write(t, "a/half.vcf", []byte(half))
	p.write(t, "a/empty.vcf", nil)
	p.write(t, "a/well.vcf", card(4))
	r := p.open(t)
	all := list(t, r, "a")
	if len(all) != 4 {
		t.Fatalf("%+v", all)
	}
	for _, s := range all {
		switch s.ID {
		case "well":
			if s.Bad != "" || s.Key != uid(4) || s.Label != "Ann 004" {
				t.Errorf("%+v", s)
			}
			continue
		case "empty":
		default:
			if !strings.Contains(s.Bad, "line ") {
				t.Errorf("no line is named: %q", s.Bad)
			}
		}
		if !strings.HasPrefix(s.Bad, `"a/`+string(s.ID)+`.vcf": `) || s.Key != "" || s.Sum != "" {
			t.Errorf("%+v", s)
		}
		for _, err := range r.Fetch(t.Context(), []core.Ref{s.Ref}) {
			wantClass(t, err, core.Permanent)
		}
	}
	if p.read(t, "a/two.vcf") != two || p.read(t, "a/half.vcf") != half {
		t.Error("a bad file was changed")
	}
	p.write(t, "a/half.vcf", card(3))
	r.Recall(recalled(all))
	for _, s := range list(t, r, "a") {
		if s.ID == "half" && (s.Bad != "" || s.Key != uid(3)) {
			t.Errorf("mended, it is %+v", s)
		}
	}
}

// TestCase68Calendar: an event and its moved instances are one item; two events in a
// file are none.
func TestCase68Calendar(t *testing.T) {
	p := newPerson(t, "cal")
	p.config.Extension, p.config.Describe = ".ics", ical.Describe
	event := func(uid, more string) string {
		return "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260102T100000Z\r\n" + more + "SUMMARY:Choir\r\nEND:VEVENT\r\n"
	}
	calendar := func(events ...string) []byte {
		return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n")
	}
	p.write(t, "cal/one.ics", calendar(event("e1", "RRULE:FREQ=DAILY;COUNT=3\r\n"), event("e1", "RECURRENCE-ID:20260103T100000Z\r\n")))
	p.write(t, "cal/two.ics", calendar(event("e2", ""), event("e3", "")))
	p.write(t, "cal/card.vcf", card(1))
	all := list(t, p.open(t), "cal")
	if len(all) != 2 || all[0].ID != "one" || all[0].Key != "e1" || all[0].Label != "Choir" || all[0].Bad != "" || !strings.Contains(all[1].Bad, `"cal/two.ics": line`) {
		t.Errorf("%+v", all)
	}
}

// TestCase75: line ends and a missing last one are as they are, here and after a write.
func TestCase75(t *testing.T) {
	p := newPerson(t, "a")
	for name, body := range map[string]string{
		"crlf": string(card(1)), "lf": strings.ReplaceAll(string(card(2)), "\r\n", "\n"),
		"open": strings.TrimSuffix(string(card(3)), "\r\n"), "mixed": strings.Replace(string(card(4)), "\r\n", "\n", 2),
	} {
		p.write(t, "a/"+name+".vcf", []byte(body))
	}
	r := p.open(t)
	all := list(t, r, "a")
	for _, s := range all {
		if s.Bad != "" || s.Key == "" {
			t.Errorf("%+v", s)
		}
		body := strings.ReplaceAll(string(card(50)), "\r\n", "\n") + "\n"
		body = strings.Replace(body, string(uid(50)), string(s.Key), 1)
		_, err := apply(t, r, update(s, []byte(body)))
		must(t, err)
		if got := p.read(t, "a/"+string(s.ID)+".vcf"); got != body {
			t.Errorf("%q was written as %q", body, got)
		}
	}
	if len(all) != 4 {
		t.Errorf("%+v", all)
	}
}

// TestTouchedIsNotEdited: what is copied back, touched, or saved with the same bytes is
// what it was; a save within one tick of the clock, of the same size and with the
// time put back, is an edit.
func TestTouchedIsNotEdited(t *testing.T) {
	p := newPerson(t, "a")
	later := time.Hour
	p.config.Now = func() time.Time { return time.Now().Add(later) }
	p.config.Digest = nil
	file := filepath.Join(p.root, "a/1.vcf")
	old := time.Now().Add(-24 * time.Hour)
	p.write(t, "a/1.vcf", card(1))
	must(t, os.Chtimes(file, old, old))
	was := only(t, p.open(t), "a")
	if was.Sum != "" || was.Size != -1 {
		t.Errorf("without a digest, %+v", was)
	}
	was.Sum, was.Size = "learnt", 7 // as an engine does
	look := func() core.Stub {
		r := p.open(t)
		r.Recall(recalled([]core.Stub{was}))
		return only(t, r, "a")
	}
	if s := look(); s != was {
		t.Errorf("untouched, %+v became %+v", was, s)
	}
	for name, touch := range map[string]func() error{
		"touched": func() error { return os.Chtimes(file, time.Now(), time.Now()) },
		"saved":   func() error { return os.WriteFile(file, card(1), 0o600) },
		"shared":  func() error { return os.Chmod(file, 0o640) },
		"copied":  func() error { p.write(t, "a/x", card(1)); return os.Rename(filepath.Join(p.root, "a/x"), file) },
	} {
		must(t, touch())
		if s := look(); s.Rev == was.Rev || s.Sum != was.Sum || s.Size != was.Size || s.Key != was.Key || s.Label != was.Label {
			t.Errorf("%s, %+v became %+v", name, was, s)
		}
	}
	must(t, os.Chtimes(file, old, old))
	was = look()
	must(t, os.WriteFile(file, card(101), 0o600))
	must(t, os.Chtimes(file, old, old))
	if s := look(); s.Rev == was.Rev || s.Sum != "" {
		t.Errorf("edited with its time put back, %+v became %+v", was, s)
	}
	later = 0 // while it is young, the same bytes are the same Rev, and others are not
	was = look()
	if s := look(); s.Rev != was.Rev {
		t.Errorf("%s became %s", was.Rev, s.Rev)
	}
	must(t, os.WriteFile(file, card(1), 0o600))
	if s := look(); s.Rev == was.Rev {
		t.Errorf("an edit keeps the Rev %s", s.Rev)
	}
}

// TestQuietLookReadsNothing: what did not change is not opened.
func TestQuietLookReadsNothing(t *testing.T) {
	p := newPerson(t, "a")
	p.config.Now = func() time.Time { return time.Now().Add(time.Hour) }
	described := 0
	describe := p.config.Describe
	p.config.Describe = func(b []byte) (string, string, error) { described++; return describe(b) }
	for n, name := range []string{"a/1.vcf", "a/2.vcf", "a/3.vcf"} {
		p.write(t, name, card(n))
		r := p.open(t)
		list(t, r, "a")
	}
	r := p.open(t)
	all := list(t, r, "a")
	described = 0
	r = p.open(t)
	r.Recall(recalled(all))
	if again := list(t, r, "a"); described != 0 || len(again) != 3 || again[0] != all[0] {
		t.Errorf("%d were read; %+v", described, again)
	}
	p.write(t, "a/2.vcf", card(12))
	r = p.open(t)
	r.Recall(recalled(all))
	if again := list(t, r, "a"); described != 1 || again[1].Key != uid(12) || again[0] != all[0] {
		t.Errorf("%d were read; %+v", described, again)
	}
}

// TestOnlyCollection: the items of a link to one collection lie directly in the path.
func TestOnlyCollection(t *testing.T) {
	p := newPerson(t, "a")
	p.config.Path, p.config.Name = filepath.Join(p.root, "a"), "Friends & family"
	p.write(t, "a/1.vcf", card(1))
	r := p.open(t)
	s, err := r.Collections(t.Context())
	if err != nil || len(s.Collections) != 1 || s.Collections[0].Path != p.config.Name {
		t.Fatalf("%+v, %v", s, err)
	}
	if i := only(t, r, p.config.Name); i.Key != uid(1) {
		t.Errorf("%+v", i)
	}
	_, err = apply(t, r, create(p.config.Name, "new-1", card(2)))
	must(t, err)
	if p.read(t, "a/new-1.vcf") != string(card(2)) {
		t.Error("it is not there")
	}
	if c, err := r.CreateCollection(t.Context(), p.config.Name, core.RoleNone); err != nil || c.ID != core.CollectionID(p.config.Name) {
		t.Errorf("%+v, %v", c, err)
	}
	_, err = r.CreateCollection(t.Context(), "other", core.RoleNone)
	wantClass(t, err, core.Permanent)
	_, err = r.RenameCollection(t.Context(), s.Collections[0].ID, "other")
	wantClass(t, err, core.Permanent)
	wantClass(t, r.DeleteCollection(t.Context(), s.Collections[0].ID, 2), core.Permanent)
}
