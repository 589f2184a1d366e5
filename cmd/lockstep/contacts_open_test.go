package main

import (
	"fmt"
	"testing"

	"lockstep/peers/davd"
)

// TestEditOfOpenConflict: who edits again what is in an open conflict overwrites nothing
// of the other side; the conflict says what both have now, and can be settled.
func TestEditOfOpenConflict(t *testing.T) {
	for choice, want := range map[string][2]string{"left": {"Later", "Later"}, "right": {"There", "There"}, "": {"There", "There"}} {
		t.Run("then "+choice, func(t *testing.T) {
			b := newBook(t, davd.Options{})
			d := pair(t, b)
			d.edit(t, "u1", replacing("FN:U1", "FN:Here"))
			b.edit(t, "u1", replacing("FN:U1", "FN:There"))
			d.ends(t, 5, "sync")
			first := d.conflicts(t)
			if len(first) != 1 {
				t.Fatalf("%+v", first)
			}
			d.edit(t, "u1", replacing("FN:Here", "FN:Later"))
			d.edit(t, "u1", adding("NOTE:more"))
			d.ends(t, 5, "sync")
			if here, there := d.body(t, "u1"), b.body(t, "u1"); !has(here, "FN:Later") || !has(there, "FN:There") || !has(there, "NOTE:more") {
				t.Errorf("here is\n%s\nthere is\n%s", here, there)
			}
			all := d.conflicts(t)
			if len(all) != 1 || len(all[0].Collisions) != 1 || all[0].Collisions[0].Left != "Later" || all[0].Collisions[0].Right != "There" {
				t.Fatalf("%+v", all)
			}
			d.ends(t, 0, "conflicts", "show", fmt.Sprint(all[0].ID)).says(t, "Later", "There")
			d.ends(t, 0, "conflicts", "show", fmt.Sprint(first[0].ID)).says(t, `"state":"edited"`, "Here")
			d.quiet(t, 5)
			if choice == "" { // by hand
				d.edit(t, "u1", replacing("FN:Later", "FN:There"))
			} else {
				d.ends(t, 0, "conflicts", "resolve", fmt.Sprint(all[0].ID), choice)
			}
			d.ends(t, 0, "sync")
			if here, there := d.body(t, "u1"), b.body(t, "u1"); !has(here, "FN:"+want[0]) || !has(there, "FN:"+want[1]) {
				t.Errorf("here is\n%s\nthere is\n%s", here, there)
			}
			if all := d.conflicts(t); len(all) > 0 {
				t.Errorf("%+v", all)
			}
			d.quiet(t, 0)
		})
	}
}
