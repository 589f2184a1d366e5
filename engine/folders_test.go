package engine_test

import (
	"slices"
	"testing"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
)

// TestFolderMadeAnewUnderAnotherName: the folder of a role is deleted on a side,
// and another one has the role now. What lay in the old one is gone there, also
// if the process dies as soon as it has paired the new one.
func TestFolderMadeAnewUnderAnotherName(t *testing.T) {
	for name, dies := range map[string]bool{"at once": false, "after a crash": true} {
		t.Run(name, func(t *testing.T) {
			w := quietMail(0)
			left, right := w.servers[0], w.servers[1]
			left.AddFolder("old", core.RoleArchive, w.vocabulary(0))
			right.AddFolder("archive", core.RoleArchive, w.vocabulary(1))
			kept := left.At(left.Add("old", memory.Message{Key: "kept", Body: []byte("kept")})).Sum
			gone := left.At(left.Add("old", memory.Message{Key: "gone", Body: []byte("gone")})).Sum
			w.pass()
			w.pass()
			left.RemoveFolder("old")
			left.AddFolder("new", core.RoleArchive, w.vocabulary(0))
			left.Add("new", memory.Message{Key: "kept", Body: []byte("kept")})
			if dies {
				w.store.dies = 2 // the run is begun, then the folders are paired
				w.pass()
				if w.store.dies != 0 {
					t.Fatal("it did not die")
				}
			}
			for range 3 {
				w.pass()
			}
			for x := range w.servers {
				if w.count(x, kept) != 1 || w.count(x, gone) != 0 {
					t.Errorf("on the %s there are %d and %d", core.Side(x), w.count(x, kept), w.count(x, gone))
				}
			}
			if w.report.Writes() > 0 {
				t.Errorf("the last pass made %d writes", w.report.Writes())
			}
		})
	}
}

// TestFolderRenamedTwice: a rename is carried over, and the process dies before it
// has written down that it did; meanwhile the user renames his folder again. That
// is carried over too, and not taken back.
func TestFolderRenamedTwice(t *testing.T) {
	for name, x := range map[string]core.Side{"on the left": core.Left, "on the right": core.Right} {
		t.Run(name, func(t *testing.T) {
			w := quietMail(0)
			w.pass()
			w.servers[x].RenameFolder("a", "once")
			w.engine.Emit = func(e engine.Event) {
				if e.Type == engine.EventFolder {
					panic(crash{})
				}
			}
			w.pass()
			w.engine.Emit = nil
			if all := w.servers[1-x].Folders(); !slices.Contains(all, "once") {
				t.Fatalf("it was not carried over: %q", all)
			}
			w.servers[x].RenameFolder("once", "twice")
			w.pass()
			w.pass()
			for y, s := range w.servers {
				if all := s.Folders(); !slices.Equal(all, []core.CollectionID{"b", "c", "twice"}) {
					t.Errorf("the %s has %q", core.Side(y), all)
				}
				if n := len(s.Refs()); n != 5 {
					t.Errorf("the %s has %d messages", core.Side(y), n)
				}
			}
		})
	}
}

// TestFolderRenamedWhileListed: a folder gets another name between the listing and
// the survey that proves it. What its messages bear is not taken for agreed or
// changed by anybody.
func TestFolderRenamedWhileListed(t *testing.T) {
	w := quietMail(0)
	left, right := w.servers[0], w.servers[1]
	left.AddFolder("old", core.RoleNone, w.vocabulary(0))
	one := left.Add("old", memory.Message{Key: "one", Body: []byte("one"), Marks: core.NewMarks(core.Seen, core.Flagged)})
	sum := left.At(one).Sum
	w.pass()
	w.pass()
	left.Mark(one, core.NewMarks(core.Seen))
	left.Remove(left.Refs()[0]) // so that a second survey is needed
	w.engine.Emit = func(e engine.Event) {
		if e.Type == engine.EventListed && e.Side == core.Left && e.Path == "old" && left.At(one) != nil {
			left.RenameFolder("old", "new")
		}
	}
	for range 4 {
		w.pass()
	}
	for x, s := range w.servers {
		for _, r := range s.Refs() {
			if m := s.At(r); m.Sum == sum && (m.Marks != core.Seen || r.Collection != "new") {
				t.Errorf("on the %s it is in %s with %q", core.Side(x), r.Collection, m.Marks)
			}
		}
	}
	if !slices.Contains(right.Folders(), "new") {
		t.Error("the folder was not renamed")
	}
}
