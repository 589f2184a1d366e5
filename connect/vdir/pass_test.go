//go:build unix

package vdir_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/format/vcard"
	"lockstep/reconcile"
	"lockstep/state"
	statemem "lockstep/state/memory"
	"lockstep/undo"
)

// sameNames pairs collections of equal path.
type sameNames struct{}

func (sameNames) Map(_ core.Side, c core.Collection) (string, bool, string) { return c.Path, true, "" }
func (sameNames) ByRole() bool                                              { return false }

// desk is a server of cards in memory on the left, a vdir on the right, and a link
// between them.
type desk struct {
	*person
	t      *testing.T
	server *memory.Server
	store  state.Store
	undo   *undo.Area
	runs   int
	// ahead is how much later than now the passes run.
	ahead time.Duration
}

func newDesk(t *testing.T) *desk {
	sum := func(b []byte) core.Sum { s, _, _ := digest(bytes.NewReader(b)); return s }
	key := func(b []byte) core.Key { uid, _, _ := vcard.Describe(b); return core.Key(uid) }
	d := &desk{t: t, person: newPerson(t, "a"), store: statemem.New(), undo: undo.Open(filepath.Join(t.TempDir(), "undo")), ahead: time.Hour}
	d.server = memory.NewServer("left", memory.Shape{
		Ops:        core.Operations{Create: core.Checked, Update: core.Checked, Delete: core.Checked, Named: true},
		UniqueKeys: true, TellsRev: true, TellsSum: true, TellsID: true, Exact: true, Digest: sum, Keys: key,
	})
	d.server.AddFolder("a", core.RoleNone, core.Vocabulary{})
	d.config.Now = func() time.Time { return time.Now().Add(d.ahead) }
	return d
}

// pass syncs once.
func (d *desk) pass(options engine.Options) engine.Report {
	d.t.Helper()
	d.runs++
	e := engine.Engine{Now: d.config.Now, Sleep: func(context.Context, time.Duration) error { return nil },
		NewRun: func() string { return fmt.Sprint("run", d.runs) }, Attempts: 3, BatchItems: 10, BatchBytes: 1 << 20}
	report, err := e.Pass(d.t.Context(), d.link(), options)
	must(d.t, err)
	return report
}

func (d *desk) link() engine.Link {
	return engine.Link{Name: "cards", Replicas: [2]core.Replica{memory.Open(d.server), d.open(d.t)}, Local: [2]bool{false, true}, Store: d.store, Undo: d.undo,
		Traits: core.Traits{UniqueKeys: true, Digest: digest}, Mapper: sameNames{},
		Policy: reconcile.Policy{Mode: reconcile.TwoWay, Write: [2]bool{true, true}, Deletes: [2]bool{true, true}, Guard: reconcile.GuardPolicy{Percent: 50, Count: 3}}}
}

// cards of both sides, as one line each.
func (d *desk) cards() (left, right string) {
	var l, r []string
	for _, ref := range d.server.Refs() {
		l = append(l, string(d.server.At(ref).Body))
	}
	for _, name := range namesIn(d.t, filepath.Join(d.root, "a")) {
		r = append(r, d.read(d.t, filepath.Join("a", name)))
	}
	slices.Sort(l)
	slices.Sort(r)
	return strings.Join(l, ""), strings.Join(r, "")
}

func (d *desk) wantSame(what string, n int) {
	d.t.Helper()
	if l, r := d.cards(); l != r || strings.Count(l, "BEGIN:VCARD") != n {
		d.t.Errorf("%s: on the left\n%s\non the right\n%s", what, l, r)
	}
}

// noted tells whether a report has a parked note with some words.
func noted(r engine.Report, words ...string) bool {
	return slices.ContainsFunc(r.Plan.Notes, func(n core.Note) bool {
		return n.Parked && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(n.Why, w) })
	})
}

// TestPass: with the engine, both sides become the same and stay so, nothing is written
// in a quiet pass, and a touched file is no edit.
func TestPass(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"at once": 0, "much later": time.Hour} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.ahead = ahead
			for n := range 30 {
				d.server.Add("a", memory.Message{Body: card(n), Key: uid(n)})
			}
			for n := range 30 {
				d.write(t, fmt.Sprintf("a/%d.vcf", n+30), card(n+30))
			}
			d.pass(engine.Options{})
			d.wantSame("at first", 60)
			for range 2 {
				if r := d.pass(engine.Options{}); r.Writes() != 0 || len(r.Plan.Notes) > 0 {
					t.Errorf("a quiet pass: %+v", r)
				}
			}
			must(t, os.Chtimes(filepath.Join(d.root, "a/31.vcf"), time.Now(), time.Unix(1e9, 0)))
			d.write(t, "a/32.vcf", card(32))
			if r := d.pass(engine.Options{}); r.Writes() != 0 || r.BytesRead != 0 {
				t.Errorf("after a touch: %d writes, %d bytes", r.Writes(), r.BytesRead)
			}
			d.write(t, "a/33.vcf", card(133))
			must(t, os.Remove(filepath.Join(d.root, "a/34.vcf")))
			must(t, os.Rename(filepath.Join(d.root, "a/35.vcf"), filepath.Join(d.root, "a/renamed.vcf")))
			ref, _ := d.server.ByKey(uid(1))
			d.server.Edit(ref, card(101))
			ref, _ = d.server.ByKey(uid(2))
			d.server.Remove(ref)
			if r := d.pass(engine.Options{}); r.Writes() != 4 {
				t.Errorf("%d writes for an edit and a deletion on each side", r.Writes())
			}
			d.wantSame("edited", 58)
			if r := d.pass(engine.Options{}); r.Writes() != 0 {
				t.Errorf("a quiet pass: %+v", r)
			}
		})
	}
}

