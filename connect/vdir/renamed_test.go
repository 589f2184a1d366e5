//go:build unix

package vdir_test

import "testing"

// TestCaseOfName: a collection whose new name differs from the old one by case only gets
// a directory that is called so, and not one with escapes.
func TestCaseOfName(t *testing.T) {
	p := newPerson(t, "work")
	p.write(t, "work/1.vcf", card(1))
	r := p.open(t)
	s, err := r.Collections(t.Context())
	must(t, err)
	c, err := r.RenameCollection(t.Context(), s.Collections[0].ID, "Work")
	if err != nil || c.Path != "Work" {
		t.Fatalf("%+v, %v", c, err)
	}
	if p.read(t, "Work/1.vcf") != string(card(1)) {
		t.Error("the card is not there")
	}
	if c, err = r.CreateCollection(t.Context(), "work", ""); err != nil || c.Path != "work" {
		t.Fatalf("%+v, %v", c, err)
	}
	p.read(t, "Work/1.vcf")
	p.write(t, "%77ork/2.vcf", card(2)) // so that no file system takes one for the other
	if i := only(t, p.open(t), "work"); i.Key != uid(2) {
		t.Errorf("%+v", i)
	}
}
