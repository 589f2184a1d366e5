package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/peers/davd"
)

// TestCase48: the clock goes back by a day, between two writes of one file and between
// two syncs; what was edited goes over all the same.
func TestCase48(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := pair(t, b)
		d.edit(t, "u1", adding("NOTE:earlier"))
		yesterday := time.Now().Add(-24 * time.Hour)
		must(t, os.Chtimes(filepath.Join(d.dir, "u1.vcf"), yesterday, yesterday))
		b.edit(t, "u2", adding("REV:20200101T000000Z"))
		b.edit(t, "u2", adding("NOTE:there"))
		d.sync(t)
		d.inStep(t, "u1", "u2", "u3")
		if !has(b.body(t, "u1"), "NOTE:earlier") || !has(d.body(t, "u2"), "NOTE:there") {
			t.Error("an edit was lost")
		}
		d.quiet(t, 0)
	})
}

// TestCase49: of two programs at once the second refuses; once the first was killed,
// its lock is none.
func TestCase49(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := pair(t, b)
	d.edit(t, "u1", adding("NOTE:here"))
	there := make(chan struct{}, 1)
	b.server.SetFaults(func(a davd.Ask) davd.Fault {
		if a.Name != "PUT" {
			return davd.Fault{}
		}
		select {
		case there <- struct{}{}:
		default:
		}
		return davd.Fault{Hang: true}
	})
	first := d.command("sync")
	must(t, first.Start())
	<-there
	out, exit := d.run(t, "sync")
	if exit != 1 || !strings.Contains(out.text+out.errs, "another") {
		t.Errorf("the second ended with %d:\n%s%s", exit, out.text, out.errs)
	}
	must(t, first.Process.Kill())
	first.Wait()
	b.server.SetFaults(nil)
	d.sync(t)
	d.inStep(t, "u1", "u2", "u3")
}

// TestCase79: a plan changes nothing: neither side, nor what is known of them.
func TestCase79(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		w := b.tap(t)
		d := pair(t, b)
		d.edit(t, "u1", adding("NOTE:here"))
		b.edit(t, "u1", adding("TITLE:there"))
		b.remove(t, "u2")
		d.write(t, "u4.vcf", newCard("u4", "U4"))
		here, there, state := d.cards(t), b.cards(t), d.files(t)
		w.all()
		d.ends(t, 3, "plan").says(t, `"op":"update"`, `"op":"delete"`, `"op":"create"`)
		if wrote := w.writes(); len(wrote) > 0 {
			t.Errorf("the plan sent %+v", wrote)
		}
		if !maps.Equal(here, d.cards(t)) || !maps.Equal(there, b.cards(t)) || !maps.Equal(state, d.files(t)) {
			t.Error("the plan changed something")
		}
		saved := filepath.Join(d.program.dir, "plan.json")
		d.ends(t, 3, "plan", "--save", saved)
		d.ends(t, 0, "sync", "--plan", saved)
		d.inStep(t, "u1", "u3", "u4")
	})
}

// files of the state, by name, with digests of what is in them.
func (d *device) files(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	root := filepath.Join(d.program.dir, "state")
	must(t, filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() || strings.HasSuffix(path, ".lock") || strings.HasSuffix(path, "-shm") {
			return err
		}
		text, err := os.ReadFile(path)
		out[path] = fmt.Sprintf("%x", sha256.Sum256(text))
		return err
	}))
	return out
}

// TestCase81: undo brings back what a run deleted and overwrote here, and no other card.
func TestCase81(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := pair(t, b)
		d.edit(t, "u3", adding("NOTE:older"))
		d.sync(t)
		was := d.cards(t)
		b.remove(t, "u1")
		b.edit(t, "u2", adding("NOTE:a mistake"))
		d.sync(t)
		run := d.lastRun(t)
		d.edit(t, "u3", replacing("older", "newer"))
		d.sync(t)
		d.ends(t, 0, "undo", run)
		equalCards(t, "u1", d.body(t, "u1"), was["u1.vcf"])
		if !has(d.body(t, "u3"), "NOTE:newer") {
			t.Error("another card was touched")
		}
		d.ends(t, 0, "sync")
		if b.body(t, "u1") == "" || !has(b.body(t, "u3"), "NOTE:newer") {
			t.Error("what was undone has not come to the server")
		}
	})
}

