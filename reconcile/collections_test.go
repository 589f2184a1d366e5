package reconcile

import (
	"testing"

	"lockstep/core"
)

// byPath pairs collections of equal path.
type byPath struct{}

func (byPath) Map(_ core.Side, c core.Collection) (string, bool, string) { return c.Path, true, "" }
func (byPath) ByRole() bool                                              { return true }

// TestRenamedCollections: a collection under a new name is the old one if its own
// identity says so, or its incarnation where one of the two looks told no
// identity (a server that learnt OBJECTID meanwhile, or hides it).
func TestRenamedCollections(t *testing.T) {
	box := func(path string, same core.Same, incarnation core.Incarnation) core.Collection {
		return core.Collection{ID: core.CollectionID(path), Path: path, Same: same, Feed: core.FeedID(path), Incarnation: incarnation, Position: 7}
	}
	for name, c := range map[string]struct {
		was, now core.Collection
		others   []core.Collection
		renamed  bool
	}{
		"the same identity":             {was: box("a", "F1", "1"), now: box("b", "F1", "2"), renamed: true},
		"another identity":              {was: box("a", "F1", "1"), now: box("b", "F2", "1")},
		"no identities":                 {was: box("a", "", "1"), now: box("b", "", "1"), renamed: true},
		"an identity only now":          {was: box("a", "", "1"), now: box("b", "F1", "1"), renamed: true},
		"an identity only then":         {was: box("a", "F1", "1"), now: box("b", "", "1"), renamed: true},
		"another incarnation":           {was: box("a", "", "1"), now: box("b", "F1", "2")},
		"an incarnation of two of them": {was: box("a", "", "1"), now: box("b", "F1", "1"), others: []core.Collection{box("c", "F2", "1")}},
	} {
		t.Run(name, func(t *testing.T) {
			right := box("a", "", "")
			known := core.CollectionRow{N: 1, Side: [2]core.CollectionAt{{Collection: c.was, Agreed: "a"}, {Collection: right, Agreed: "a"}}}
			surveys := [2]core.Survey{{Collections: append(c.others, c.now), Complete: true}, {Collections: []core.Collection{right}, Complete: true}}
			got := PairCollections([]core.CollectionRow{known}, surveys, byPath{}, Policy{Write: [2]bool{true, true}, Deletes: [2]bool{true, true}})
			if renamed := len(got.Renamed) == 1 && got.Renamed[0] == (RenamedCollection{core.Left, "a", "b"}); renamed != c.renamed {
				t.Errorf("renamed: %+v", got.Renamed)
			}
		})
	}
}

// TestRenameOfOursThatIsNotListed: what was being renamed by us is not taken for
// deleted while the server lists neither name, and is known under the new one
// even if nothing else tells that it is the same.
func TestRenameOfOursThatIsNotListed(t *testing.T) {
	at := func(path string) core.CollectionAt {
		return core.CollectionAt{Collection: core.Collection{ID: core.CollectionID(path), Path: path, Feed: core.FeedID(path)}, Agreed: "a"}
	}
	known := core.CollectionRow{N: 1, Side: [2]core.CollectionAt{at("a"), at("b")}}
	known.Renaming = core.CollectionRenaming{Side: core.Left, Agreed: [2]string{"b", "b"}}
	policy := Policy{Write: [2]bool{true, true}, Deletes: [2]bool{true, true}}
	right := core.Survey{Collections: []core.Collection{known.Side[core.Right].Collection}, Complete: true}
	got := PairCollections([]core.CollectionRow{known}, [2]core.Survey{{Complete: true}, right}, byPath{}, policy)
	if len(got.Steps) != 0 || len(got.Rows) != 1 || got.Rows[0].Side[core.Left].None || len(got.Notes) != 1 {
		t.Errorf("not listed: %+v", got)
	}
	right.Collections[0].ID, right.Collections[0].Path = "c", "c" // renamed once more, as its identity says
	right.Collections[0].Same, got.Rows[0].Side[core.Right].Collection.Same = "F1", "F1"
	left := core.Survey{Collections: []core.Collection{{ID: "b", Path: "b", Feed: "b", Same: "F2"}}, Complete: true}
	got = PairCollections(got.Rows, [2]core.Survey{left, right}, byPath{}, policy)
	if len(got.Steps) != 1 || got.Steps[0].Op != core.RenameCollection || got.Steps[0].Side != core.Left || got.Steps[0].Path != "c" || len(got.Renamed) != 2 {
		t.Errorf("listed again: %+v", got)
	}
}