// TestPassParks: cases 67, 68 and 69 with the engine. What cannot be synced is told
// with its file, nothing of it is written or lost, and the rest goes on; mended, it is
// synced.
func TestPassParks(t *testing.T) {
	d := newDesk(t)
	half, _, _ := strings.Cut(string(card(5)), "END:")
	two := string(card(6)) + string(card(7))
	d.write(t, "a/first.vcf", card(1))
	d.write(t, "a/second.vcf", card(101))
	d.write(t, "a/half.vcf", []byte(half))
	d.write(t, "a/two.vcf", []byte(two))
	d.write(t, "a/well.vcf", card(9))
	on := func() string {
		var keys []string
		for _, ref := range d.server.Refs() {
			keys = append(keys, string(d.server.At(ref).Key))
		}
		slices.Sort(keys)
		return strings.Join(keys, " ")
	}
	for range 2 {
		r := d.pass(engine.Options{})
		if !noted(r, "bears the same key") || !noted(r, `"a/half.vcf"`, "line ") || !noted(r, `"a/two.vcf"`, "line ") {
			t.Errorf("%+v", r.Plan.Notes)
		}
		if on() != "u01@example.org u09@example.org" {
			t.Errorf("on the left there are %s", on())
		}
	}
	if d.read(t, "a/half.vcf") != half || d.read(t, "a/two.vcf") != two || d.read(t, "a/second.vcf") != string(card(101)) {
		t.Error("a parked file was changed")
	}
	d.write(t, "a/half.vcf", card(5))
	d.write(t, "a/two.vcf", card(6))
	d.write(t, "a/second.vcf", card(7))
	d.pass(engine.Options{})
	d.wantSame("mended", 5)

	d.write(t, "a/well.vcf", []byte(half)) // an item that was synced is spoilt
	if r := d.pass(engine.Options{}); !noted(r, `"a/well.vcf"`, "line ") || r.Writes() != 0 {
		t.Errorf("%d writes, %+v", r.Writes(), r.Plan.Notes)
	}
	if !strings.Contains(on(), "u09") {
		t.Error("a card that does not parse was deleted on the left")
	}
	d.write(t, "a/well.vcf", card(109))
	d.pass(engine.Options{})
	d.wantSame("mended again", 5)
}

// TestPassReplaced: case 51 with the engine. An empty directory in the place of a
// collection deletes nothing, not even a few items, and one that has all again is synced.
func TestPassReplaced(t *testing.T) {
	d := newDesk(t)
	for n := range 3 { // fewer than the guard would hold
		d.write(t, fmt.Sprintf("a/%d.vcf", n), card(n))
	}
	d.pass(engine.Options{})
	d.wantSame("at first", 3)
	dir := filepath.Join(d.root, "a")
	must(t, os.Rename(dir, dir+".away"))
	must(t, os.Rename(dir+".away", filepath.Join(d.root, "..", "away")))
	must(t, os.Mkdir(dir, 0o700))
	for range 2 {
		r := d.pass(engine.Options{})
		if r.Writes() != 0 || len(d.server.Refs()) != 3 {
			t.Fatalf("%d writes, %d on the left, %+v", r.Writes(), len(d.server.Refs()), r.Plan)
		}
	}
	must(t, os.Remove(dir))
	must(t, os.Rename(filepath.Join(d.root, "..", "away"), dir))
	d.write(t, "a/1.vcf", card(101))
	d.pass(engine.Options{})
	d.wantSame("mounted again", 3)
	if r := d.pass(engine.Options{}); r.Writes() != 0 || r.Held != 0 {
		t.Errorf("a quiet pass: %+v", r)
	}
	must(t, os.Remove(filepath.Join(dir, "2.vcf")))
	if r := d.pass(engine.Options{}); r.Held != 0 {
		t.Errorf("a deletion after that is held: %+v", r.Plan.Held)
	}
	d.wantSame("a deletion after that", 2)
}

// restore undoes the last run.
func (d *desk) restore(undone, left int) {
	d.t.Helper()
	e := engine.Engine{Now: d.config.Now, Attempts: 1}
	got, err := e.Restore(d.t.Context(), d.link(), d.undo, fmt.Sprint("run", d.runs))
	if err != nil || len(got.Undone) != undone || len(got.Left) != left {
		d.t.Errorf("%+v, %v", got, err)
	}
}

// TestPassUndo: what a pass deletes and overwrites here can be had back, with its name.
func TestPassUndo(t *testing.T) {
	d := newDesk(t)
	for n := range 9 {
		d.write(t, fmt.Sprintf("a/%d.vcf", n), card(n))
	}
	d.pass(engine.Options{})
	ref, _ := d.server.ByKey(uid(4))
	d.server.Remove(ref)
	d.pass(engine.Options{})
	d.wantSame("deleted", 8)
	d.restore(1, 0)
	if d.read(t, "a/4.vcf") != string(card(4)) {
		t.Error("it is not what it was")
	}
	d.pass(engine.Options{})
	d.wantSame("restored", 9)

	for _, n := range []int{5, 6} { // overwritten here
		ref, _ := d.server.ByKey(uid(n))
		d.server.Edit(ref, card(n+100))
	}
	d.pass(engine.Options{})
	d.write(t, "a/6.vcf", card(206)) // and changed since
	d.restore(1, 1)
	if d.read(t, "a/5.vcf") != string(card(5)) || d.read(t, "a/6.vcf") != string(card(206)) {
		t.Errorf("there are %s and %s", d.read(t, "a/5.vcf"), d.read(t, "a/6.vcf"))
	}
	d.pass(engine.Options{})
	d.wantSame("restored again", 9)
}
