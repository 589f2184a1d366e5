package config

import (
	"testing"

	"lockstep/core"
	"lockstep/reconcile"
)

func TestPolicy(t *testing.T) {
	both, none := [2]bool{true, true}, [2]bool{}
	left, right := [2]bool{true, false}, [2]bool{false, true}
	trash := [2]core.Role{core.RoleTrash, core.RoleNone} // the right is on this machine
	for _, c := range []struct {
		name, keys string
		want       reconcile.Policy
	}{
		{"defaults", ends, reconcile.Policy{Mode: reconcile.TwoWay, Write: both, Deletes: both, Trash: trash, DeleteMarks: right,
			AdoptBySize: true, Guard: reconcile.GuardPolicy{Percent: 20, Count: 10}}},
		{"left-to-right", ends + `mode = "left-to-right"`, reconcile.Policy{Mode: reconcile.TwoWay, Write: right, Deletes: right, Trash: trash,
			DeleteMarks: right, AdoptBySize: true, Guard: reconcile.GuardPolicy{Percent: 20, Count: 10}}},
		{"right-to-left", ends + `mode = "right-to-left"`, reconcile.Policy{Mode: reconcile.TwoWay, Write: left, Deletes: left, Winner: core.Right,
			Trash: trash, DeleteMarks: right, AdoptBySize: true, Guard: reconcile.GuardPolicy{Percent: 20, Count: 10}}},
		{"no deletes", ends + "deletes = false\nconflict = \"right\"", reconcile.Policy{Mode: reconcile.TwoWay, Write: both, Deletes: none, Winner: core.Right,
			Trash: trash, DeleteMarks: right, AdoptBySize: true, Guard: reconcile.GuardPolicy{Percent: 20, Count: 10}}},
		{"deletes left", ends + "deletes = \"left\"\nguard = false", reconcile.Policy{Mode: reconcile.TwoWay, Write: both, Deletes: left,
			Trash: trash, DeleteMarks: right, AdoptBySize: true}},
		{"archive", ends + "trash = \"archive\"\nguard = {count = 3}", reconcile.Policy{Mode: reconcile.TwoWay, Write: both, Deletes: both,
			Trash: [2]core.Role{core.RoleArchive}, DeleteMarks: right, AdoptBySize: true, Guard: reconcile.GuardPolicy{Percent: 20, Count: 3}}},
		{"expunge", ends + "trash = \"expunge\"\nguard = true", reconcile.Policy{Mode: reconcile.TwoWay, Write: both, Deletes: both,
			DeleteMarks: right, AdoptBySize: true, Guard: reconcile.GuardPolicy{Percent: 20, Count: 10}}},
		{"flags", ends + "trash = \"flags\"\nguard = {percent = 1, count = 0}", reconcile.Policy{Mode: reconcile.TwoWay, Write: both, Deletes: both,
			Trash: trash, AdoptBySize: true, Guard: reconcile.GuardPolicy{Percent: 1, Count: 0}}},
		{"contacts", "left = \"vdir:/a\"\nright = \"carddav+https://dav.example.org/\"", reconcile.Policy{Mode: reconcile.TwoWay, Write: both, Deletes: both,
			Guard: reconcile.GuardPolicy{Percent: 20, Count: 10}}},
	} {
		got := linkOf(t, c.keys).Policy(noon())
		if got.Filter != nil {
			t.Errorf("%s: there is a filter", c.name)
		}
		if got.Resources != nil || !samePolicy(got, c.want) {
			t.Errorf("%s:\n%+v\nwant\n%+v", c.name, got, c.want)
		}
	}
	if linkOf(t, ends+`max_size = "1MB"`).Policy(noon()).Filter == nil {
		t.Error("max_size is a filter")
	}
}

func samePolicy(a, b reconcile.Policy) bool {
	return a.Mode == b.Mode && a.Write == b.Write && a.Deletes == b.Deletes && a.Winner == b.Winner && a.Trash == b.Trash &&
		a.DeleteMarks == b.DeleteMarks && a.AdoptBySize == b.AdoptBySize && a.Guard == b.Guard && a.OwnerResource == b.OwnerResource
}
