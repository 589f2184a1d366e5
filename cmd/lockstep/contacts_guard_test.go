package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/davd"
)

// many is a device with n cards that are in step with the server's.
func many(t *testing.T, b *book, n int) *device {
	t.Helper()
	d := newDevice(t, b, "here", "")
	for i := range n {
		d.write(t, fmt.Sprintf("m%03d.vcf", i), newCard(fmt.Sprintf("m%03d", i), fmt.Sprintf("Name %d", i), fmt.Sprintf("TEL:+1 %d", i)))
	}
	d.sync(t)
	d.holds(t, n, n)
	return d
}

// holds: so many cards are here, and so many on the server.
func (d *device) holds(t *testing.T, here, there int) {
	t.Helper()
	if h, s := len(d.cards(t)), len(d.book.cards(t)); h != here || s != there {
		t.Errorf("%d cards are here and %d on the server, want %d and %d", h, s, here, there)
	}
}

// planID is what --confirm takes.
func planID(t *testing.T, out output) (id string) {
	t.Helper()
	out.each(t, "report", func(line []byte) { id = field(t, line, "plan_id") })
	if id == "" {
		t.Fatalf("no deletions are held:\n%s", out.text)
	}
	return id
}

// TestCase51: an address book that was emptied here empties nothing there, until a
// person says so; and a directory that is not there is no empty one.
func TestCase51(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := many(t, b, 12)
		for name := range d.cards(t) {
			must(t, os.Remove(filepath.Join(d.dir, name)))
		}
		out := d.ends(t, 4, "sync")
		d.holds(t, 0, 12)
		d.ends(t, 0, "sync", "--confirm", planID(t, out))
		d.holds(t, 0, 0)
		d.quiet(t, 0)

		d.write(t, "a.vcf", newCard("a", "A"))
		d.sync(t)
		root := filepath.Dir(d.dir)
		must(t, os.Rename(root, root+".away"))
		d.ends(t, 1, "sync").says(t, "there is no directory")
		must(t, os.Mkdir(root, 0o700))
		d.ends(t, 1, "sync").says(t, "there is no collection in it")
		if n := len(b.cards(t)); n != 1 {
			t.Errorf("the server has %d cards", n)
		}
		must(t, os.Remove(root))
		must(t, os.Rename(root+".away", root))
		d.quiet(t, 0)
	})
}

// TestCase52: what is no multistatus is an error, and never an empty list.
func TestCase52(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := many(t, b, 5)
	for _, name := range []string{"PROPFIND", "REPORT sync-collection", "REPORT addressbook-multiget"} {
		b.edit(t, "m001", replacing("Name 1", "Other 1")) // so that there is something to list
		b.server.SetFaults(davd.Script(davd.Scripted{Name: name, Fault: davd.Page()}))
		if out, exit := d.run(t, "sync"); exit == 0 && name != "REPORT addressbook-multiget" { // each body is asked for alone
			t.Errorf("%s is answered by a page for people, and sync ended with 0:\n%s", name, out.text)
		}
		d.holds(t, 5, 5)
		b.server.SetFaults(nil)
		d.ends(t, 0, "sync")
		b.edit(t, "m001", replacing("Other 1", "Name 1"))
		d.ends(t, 0, "sync")
	}
	d.quiet(t, 0)
}

// TestCase53: a book that is gone, a server that is down and a book that is empty are
// three things, and none of them deletes cards here without consent.
func TestCase53(t *testing.T) {
	t.Run("gone", func(t *testing.T) {
		b := newBook(t, davd.Options{})
		d := many(t, b, 5)
		must(t, b.server.RemoveCollection(b.path))
		for range 2 { // it is said as long as it is so
			out := d.ends(t, 5, "sync")
			if len(d.cards(t)) != 5 {
				t.Errorf("%d cards are here:\n%s", len(d.cards(t)), out.text)
			}
			out.says(t, `"type":"parked"`, "nothing is taken for deleted", `"in_part":["right"]`)
			d.ends(t, 3, "check")
			d.ends(t, 0, "status").says(t, `"outcome":"parked"`, `"why":"it names no collection, but had 1`)
		}
	})
	t.Run("down", func(t *testing.T) {
		b := newBook(t, davd.Options{})
		d := many(t, b, 5)
		b.server.SetFaults(davd.Script(davd.Scripted{Fault: davd.Down("")}))
		d.ends(t, 1, "sync").says(t, "503")
		d.holds(t, 5, 5)
		b.server.SetFaults(nil)
		d.quiet(t, 0)
	})
	t.Run("empty", func(t *testing.T) {
		emptied := func(t *testing.T, b *book) {
			d := many(t, b, 12)
			for i := range 12 {
				b.remove(t, fmt.Sprintf("m%03d", i))
			}
			out := d.ends(t, 4, "sync")
			d.holds(t, 12, 0)
			d.ends(t, 0, "sync", "--confirm", planID(t, out))
			d.holds(t, 0, 0)
		}
		onBooks(t, emptied)
		// Its token is again what it was before the cards came.
		t.Run("by content", func(t *testing.T) { emptied(t, newBook(t, davd.Options{Profile: davd.Xandikos()})) })
	})
}

