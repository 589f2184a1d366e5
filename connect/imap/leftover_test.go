package imap_test

import (
	"fmt"
	"slices"
	"testing"

	"lockstep/core"
	"lockstep/peers/imapd"
)

// TestDeletionThatAsksForMarks: what a move without MOVE left behind is removed only
// if it has the marks that were seen, whether or not the server has UIDPLUS;
// otherwise it stays as it was. Marks that do not count are not asked for.
func TestDeletionThatAsksForMarks(t *testing.T) {
	counts := core.Vocabulary{Any: true, Marks: core.NewMarks(core.Seen, core.Flagged)}
	for name, c := range map[string]struct {
		capabilities map[string]bool
		flags        [2][]string // of two messages
		want         [2]bool     // that they stay
	}{
		"as seen":                     {imapd.Without("MOVE"), [2][]string{{core.Seen}, {core.Seen}}, [2]bool{}},
		"one changed":                 {imapd.Without("MOVE"), [2][]string{{core.Seen, "work"}, {core.Seen}}, [2]bool{true, false}},
		"one lost its mark":           {imapd.Without("MOVE"), [2][]string{{core.Seen}, {}}, [2]bool{false, true}},
		"marked for deletion":         {imapd.Without("MOVE"), [2][]string{{core.Seen, core.Deleted}, {core.Seen, core.Deleted, "work"}}, [2]bool{false, true}},
		"a mark that does not count":  {imapd.Without("MOVE"), [2][]string{{core.Seen, core.Answered}, {core.Seen}}, [2]bool{}},
		"as seen, no UIDPLUS":         {imapd.Without("MOVE", "UIDPLUS"), [2][]string{{core.Seen}, {core.Seen}}, [2]bool{}},
		"one changed, no UIDPLUS":     {imapd.Without("MOVE", "UIDPLUS"), [2][]string{{core.Seen, "work"}, {core.Seen}}, [2]bool{true, true}},
		"deletion marked, no UIDPLUS": {imapd.Without("MOVE", "UIDPLUS"), [2][]string{{core.Seen, core.Deleted, "work"}, {core.Seen}}, [2]bool{true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, imapd.Options{Capabilities: c.capabilities}, "a")
			refs := many(t, a, 2, "a")
			for i, p := range a.Places("a") {
				must(t, a.SetFlags("a", p.UID, c.flags[i]...))
			}
			r := a.open(t)
			_, err := r.Collections(t.Context())
			must(t, err)
			var writes []core.Write
			for i, ref := range refs {
				writes = append(writes, core.Write{Seq: i, Op: core.OpDelete, Ref: ref, If: core.Condition{Marks: core.Seen, Of: counts}})
			}
			for res, err := range r.Apply(t.Context(), each(writes)) {
				if stays := core.ClassOf(err) == core.Conflict; stays != c.want[res.Seq] || err != nil && !stays {
					t.Errorf("message %d: %v", res.Seq, err)
				}
			}
			left := a.Places("a")
			for i, stays := range c.want {
				at := slices.IndexFunc(left, func(p imapd.Place) bool { return string(refs[i].ID) == fmt.Sprintf("%010d", p.UID) })
				switch {
				case stays != (at >= 0):
					t.Errorf("message %d is there: %v", i, at >= 0)
				case stays && core.NewMarks(left[at].Flags...) != core.NewMarks(c.flags[i]...):
					t.Errorf("message %d has %q, and had %q", i, left[at].Flags, c.flags[i])
				}
			}
		})
	}
}
