package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"lockstep/config"
	"lockstep/core"
)

func ownerStep(op core.Op, owner, resource, element, before, after, why string) core.Step {
	key := resource + "/" + owner
	if element != "" {
		key += "/" + element
	}
	return core.Step{
		Side: core.Right, Op: op, Ref: core.Ref{Collection: core.CollectionID(resource), ID: core.ID(key)}, Key: core.Key(key), Owner: owner, Before: before,
		Source: core.Stub{Label: after, Where: "uid=" + owner}, Why: why,
	}
}

// TestPlanByOwner: steps stand by owner and by resource, with old and new values.
func TestPlanByOwner(t *testing.T) {
	var out bytes.Buffer
	s := &session{app: &app{out: &printer{w: &out}, sys: System{Now: time.Now}}, link: &config.Link{Mode: config.Provision, Kind: core.Entry}}
	steps := []core.Step{
		ownerStep(core.OpDelete, "b@d", "aliases", "x@d", "", "", "no longer wished"),
		ownerStep(core.OpCreate, "b@d", "users", "", "", "", "wished"),
		ownerStep(core.OpUpdate, "a@d", "quotas", "", "2 GiB", "4 GiB", "another value"),
		ownerStep(core.OpUpdate, "a@d", "contacts", "", "Ann", "", "another value"),
		ownerStep(core.OpDelete, "a@d", "quotas", "", "2 GiB", "", "no longer wished"),
		ownerStep(core.OpRename, "c@d", "users", "", "old@d", "", "renamed"),
	}
	s.showOwners(steps, "")
	want := `a@d  uid=a@d
  ~ quotas    2 GiB -> 4 GiB  another value
  - quotas    2 GiB           no longer wished
  ~ contacts  Ann -> (none)   another value
b@d  uid=b@d
  + users                     wished
  - aliases   x@d             no longer wished
c@d  uid=c@d
  = users     old@d -> c@d    renamed
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

// TestManyOwnersFold: of many owners with the same steps ten are shown, also
// where others stand between them, and each other one.
func TestManyOwnersFold(t *testing.T) {
	var out bytes.Buffer
	s := &session{app: &app{out: &printer{w: &out}, sys: System{Now: time.Now}}, link: &config.Link{Mode: config.Provision, Kind: core.Entry}}
	var steps []core.Step
	for i := range 100 {
		owner := fmt.Sprintf("u%02d@d", i)
		steps = append(steps, ownerStep(core.OpCreate, owner, "users", "", "", "", "new"), ownerStep(core.OpDelete, owner, "aliases", "x@d", "", "", "its owner "+owner+" is gone"))
		if i%30 == 0 {
			steps = append(steps, ownerStep(core.OpUpdate, owner, "quotas", "", "1", "2", "other"))
		}
	}
	for i := range 50 {
		steps = append(steps, ownerStep(core.OpCreate, "many@d", "aliases", fmt.Sprintf("a%02d@d", i), "", "", "new"))
	}
	s.showOwners(steps, "")
	text := out.String()
	if n := strings.Count(text, "+ users"); n != 10+4 {
		t.Errorf("%d accounts are shown, not 14:\n%s", n, text)
	}
	if !strings.Contains(text, "… and the same for 86 more owners; --verbose shows all") || !strings.Contains(text, "… and 40 more like these; --verbose shows all") {
		t.Errorf("what is hidden is not counted:\n%s", text)
	}
	s.globals.Verbose = true
	out.Reset()
	s.showOwners(steps, "")
	if n := strings.Count(out.String(), "+ users"); n != 100 || strings.Contains(out.String(), "--verbose") {
		t.Errorf("--verbose shows %d accounts", n)
	}
}

// TestOwnerNotes: notes name whom and what they are about, and how to have what
// is off; many of one reason fold.
func TestOwnerNotes(t *testing.T) {
	var out bytes.Buffer
	s := &session{app: &app{out: &printer{w: &out}, sys: System{Now: time.Now}}, link: &config.Link{Mode: config.Provision, Kind: core.Entry}}
	notes := []core.Note{
		{Key: "aliases/a@d/x@d", Owner: "a@d", Where: "uid=a", Why: "not an address"},
		{Ref: core.Ref{Collection: "quotas"}, Count: 7, Why: "7 in quotas differ, and updating is off"},
		{Side: core.Left, Why: "it could not be listed"},
		{Owner: "people!5d3b", Ref: core.Ref{Collection: "users"}, Where: "uid=x", Why: "no address"},
	}
	for i := range 30 {
		owner := fmt.Sprintf("g%02d@d", i)
		notes = append(notes, core.Note{Owner: owner, Why: owner + " is gone"})
	}
	s.showOwnerNotes("not done", notes)
	text := out.String()
	for _, part := range []string{
		"not done\n", "  a@d aliases x@d: not an address\n    uid=a\n", "  7 in quotas differ, and updating is off\n", "  left: it could not be listed\n",
		"  people 5d3b users: no address\n    uid=x\n", "  g09@d is gone\n    … and 20 more like these; --verbose shows all\n",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("there is no %q in\n%s", part, text)
		}
	}
}
