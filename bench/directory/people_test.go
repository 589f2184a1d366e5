package main

import (
	"slices"
	"strings"
	"testing"

	"lockstep/format/ldif"
)

// TestPeopleAreTheSameAgain, and the export says what the server is to hold.
func TestPeopleAreTheSameAgain(t *testing.T) {
	all := makePeople(300)
	var one, two strings.Builder
	for _, out := range []*strings.Builder{&one, &two} {
		if err := writeLDIF(out, makePeople(300)); err != nil {
			t.Fatal(err)
		}
	}
	if one.String() != two.String() {
		t.Error("two exports differ")
	}
	want := wants(all, true)
	if !slices.IsSorted(want) || len(slices.Compact(slices.Clone(want))) != len(want) || len(want) != 300*7+60 {
		t.Errorf("%d elements are wished, or some twice", len(want))
	}
	n := 0
	for r, err := range ldif.Read(strings.NewReader(one.String())) {
		if err != nil {
			t.Fatal(err)
		}
		var mail string
		var aliases []string
		for _, a := range r.Attributes {
			switch a.Name {
			case "mail":
				mail = a.Value
			case "mailAlias":
				aliases = append(aliases, a.Value)
			}
		}
		if _, there := slices.BinarySearch(want, userLine(mail)); !there || r.DN != all[n].dn() {
			t.Errorf("%s of %s is no account", mail, r.DN)
		}
		for _, a := range aliases {
			if _, there := slices.BinarySearch(want, aliasLine(mail, a)); !there {
				t.Errorf("%s of %s is no alias", a, mail)
			}
		}
		n++
	}
	if n != len(all) {
		t.Errorf("%d entries", n)
	}
}

// TestChange: one in a hundred is another one, and one in a thousand is new.
func TestChange(t *testing.T) {
	all := makePeople(2000)
	after := change(all)
	if len(after) != 2000+4 {
		t.Errorf("%d people after it", len(after))
	}
	before := wants(all, true)
	if err := compare(before, wants(after, true)); err == nil {
		t.Error("nothing changed")
	}
	changed := 0
	for i, p := range all {
		j := slices.IndexFunc(after, func(q person) bool { return q.n == p.n })
		if j < 0 {
			t.Fatalf("%d is gone", i)
		}
		if err := compare(wants(all[i:i+1], true), wants(after[j:j+1], true)); err != nil {
			changed++
		}
	}
	if changed != 16 {
		t.Errorf("%d people changed", changed)
	}
	if err := compare(before, wants(all, true)); err != nil {
		t.Errorf("the change reached those before it: %v", err)
	}
}