// TestCase54: more deletions than the guard lets through are held, and all else goes on.
func TestCase54(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := many(t, b, 40)
		for i := range 15 {
			b.remove(t, fmt.Sprintf("m%03d", i))
		}
		b.edit(t, "m020", adding("NOTE:edited"))
		b.put(t, "new.vcf", newCard("new", "New"))
		d.edit(t, "m021", adding("NOTE:edited too"))
		out := d.ends(t, 4, "sync")
		d.holds(t, 41, 26)
		if !has(d.body(t, "m020"), "NOTE:edited") || !has(b.body(t, "m021"), "NOTE:edited too") {
			t.Error("an edit waits for the deletions")
		}
		d.ends(t, 0, "sync", "--confirm", planID(t, out))
		d.holds(t, 26, 26)
		d.quiet(t, 0)
	})
}

// TestCase55: an account that suddenly lists no book at all deletes nothing here, and
// says so.
func TestCase55(t *testing.T) {
	b := newBook(t, davd.Options{})
	b.address = b.login(b.base) + "/" // the home is looked for
	d := many(t, b, 5)
	b.server.HideHomes(true)
	for range 2 {
		out, exit := d.run(t, "sync")
		if exit == 0 || len(d.cards(t)) != 5 {
			t.Errorf("%d cards are here, and sync ended with %d:\n%s%s", len(d.cards(t)), exit, out.text, out.errs)
		}
	}
	b.server.HideHomes(false)
	d.quiet(t, 0)
	d.holds(t, 5, 5)
}

// TestCase56: an old backup in the place of the address book: what it lacks is deleted
// on the server only by consent, and what it has stays.
func TestCase56(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := many(t, b, 6)
		backup := d.cards(t)
		b.put(t, "new.vcf", newCard("new", "New"))
		d.sync(t)
		d.holds(t, 7, 7)
		must(t, os.Rename(d.dir, filepath.Join(d.program.dir, "away")))
		must(t, os.Mkdir(d.dir, 0o700))
		for name, body := range backup {
			d.write(t, name, body)
		}
		d.ends(t, 4, "sync").says(t, "nobody is known to have deleted it")
		d.holds(t, 6, 7)
		must(t, os.RemoveAll(d.dir))
		must(t, os.Rename(filepath.Join(d.program.dir, "away"), d.dir))
		d.ends(t, 0, "sync")
		d.holds(t, 7, 7)
	})
}

// TestCase57: another login at the same address is another account: nothing is deleted
// here because it is not there, and what is only there is not taken for new without
// being seen.
func TestCase57(t *testing.T) {
	for _, theirs := range []string{"no book", "a book of that name"} {
		t.Run(theirs, func(t *testing.T) {
			b := newBook(t, davd.Options{})
			d := many(t, b, 5)
			b.server.AddUser("bob", b.password)
			if theirs != "no book" {
				path, err := b.server.AddCollection("bob", core.Contact, "at-"+theBook, theBook)
				must(t, err)
				must(t, b.server.Put(path+"bob.vcf", newCard("bob", "Bob")))
			}
			d.configure(t, strings.ReplaceAll(d.config(""), "alice", "bob"))
			out, exit := d.run(t, "sync")
			if theirs != "no book" {
				out.says(t, "nobody is known to have deleted it")
			}
			if len(b.cards(t)) != 5 || len(d.cards(t)) < 5 {
				t.Errorf("%d cards are here, %d there; sync ended with %d:\n%s%s", len(d.cards(t)), len(b.cards(t)), exit, out.text, out.errs)
			}
			for path := range b.server.Truth() {
				if strings.Contains(path, "/bob/") && strings.HasSuffix(path, ".vcf") && !strings.HasSuffix(path, "bob.vcf") {
					t.Errorf("the other account got %s; sync ended with %d:\n%s", path, exit, out.text)
				}
			}
		})
	}
}

// TestCase36: the token has expired, and the server lists a tenth of what it has: no
// picture in which so much is gone is believed without a person.
func TestCase36(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := many(t, b, 30)
	must(t, b.server.Expire(b.path))
	b.server.SetFaults(davd.Script(davd.Scripted{Name: "REPORT sync-collection", Fault: davd.OnlyRows(3)}))
	out, exit := d.run(t, "sync")
	if exit == 0 || len(d.cards(t)) != 30 {
		t.Errorf("%d cards are here, and sync ended with %d:\n%s", len(d.cards(t)), exit, out.text)
	}
	b.server.SetFaults(nil)
	must(t, b.server.Expire(b.path))
	d.ends(t, 0, "sync")
	d.holds(t, 30, 30)
}