// TestCase84: the cards of an account that is not to be uploaded reach no other server,
// whatever the configuration says: not a byte of them is sent.
func TestCase84(t *testing.T) {
	work, home := newBook(t, davd.Options{}), newBook(t, davd.Options{})
	const secret = "Sekretariat 4711"
	work.put(t, "a.vcf", newCard("a", secret))
	sentWork, sentHome := work.tap(t), home.tap(t)
	d := newDevice(t, work, "here", "")
	accounts := fmt.Sprintf("[accounts.work]\naddress = %q\npassword = {env = \"THE_PASSWORD\"}\nmergeable = false\n"+
		"[accounts.home]\naddress = %q\npassword = {env = \"THE_PASSWORD\"}\n[accounts.files]\ntype = \"vdir\"\npath = %q\n"+
		"[links.allowed]\nleft = \"files\"\nright = \"work\"\n", work.address, home.address, filepath.Dir(d.dir))
	for name, link := range map[string]string{
		"directly":                "[links.leak]\nleft = \"work\"\nright = \"home\"\n",
		"by way of the directory": "[links.leak]\nleft = \"files\"\nright = \"home\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			d.configure(t, accounts+link)
			d.ends(t, 2, "sync").says(t, "uploadable = false")
			d.ends(t, 2, "sync", "leak")
		})
	}
	d.configure(t, accounts)
	d.ends(t, 0, "sync")
	if body := d.body(t, "a"); !has(body, "FN:"+secret) {
		t.Fatalf("here is\n%s", body)
	}
	d.ends(t, 2, "sync", filepath.Dir(d.dir), home.address)
	if all := sentHome.all(); len(all) > 0 {
		t.Errorf("the other server was asked: %+v", all)
	}
	for _, one := range sentWork.all() {
		if strings.Contains(one.body, secret) {
			t.Errorf("the card went back: %+v", one)
		}
	}
	// What its own side has under the same UID is never joined with it (mergeable).
	d.write(t, "b.vcf", newCard("b", "Mine", "NOTE:mine"))
	work.put(t, "b.vcf", newCard("b", secret))
	out, exit := d.run(t, "sync")
	if exit != 5 || !has(d.body(t, "b"), "FN:Mine") || strings.Contains(work.body(t, "b"), "mine") {
		t.Errorf("sync ended with %d:\n%s\nhere is\n%s\nthere is\n%s", exit, out.text, d.body(t, "b"), work.body(t, "b"))
	}
}

// TestCase77and78: a large book: what is known of it costs little, and edits cost what
// was edited.
func TestCase77and78(t *testing.T) {
	if testing.Short() {
		t.Skip("10,000 cards are many")
	}
	const n = 10000
	b := newBook(t, davd.Options{})
	d := newDevice(t, b, "here", "")
	d.env = append(d.env, "GOMEMLIMIT=100MiB") // it may use more, but not if it need not
	for i := range n {
		d.write(t, fmt.Sprintf("m%05d.vcf", i), newCard(fmt.Sprintf("m%05d", i), fmt.Sprintf("Name %d", i), "NOTE:"+strings.Repeat("text ", 40)))
	}
	d.killAt(t, "PUT", n/2, davd.Fault{DropAfter: true})
	puts := b.puts()
	d.sync(t)
	if again := b.puts(); again > n+20 {
		t.Errorf("%d PUTs in all, %d of them before the program was killed", again, puts)
	}
	d.holds(t, n, n)
	d.quiet(t, 0)
	b.server.Forget()
	d.quiet(t, 0)
	if all := b.server.Requests(); len(all) > 2 {
		t.Errorf("an idle sync made %d requests", len(all))
	}
	for i := range 3 {
		d.edit(t, fmt.Sprintf("m%05d", i), adding("TITLE:here"))
		b.edit(t, fmt.Sprintf("m%05d", n-1-i), adding("TITLE:there"))
	}
	b.server.Forget()
	if got := d.sync(t); got.writes() != 6 {
		t.Errorf("%+v", got)
	}
	counts := b.server.Counts()
	if counts["PUT"] != 3 || counts["REPORT addressbook-multiget"] > 3 || counts["GET"] > 3 || len(b.server.Requests()) > 14 {
		t.Errorf("%v", counts)
	}
}
