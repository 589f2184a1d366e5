package dav_test

import (
	"testing"

	"lockstep/connect/dav"
	"lockstep/core"
	"lockstep/peers/davd"
)

// TestByAddress: collections are called by their addresses, are made there, and
// are not renamed.
func TestByAddress(t *testing.T) {
	for name, f := range flavours() {
		t.Run(name, func(t *testing.T) {
			a := serve(t, f, davd.Options{}, "Friends")
			a.config.ByAddress = true
			r, err := dav.Open(t.Context(), a.config)
			must(t, err)
			defer r.Close()
			paths := func() (all []string, first core.CollectionID) {
				t.Helper()
				s, err := r.Collections(t.Context())
				must(t, err)
				for _, c := range s.Collections {
					all = append(all, c.Path)
				}
				return all, s.Collections[0].ID
			}
			all, friends := paths()
			if len(all) != 1 || all[0] != "at Friends" {
				t.Fatalf("%q", all)
			}
			const made = "Büro 100%25"
			for range 2 { // the second finds the first
				if c, err := r.CreateCollection(t.Context(), made, core.RoleNone); err != nil || c.Path != made {
					t.Errorf("%+v, %v", c, err)
				}
			}
			if _, err := r.RenameCollection(t.Context(), friends, "Others"); core.ClassOf(err) != core.Permanent {
				t.Errorf("renamed: %v", err)
			}
			if all, _ := paths(); len(all) != 2 || all[0] != made && all[1] != made || all[0] != "at Friends" && all[1] != "at Friends" {
				t.Errorf("%q", all)
			}
		})
	}
}
