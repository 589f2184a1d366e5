package dav_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/peers/davd"
)

// overlooking is a server whose home does not name one address book any more, and that
// answers with a fault to every question about it.
func overlooking(path string, f davd.Fault) func(davd.Ask) davd.Fault {
	return func(a davd.Ask) davd.Fault {
		switch {
		case strings.HasPrefix(a.Path, path):
			return f
		case a.Name == "PROPFIND":
			return davd.OmitRow(path)
		}
		return davd.Fault{}
	}
}

// TestOverlooked: an address book that its home does not name any more is gone only if the
// server says so. Whatever else it says, no card of it is taken for deleted, that is
// said, and the others go on; once it is named again, all that happened meanwhile is
// carried over.
func TestOverlooked(t *testing.T) {
	for name, c := range map[string]struct {
		fault davd.Fault
		says  string
	}{
		"it can be read": {davd.Fault{}, "its home does not name it, but it is there"},
		"503":            {davd.Down(""), "503 Service Unavailable"},
		"503, in a day":  {davd.Down("86400"), "503 Service Unavailable"},
		"429":            {davd.Throttled("3600"), "429 Too Many Requests"},
		"no answer":      {davd.Fault{DropBefore: true}, "it is not said to be gone"},
		"403":            {davd.Fault{Status: 403}, "403 Forbidden"},
		"a page":         {davd.Page(), "it is not said to be gone"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, davd.Options{})
			others, err := d.AddCollection("ann", d.flavour.kind, "at Others", "Others")
			must(t, err)
			d.local.AddFolder("Others", core.RoleNone, core.Vocabulary{})
			for n := range 3 {
				d.put(card(n))
				must(t, d.Server.Put(fmt.Sprintf("%s%d.vcf", others, n+10), string(card(n+10))))
			}
			d.pass()
			d.wantSame("before", 6)

			for i := range 3 {
				d.SetFaults(overlooking(others, c.fault))
				// A new card on either side of the other book, and an edit and a new one in
				// the book that is not named.
				d.put(card(20 + i))
				d.add(card(30 + i))
				d.local.Add("Others", memory.Message{Body: card(40 + i), Key: uid(40 + i)})
				must(t, d.Server.Put(fmt.Sprintf("%s%d.vcf", others, 50+i), string(card(50+i))))
				must(t, d.Server.Put(others+"10.vcf", string(card(100*(i+1)+10))))
				r := d.pass()
				at := slices.IndexFunc(r.Plan.Notes, func(n core.Note) bool { return n.Side == core.Right && string(n.Ref.Collection) == others })
				if at < 0 || !strings.Contains(r.Plan.Notes[at].Why, c.says) {
					t.Errorf("the notes are %+v", r.Plan.Notes)
				}
				if r.Left.Deleted+r.Right.Deleted+r.Folders > 0 || !r.InPart[core.Right] {
					t.Errorf("%+v", r)
				}
				l, right := d.cards()
				for _, n := range []int{20 + i, 30 + i} {
					if l[string(uid(n))] == "" || l[string(uid(n))] != right[string(uid(n))] {
						t.Errorf("pass %d: the new card %d of the other book is not on both sides", i, n)
					}
				}
				if len(l) != 6+3*(i+1) {
					t.Errorf("%d cards are on the left", len(l))
				}
				d.SetFaults(nil)
			}
			d.pass()
			d.wantSame("named again", 18)
			d.wantQuiet("named again", 4)

			d.SetFaults(overlooking(others, davd.Fault{}))
			must(t, d.RemoveCollection(others)) // said to be gone
			d.SetFaults(nil)
			if r := d.pass(); r.Left.Deleted+len(r.Plan.Held) == 0 {
				t.Errorf("a book that is gone: %+v", r)
			}
		})
	}
}

// TestSilentServer: a server that answers nothing at all fails the pass.
func TestSilentServer(t *testing.T) {
	d := newDesk(t, davd.Options{})
	d.put(card(1))
	d.pass()
	d.SetFaults(davd.Script(davd.Scripted{Fault: davd.Down("")}))
	if _, err := d.try(engine.Options{}); core.ClassOf(err) != core.Transient || err == nil {
		t.Errorf("the pass ends with %v", err)
	}
	d.SetFaults(nil)
	d.wantSame("afterwards", 1)
}
