package engine_test

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/undo"
)

// TestReverse: the elements of a run are as before; accounts, identities and
// what somebody changed since are not touched, and said.
func TestReverse(t *testing.T) {
	w, e := quietProvision(0)
	area := undo.Open(filepath.Join(t.TempDir(), "undo"))
	w.link.Undo = area
	for _, e := range w.entries {
		w.wish(e, "quota", "", "5")
	}
	run := ""
	w.engine.NewRun = func() string { return run }
	step := func(name string) { run = name; w.pass() }
	step("first")
	before := w.standing()
	w.wish(e, "quota", "", "7")
	w.unwish(e, "alias/al1@d")
	w.wish(e, "alias", "al3@d", "a")
	w.wish(e, "fwd", "y@out", "f")
	w.wish(e, "alias", "al4@d", "a")
	w.enter("m4@d")
	step("second")
	s := w.servers[1]
	changed, _ := s.ByKey("alias/m5@d/al4@d")
	s.Edit(changed, []byte("b"))
	after := w.standing()
	reverse := func(of string) engine.Reversal {
		t.Helper()
		for x := range w.servers {
			w.link.Replicas[x] = memory.Open(w.servers[x])
		}
		run = "undo of " + of
		r, err := w.engine.Reverse(context.Background(), w.link, area, of)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := reverse("second")
	want := maps.Clone(before)
	for _, key := range []core.Key{"user/m4@d", "ident/m4@d", "alias/m5@d/al4@d"} {
		want[key] = after[key]
	}
	if now := w.standing(); !maps.Equal(now, want) {
		t.Errorf("after undo there is\n%v\nwant\n%v", now, want)
	}
	var left []string
	for _, entry := range r.Left {
		left = append(left, string(entry.Key)+": "+entry.Error)
	}
	slices.Sort(left)
	if len(left) != 3 || !strings.Contains(left[0], "alias/m5@d/al4@d: it was changed since") || len(r.Undone) != 4 {
		t.Errorf("left %q, undone %+v", left, r.Undone)
	}
	log, _ := w.store.Log(context.Background(), "undo of second")
	if len(log) != 4 || log[0].Why != "undo of second" {
		t.Errorf("the log has %+v", log)
	}
	if again := reverse("second"); len(again.Undone) != 0 || len(again.Left) != 3 {
		t.Errorf("a second time: %+v", again)
	}
}

// TestReverseAfterRename: what belongs to an account that was renamed stays.
func TestReverseAfterRename(t *testing.T) {
	w, e := quietProvision(0)
	area := undo.Open(filepath.Join(t.TempDir(), "undo"))
	w.link.Undo = area
	run := "first"
	w.engine.NewRun = func() string { return run }
	w.pass()
	w.rename(e, "m6@d")
	run = "second"
	w.pass()
	before := w.standing()
	for x := range w.servers {
		w.link.Replicas[x] = memory.Open(w.servers[x])
	}
	r, err := w.engine.Reverse(context.Background(), w.link, area, "second")
	if err != nil || len(r.Undone) != 0 || !maps.Equal(w.standing(), before) {
		t.Errorf("%+v, %v", r, err)
	}
}

// standing is what the mail server has, by Key.
func (w *provWorld) standing() map[core.Key]string {
	out := map[core.Key]string{}
	for _, ref := range w.servers[1].Refs() {
		m := w.servers[1].At(ref)
		out[m.Key] = string(m.Body)
	}
	return out
}
