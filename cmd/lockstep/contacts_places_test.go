package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/davd"
)

// TestContactsChangePlaces: a program that numbers its files writes them anew, with a card
// more at the front and one less, and two change places: each card stays itself, whatever
// its file is called now, and an edit on the server comes to where it is.
func TestContactsChangePlaces(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := pair(t, b)
		before := d.cards(t)
		b.edit(t, "u2", adding("NOTE:edited"))
		d.write(t, "u1.vcf", newCard("front", "Front"))
		d.write(t, "u2.vcf", before["u3.vcf"])
		d.write(t, "u3.vcf", before["u2.vcf"])
		d.write(t, "u4.vcf", before["u1.vcf"])
		out := d.ends(t, 0, "sync").report(t)
		if out.Left.Updated != 1 || out.Right.Created != 1 || out.writes() != 2 {
			t.Errorf("it wrote %+v and %+v", out.Left, out.Right)
		}
		d.inStep(t, "front", "u1", "u2", "u3")
		for uid, name := range map[string]string{"u1": "U1", "u2": "U2", "u3": "U3", "front": "Front"} {
			if !has(b.body(t, uid), "FN:"+name) {
				t.Errorf("the card %s of the server is\n%s", uid, b.body(t, uid))
			}
		}
		if !has(d.cards(t)["u3.vcf"], "NOTE:edited") {
			t.Error("the edit of the server is not here")
		}
		d.quiet(t, 0)

		d.write(t, "u1.vcf", d.cards(t)["u4.vcf"]) // the first is gone, the last one lies there
		must(t, os.Remove(filepath.Join(d.dir, "u4.vcf")))
		if out := d.ends(t, 0, "sync").report(t); out.Right.Deleted != 1 || out.writes() != 1 {
			t.Errorf("it wrote %+v and %+v", out.Left, out.Right)
		}
		d.inStep(t, "u1", "u2", "u3")
		d.quiet(t, 0)
	})
}

// TestAnotherCardInItsFile: a file is overwritten with the card of somebody else, whom
// nobody knew: that card is new, and the one before is deleted, not renamed into it.
func TestAnotherCardInItsFile(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := pair(t, b)
	d.write(t, "u1.vcf", newCard("bob", "Bob"))
	if out := d.ends(t, 0, "sync").report(t); out.Right.Created != 1 || out.Right.Deleted != 1 || out.writes() != 2 {
		t.Errorf("it wrote %+v and %+v", out.Left, out.Right)
	}
	d.inStep(t, "bob", "u2", "u3")
	if all := b.everything(); strings.Contains(all, "FN:U1") || !strings.Contains(all, "FN:Bob") {
		t.Errorf("on the server is\n%s", all)
	}
	d.quiet(t, 0)
	d.ends(t, 0, "check")
}

// TestBookDeletedUnderEdits: a book is deleted on one side, while the other has a new
// card in it, or has edited one: it is made again with these, and the rest is deleted.
func TestBookDeletedUnderEdits(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, d *device) (stays string){
		"edited": func(t *testing.T, d *device) string {
			d.edit(t, "u2", adding("NOTE:edited"))
			return "u2"
		},
		"new": func(t *testing.T, d *device) string {
			d.write(t, "u4.vcf", newCard("u4", "New"))
			return "u4"
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, davd.Options{})
			d := pair(t, b)
			d.keepAnother(t)
			must(t, b.server.RemoveCollection(b.path))
			stays := change(t, d)
			d.ends(t, 3, "plan").says(t, "it is made there again")
			d.ends(t, 0, "sync")
			if all := b.everything(); len(d.cards(t)) != 1 || d.body(t, stays) == "" || strings.Count(all, "UID:") != 2 || !has(all, "UID:"+stays) {
				t.Errorf("here is %q, and on the server\n%s", d.cards(t), all)
			}
			d.quiet(t, 0)
		})
	}
}

