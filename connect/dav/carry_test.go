package dav_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/davd"
)

// TestCarry: where the server is not known to move, an item is made in the other
// collection and deleted here, whatever comes between.
func TestCarry(t *testing.T) {
	type world struct {
		*account
		from, to core.CollectionID
	}
	stale := core.Condition{Rev: `"another"`}
	drop := func(name string, nth int) func(davd.Ask) davd.Fault {
		return func(a davd.Ask) davd.Fault {
			if a.Name == name {
				if nth--; nth == 0 {
					return davd.Fault{DropAfter: true}
				}
			}
			return davd.Fault{}
		}
	}
	for _, c := range []struct {
		name   string
		before func(w world)
		faults func(davd.Ask) davd.Fault
		If     core.Condition
		class  core.Class
		ok     bool
		stand  string // what is there afterwards
	}{
		{name: "alone", ok: true, stand: "B/1.vcf"},
		{name: "its copy is there, from a move that was cut off", before: func(w world) { must(t, w.Server.Put(string(w.to)+"1.vcf", string(card(1)))) }, ok: true, stand: "B/1.vcf"},
		{name: "another item has the name", before: func(w world) { must(t, w.Server.Put(string(w.to)+"1.vcf", string(card(2)))) }, class: core.Conflict, stand: "A/1.vcf B/1.vcf"},
		{name: "it was edited since", If: stale, class: core.Conflict, stand: "A/1.vcf"},
		{name: "no answer to the deletion", faults: drop("DELETE", 1), class: core.Unknown, stand: "B/1.vcf"},
		{name: "no answer to the copy", faults: drop("PUT", 1), class: core.Unknown, stand: "A/1.vcf B/1.vcf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := serve(t, flavours()["carddav"], davd.Options{}, "A", "B")
			w := world{a, core.CollectionID(a.books["A"]), core.CollectionID(a.books["B"])}
			must(t, a.Server.Put(string(w.from)+"1.vcf", string(card(1))))
			if c.before != nil {
				c.before(w)
			}
			r := a.open(t)
			stubs, _, _, _ := list(t, r, core.FeedID(w.from), "")
			if c.If.Rev == "" {
				c.If.Rev = stubs["1"].Rev
			}
			if c.faults != nil {
				a.SetFaults(c.faults)
			}
			res, errs := apply(t, r, core.Write{Op: core.OpMove, Ref: core.Ref{Collection: w.from, ID: "1"}, To: w.to, If: c.If})
			a.SetFaults(nil)
			if c.ok {
				must(t, errs[0])
				if now, _, _, _ := list(t, a.open(t), core.FeedID(w.to), ""); res[0].Stub.Ref != now["1"].Ref || res[0].Stub.Rev != now["1"].Rev {
					t.Errorf("the result is %+v, the list %+v", res[0].Stub, now["1"])
				}
			} else {
				wantClass(t, errs[0], c.class)
			}
			var stand []string
			for _, path := range slices.Sorted(maps.Keys(a.Truth())) {
				if strings.HasSuffix(path, ".vcf") {
					stand = append(stand, strings.NewReplacer(string(w.from), "A/", string(w.to), "B/").Replace(path))
				}
			}
			if slices.Sort(stand); strings.Join(stand, " ") != c.stand {
				t.Errorf("there is %v, want %s", stand, c.stand)
			}
		})
	}
}

// TestCarryEditedMeanwhile: what is edited between the copy and the deletion stays
// where it is, and the copy goes again.
func TestCarryEditedMeanwhile(t *testing.T) {
	a := serve(t, flavours()["carddav"], davd.Options{}, "A", "B")
	from, to := core.CollectionID(a.books["A"]), core.CollectionID(a.books["B"])
	must(t, a.Server.Put(string(from)+"1.vcf", string(card(1))))
	r := a.open(t)
	stubs, _, _, _ := list(t, r, core.FeedID(from), "")
	edited := false
	a.SetFaults(func(ask davd.Ask) davd.Fault {
		if ask.Name == "DELETE" && !edited {
			edited = true
			return davd.Fault{Status: 412}
		}
		return davd.Fault{}
	})
	_, errs := apply(t, r, core.Write{Op: core.OpMove, Ref: core.Ref{Collection: from, ID: "1"}, To: to, If: core.Condition{Rev: stubs["1"].Rev}})
	a.SetFaults(nil)
	wantClass(t, errs[0], core.Conflict)
	if here, there := a.Truth()[string(from)+"1.vcf"], a.Truth()[string(to)+"1.vcf"]; here == "" || there != "" {
		t.Errorf("here is %q, there %q", here, there)
	}
	if _, err := a.open(t).Collections(context.Background()); err != nil {
		t.Error(err)
	}
}
