package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"lockstep/config"
	"lockstep/core"
	"lockstep/format/element"
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
		ownerStep(core.OpRename, "c@d", "users", "", "old@d", "", "renamed from old@d"),
	}
	s.showOwners(steps, "", nil)
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

// TestHeldByOwner: a reason that all have is told once, and that an owner is gone
// once beside the owner.
func TestHeldByOwner(t *testing.T) {
	var out bytes.Buffer
	s := &session{app: &app{out: &printer{w: &out}, sys: System{Now: time.Now}}, link: &config.Link{Name: "staff", Mode: config.Provision, Kind: core.Entry}}
	const drop = "the left names 12 in users, and 20 in the last good run"
	p := core.Plan{HeldWhy: []string{drop}, HeldID: "1234", Held: []core.Step{
		ownerStep(core.OpDelete, "a@d", "aliases", "x@d", "", "", "its owner a@d is gone from the left; "+drop),
		ownerStep(core.OpDelete, "a@d", "users", "", "", "", "a@d is gone from the left; "+drop),
		ownerStep(core.OpDelete, "b@d", "aliases", "y@d", "", "", "no longer wished by the left; "+drop),
		ownerStep(core.OpDelete, "c@d", "users", "", "", "", "c@d is gone from the left; "+drop),
		ownerStep(core.OpDelete, "c@d", "forwards", "z@d", "", "", "its owner c@d is deleted; "+drop),
	}}
	s.showHeld(p, paths{})
	want := `held back: 5 deletions
  ` + drop + `
  a@d is gone from the left  uid=a@d
    - users
    - aliases   x@d
  b@d  uid=b@d
    - aliases   y@d  no longer wished by the left
  c@d is gone from the left  uid=c@d
    - users
    - forwards  z@d  its owner is deleted
  if the directory is wrong, correct it: until then they stay
  to delete exactly these: lockstep sync staff --confirm 1234
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
	s.showOwners(steps, "", nil)
	text := out.String()
	if n := strings.Count(text, "+ users"); n != 10+4 {
		t.Errorf("%d accounts are shown, not 14:\n%s", n, text)
	}
	if !strings.Contains(text, "… and the same for 86 more owners; --verbose shows all") || !strings.Contains(text, "… and 40 more like these; --verbose shows all") {
		t.Errorf("what is hidden is not counted:\n%s", text)
	}
	s.globals.Verbose = true
	out.Reset()
	s.showOwners(steps, "", nil)
	if n := strings.Count(out.String(), "+ users"); n != 100 || strings.Contains(out.String(), "--verbose") {
		t.Errorf("--verbose shows %d accounts", n)
	}
}

// TestOwnerNotes: notes name whom and what they are about, and how to have what
// is off; many of one reason fold.
func TestOwnerNotes(t *testing.T) {
	var out bytes.Buffer
	s := &session{app: &app{out: &printer{w: &out}, sys: System{Now: time.Now}}, link: &config.Link{
		Name: "staff", Mode: config.Provision, Kind: core.Entry, Resources: []config.Resource{{Of: element.Quota}},
	}}
	notes := []core.Note{
		{Key: "aliases/a@d/x@d", Owner: "a@d", Where: "uid=a", Why: "not an address"},
		{Ref: core.Ref{Collection: "quotas"}, Count: 7, Why: "7 in quotas different, and updating is off"},
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
		"not done\n", "  a@d aliases x@d: not an address\n    uid=a\n", "  7 in quotas different, and updating is off (update = true in [links.staff.quotas] changes them)\n", "  left: it could not be listed\n",
		"  people 5d3b users: no address\n    uid=x\n", "  g02@d is gone\n    … and 27 more like these; --verbose shows all\n",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("there is no %q in\n%s", part, text)
		}
	}
}

// TestEqualNotesFold: what a directory says twice is a few lines, and --verbose
// has all of it.
func TestEqualNotesFold(t *testing.T) {
	var out bytes.Buffer
	s := &session{app: &app{out: &printer{w: &out}, sys: System{Now: time.Now}}, link: &config.Link{Name: "staff", Mode: config.Provision, Kind: core.Entry}}
	var notes []core.Note
	for i := range 30 {
		owner, dn := fmt.Sprintf("g%02d@d", i), fmt.Sprintf("uid=g%02d", i)
		for _, key := range []string{"users/" + owner, "aliases/" + owner + "/x@d", "aliases/" + owner + "/y@d"} {
			end := ""
			if key == "users/"+owner {
				end = "; what stands on the right is kept"
			}
			notes = append(notes, core.Note{Key: core.Key(key), Owner: owner, Where: dn, Why: dn + " bears the same id" + end, Parked: true})
		}
	}
	s.showOwnerNotes("parked", notes)
	want := `parked
  g00@d aliases x@d: uid=g00 bears the same id; so for 2 more of this owner
  g01@d aliases x@d: uid=g01 bears the same id; so for 2 more of this owner
  g02@d aliases x@d: uid=g02 bears the same id; so for 2 more of this owner
    … and 81 more like these; --verbose shows all
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
	out.Reset()
	s.globals.Verbose = true
	s.showOwnerNotes("parked", notes)
	if n := strings.Count(out.String(), "\n"); n != 91 {
		t.Errorf("--verbose shows %d lines:\n%s", n, &out)
	}
}

// TestHints: what is off is told with the setting that turns it on.
func TestHints(t *testing.T) {
	link := &config.Link{Name: "staff", Mode: config.Provision, Kind: core.Entry, Resources: []config.Resource{{Of: element.User}, {Of: element.Alias}}}
	for _, c := range []struct {
		in       core.CollectionID
		why      string
		accounts bool
		want     string
	}{
		{"users", "1 in users of owners who are gone, and deleting is off: a@d", false, ` (deletion = "account" in [links.staff] deletes them)`},
		{"users", "1 in users of owners who are gone, and deleting is off: a@d", true, " (delete = true in [links.staff.users] deletes them)"},
		{"users", "1 in users of owners who are gone, and deletions are off for this link: a@d", false, ` (deletes = true and deletion = "account" in [links.staff] delete them)`},
		{"users", "1 in users of owners who are gone, and deletions are off for this link: a@d", true, " (deletes = true in [links.staff] deletes them, --clean does it once)"},
		{"aliases", "1 in aliases of owners who are gone, and deleting is off: a@d", false, " (delete = true in [links.staff.aliases] deletes them)"},
		{"aliases", "1 in aliases of owners who are gone, and deletions are off for this link: a@d", false, " (deletes = true in [links.staff] deletes them, --clean does it once)"},
		{"aliases", "1 in aliases missing, and creating is off: a@d", false, " (create = true in [links.staff.aliases] makes them)"},
		{"aliases", "1 in aliases no longer wished, and updating is off: a@d", false, " (update = true in [links.staff.aliases] changes them)"},
		{"quotas", "1 in quotas missing, and creating is off: a@d", false, " ([links.staff.quotas] in the configuration would provision them)"},
		{"users", "a@d is gone from the left", false, ""},
	} {
		link.Departed.Accounts = c.accounts
		s := &session{app: &app{}, link: link}
		if got := s.hint(core.Note{Ref: core.Ref{Collection: c.in}, Why: c.why}); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.why, got, c.want)
		}
	}
}