// TestBookDeletedHere: a book whose directory is deleted goes from the server with its
// cards; with a card that was edited there it is made here again.
func TestBookDeletedHere(t *testing.T) {
	for _, edited := range []bool{false, true} {
		b := newBook(t, davd.Options{})
		d := pair(t, b)
		d.keepAnother(t)
		must(t, os.RemoveAll(d.dir))
		if edited {
			b.edit(t, "u2", adding("NOTE:edited"))
		}
		d.ends(t, 0, "sync")
		status, _, _ := b.try(t, "PROPFIND", b.path, "<propfind xmlns=\"DAV:\"><prop><resourcetype/></prop></propfind>", "Depth", "0")
		switch {
		case edited && (len(d.cards(t)) != 1 || !has(d.body(t, "u2"), "NOTE:edited") || len(b.cards(t)) != 1):
			t.Errorf("here is %q, and on the server %q", d.cards(t), b.cards(t))
		case !edited && status != 404:
			t.Errorf("the book is still on the server: %d", status)
		}
		d.quiet(t, 0)
	}
}

// everything is the bodies of all books.
func (b *book) everything() string {
	return strings.Join(slices.Collect(maps.Values(b.server.Truth())), "\n")
}

// keepAnother makes a second book with a card on both sides, so that the account is not
// emptied.
func (d *device) keepAnother(t *testing.T) {
	t.Helper()
	path, err := d.book.server.AddCollection(d.book.user, core.Contact, "other", "other")
	must(t, err)
	must(t, d.book.server.Put(path+"o.vcf", newCard("other", "Other")))
	d.ends(t, 0, "sync")
}

// TestUndoOfDeletedBook: a book that was deleted on one side, and so on the other, comes
// back to both with its cards.
func TestUndoOfDeletedBook(t *testing.T) {
	for name, remove := range map[string]func(d *device) error{
		"here":          func(d *device) error { return os.RemoveAll(d.dir) },
		"on the server": func(d *device) error { return d.book.server.RemoveCollection(d.book.path) },
	} {
		t.Run(name, func(t *testing.T) {
			d := pair(t, newBook(t, davd.Options{}))
			d.keepAnother(t)
			must(t, remove(d))
			d.ends(t, 0, "sync")
			if all := d.book.everything(); strings.Count(all, "UID:") != 1 {
				t.Fatalf("the server has\n%s", all)
			}
			d.ends(t, 0, "undo", d.lastRun(t))
			d.ends(t, 0, "sync")
			for _, uid := range []string{"u1", "u2", "u3"} {
				if !has(d.body(t, uid), "FN:"+strings.ToUpper(uid)) {
					t.Errorf("%s is not here", uid)
				}
			}
			if all := d.book.everything(); strings.Count(all, "UID:") != 4 {
				t.Errorf("the server has\n%s", all)
			}
			d.quiet(t, 0)
		})
	}
}

// TestContactsMoveWithoutMove: a server that cannot move a card to another book gets it
// there anew, also if it was edited meanwhile, here or there, and each device follows.
func TestContactsMoveWithoutMove(t *testing.T) {
	for name, edit := range map[string]func(t *testing.T, d *device){
		"as it is":             func(*testing.T, *device) {},
		"edited here":          func(t *testing.T, d *device) { d.edit(t, "u1", adding("NOTE:edited")) },
		"edited on the server": func(t *testing.T, d *device) { d.book.edit(t, "u1", adding("NOTE:edited")) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, davd.Options{})
			d := pair(t, b)
			d.keepAnother(t)
			other := newDevice(t, b, "there", "")
			other.ends(t, 0, "sync")
			edit(t, d)
			must(t, os.Rename(filepath.Join(d.dir, "u1.vcf"), filepath.Join(filepath.Dir(d.dir), "other", "u1.vcf")))
			d.ends(t, 0, "sync")
			d.quiet(t, 0)
			other.ends(t, 0, "sync")
			other.quiet(t, 0)
			all := b.everything()
			if strings.Count(all, "UID:u1") != 1 || b.find(t, "u1") != "" || has(all, "NOTE:edited") != (name != "as it is") {
				t.Errorf("the server has\n%s", all)
			}
			for _, d := range []*device{d, other} {
				if found, err := filepath.Glob(filepath.Join(filepath.Dir(d.dir), "*", "u1*")); err != nil || len(found) != 1 || filepath.Base(filepath.Dir(found[0])) != "other" {
					t.Errorf("%s has it at %q (%v)", d.name, found, err)
				}
			}
		})
	}
}
