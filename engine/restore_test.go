package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"testing"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/undo"
)

// undoWorld is two stores of cards, one of them on this machine, whose runs can be
// undone.
type undoWorld struct {
	*davWorld
	t    *testing.T
	area *undo.Area
	run  string
}

func newUndoWorld(t *testing.T) *undoWorld {
	w := &undoWorld{davWorld: newDavWorld(still{}, davOptions{}), t: t, area: undo.Open(filepath.Join(t.TempDir(), "undo"))}
	w.link.Undo, w.link.Local = w.area, [2]bool{true, false}
	w.engine.NewRun = func() string { return w.run }
	return w
}

func (w *undoWorld) step(run string) { w.run = run; w.pass() }

func (w *undoWorld) set(x int, uid, name, value string) {
	w.t.Helper()
	s := w.servers[x]
	r, there := s.ByKey(core.Key(uid))
	p := map[string]string{"UID": uid}
	if there {
		p = w.parsed(s, r)
	}
	p[name] = value
	w.put(s, r, p)
}

func (w *undoWorld) remove(x int, uid string) {
	r, there := w.servers[x].ByKey(core.Key(uid))
	if !there {
		w.t.Fatalf("there is no %s on %d", uid, x)
	}
	w.servers[x].Remove(r)
}

// names of the cards on a side, in order, without what means nothing.
func (w *undoWorld) names(x int) string {
	var out []string
	for _, r := range w.servers[x].Refs() {
		p := w.parsed(w.servers[x], r)
		out = append(out, fmt.Sprint(p["UID"], "=", p["FN"], p["NOTE"]))
	}
	slices.Sort(out)
	return fmt.Sprint(out)
}

func (w *undoWorld) want(what string, sides ...string) {
	w.t.Helper()
	for x, want := range sides {
		if got := w.names(x); got != want {
			w.t.Errorf("%s: on side %d there is %s, not %s", what, x, got, want)
		}
	}
}

func (w *undoWorld) restore(run string, undone, left int) engine.Reversal {
	w.t.Helper()
	got, err := w.engine.Restore(context.Background(), w.link, w.area, run)
	if err != nil || len(got.Undone) != undone || len(got.Left) != left {
		w.t.Errorf("undo of %s: %d undone, %d left, %v: %+v", run, len(got.Undone), len(got.Left), err, got.Left)
	}
	for _, e := range got.Left {
		if e.Error == "" || e.Key == "" {
			w.t.Errorf("it does not say what is left, or why: %+v", e)
		}
	}
	return got
}

// TestRestore: case 81. What a run deleted and overwrote, here and on the server, is
// as before on both sides; what it did not touch stays.
func TestRestore(t *testing.T) {
	w := newUndoWorld(t)
	for _, uid := range []string{"a", "b", "c", "d", "e"} {
		w.set(0, uid, "FN", "1")
	}
	w.step("first")
	w.set(0, "a", "FN", "2") // overwritten on the server
	w.set(1, "b", "FN", "2") // and here
	w.remove(0, "c")         // deleted on the server
	w.remove(1, "d")         // and here
	w.step("second")
	w.want("synced", "[a=2 b=2 e=1]", "[a=2 b=2 e=1]")
	w.set(1, "e", "FN", "3")
	w.step("third")
	w.restore("second", 4, 0)
	w.want("undone", "[a=2 b=1 d=1 e=3]", "[a=1 b=2 c=1 e=3]")
	w.restore("second", 0, 0)
	w.step("fourth")
	w.step("fifth")
	w.want("synced again", "[a=1 b=1 c=1 d=1 e=3]", "[a=1 b=1 c=1 d=1 e=3]")
}

// TestRestoreLeavesAlone: what was changed since a run, or is gone, or is there again,
// stays as it is and is told; the others are restored, and what the server refuses is
// told too.
func TestRestoreLeavesAlone(t *testing.T) {
	w := newUndoWorld(t)
	for _, uid := range []string{"a", "b", "c", "d", "e"} {
		w.set(0, uid, "FN", "1")
	}
	w.step("first")
	for _, uid := range []string{"a", "b", "c"} {
		w.set(0, uid, "FN", "2")
	}
	w.remove(0, "d")
	w.remove(0, "e")
	w.step("second")
	w.set(1, "a", "NOTE", "since")
	w.remove(1, "b")
	w.set(1, "d", "FN", "anew")
	w.servers[1].Shape.Refuses = func(_ *memory.Server, _ core.CollectionID, item core.Item) string {
		if item.Key == "e" {
			return "no more cards"
		}
		return ""
	}
	w.restore("second", 1, 4)
	w.want("undone", "[a=2 b=2 c=2]", "[a=2since c=1 d=anew]")
	w.servers[1].Shape.Refuses = nil
	w.restore("second", 1, 3)
	w.want("undone once more", "[a=2 b=2 c=2]", "[a=2since c=1 d=anew e=1]")
}

// TestRestoreAfterCrash: a run that ended before its log was written kept what it was
// about to overwrite. If it was not written, there is nothing to do; else nobody knows
// whose body stands there.
func TestRestoreAfterCrash(t *testing.T) {
	w := newUndoWorld(t)
	w.set(0, "a", "FN", "1")
	w.set(0, "b", "FN", "1")
	w.step("first")
	for _, uid := range []string{"a", "b"} {
		r, _ := w.servers[1].ByKey(core.Key(uid))
		s := core.Stub{Ref: r, Key: core.Key(uid)}
		_, err := w.area.Keep(context.Background(), "second", core.Right, "book", core.Item{Stub: s, Body: io.NopCloser(bytes.NewReader(w.servers[1].At(r).Body))})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.set(1, "b", "FN", "2")
	w.restore("second", 0, 1)
	w.want("undone", "[a=1 b=1]", "[a=1 b=2]")
}

// TestRestoreWhole: a kind whose bodies do not merge is overwritten as a whole, and
// only what this machine loses is kept.
func TestRestoreWhole(t *testing.T) {
	w := newUndoWorld(t)
	w.link.Traits.Merger, w.link.Local = nil, [2]bool{false, true}
	w.servers[1].Shape.Rewrite = nil
	w.set(0, "a", "FN", "1")
	w.set(1, "b", "FN", "1")
	w.step("first")
	w.set(0, "a", "FN", "2")
	w.set(1, "b", "FN", "2")
	w.step("second")
	w.restore("second", 1, 0)
	w.want("undone", "[a=2 b=2]", "[a=1 b=2]")
	w.step("third")
	w.want("synced again", "[a=1 b=2]", "[a=1 b=2]")
}
