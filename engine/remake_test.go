package engine_test

import (
	"slices"
	"strings"
	"testing"

	"lockstep/connect/memory"
	"lockstep/core"
)

// TestDeletedFolderWithNews: a folder is deleted on one side, while on the other
// something new has come into it. What both had goes, the folder is made again with what
// is new, and that is all; if nothing is new, the folder goes.
func TestDeletedFolderWithNews(t *testing.T) {
	for name, lost := range map[string]core.Side{"on the left": core.Left, "on the right": core.Right} {
		for _, how := range []string{"nothing new", "new", "moved there"} {
			news := how != "nothing new"
			t.Run(name+", "+how, func(t *testing.T) {
				w := quietMail(0)
				w.pass()
				w.servers[0].AddFolder("d", core.RoleNone, w.vocabulary(0))
				old := w.servers[0].At(w.servers[0].Add("d", memory.Message{Key: "old", Body: []byte("old")})).Sum
				other := w.servers[1-lost]
				moves := other.Add("a", memory.Message{Key: "moves", Body: []byte("moves")})
				sum := other.At(moves).Sum
				w.pass()
				w.pass()
				w.servers[lost].RemoveFolder("d")
				switch how {
				case "new":
					sum = other.At(other.Add("d", memory.Message{Key: "new", Body: []byte("new")})).Sum
				case "moved there":
					other.Move(moves, "d")
				}
				w.pass()
				if noted := slices.ContainsFunc(w.report.Plan.Notes, func(n core.Note) bool { return strings.Contains(n.Why, "it is made there again") }); noted != news {
					t.Errorf("noted: %v", noted)
				}
				if w.report.Dropped > 0 || w.report.Again != news {
					t.Errorf("%d dropped, again %v", w.report.Dropped, w.report.Again)
				}
				w.pass()
				for x, s := range w.servers {
					if slices.Contains(s.Folders(), "d") != news || w.count(x, old) != 0 || news && w.count(x, sum) != 1 {
						t.Errorf("the %s has %q, %d of the old message and %d of the new one", core.Side(x), s.Folders(), w.count(x, old), w.count(x, sum))
					}
				}
				if left, err := w.pass(); left != 0 || err != nil {
					t.Errorf("one more pass: %d, %v", left, err)
				}
			})
		}
	}
}
