package main

import (
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"lockstep/peers/davd"
)

// killAt kills the program when the nth request of a name comes to the server, which
// then does what the fault says; with next, at the request after that one. It returns after the program has ended.
func (d *device) killAt(t *testing.T, name string, n int, fault davd.Fault, next ...bool) {
	t.Helper()
	var mu sync.Mutex
	var cmd *exec.Cmd
	at, follows := d.book.server.Counts()[name]+n, false
	d.book.server.SetFaults(func(a davd.Ask) davd.Fault {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case follows:
		case a.Name != name || a.N != at:
			return davd.Fault{}
		case len(next) > 0:
			follows = true
			return davd.Fault{}
		}
		cmd.Process.Kill()
		return fault
	})
	mu.Lock()
	cmd = d.command("sync")
	err := cmd.Start()
	mu.Unlock()
	must(t, err)
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() >= 0 {
		t.Fatalf("nothing was killed at %s %d: %v", name, n, err)
	}
	d.book.server.SetFaults(nil)
}

// TestCase23and24: killed after a PUT was sent, before its answer and before what it
// did was written down. It is not sent twice.
func TestCase23and24(t *testing.T) {
	for _, c := range []struct {
		name  string
		next  []bool
		fault davd.Fault
	}{
		{"case 23: before the answer", nil, davd.Fault{DropAfter: true}},
		{"case 24: after the answer, before it is read back", []bool{true}, davd.Fault{DropBefore: true}},
		{"not even arrived", nil, davd.Fault{DropBefore: true}},
	} {
		for _, edit := range []string{"create", "create, and another name there", "update", "update, and an edit there"} {
			t.Run(c.name+", "+edit, func(t *testing.T) {
				b := newBook(t, davd.Options{})
				d := pair(t, b)
				created := strings.HasPrefix(edit, "create")
				if created {
					d.write(t, "u4.vcf", newCard("u4", "U4"))
				} else {
					d.edit(t, "u1", replacing("FN:U1", "FN:New"))
				}
				d.killAt(t, "PUT", 1, c.fault, c.next...)
				landed := !c.fault.DropBefore || len(c.next) > 0
				switch {
				case strings.Contains(edit, "name") && landed: // and then an edit here, which is the only one
					body := b.body(t, "u4")
					b.remove(t, "u4")
					b.put(t, "renamed.vcf", body)
					d.edit(t, "u4", replacing("FN:U4", "FN:Newer"))
				case strings.HasSuffix(edit, "edit there"):
					b.edit(t, "u1", adding("NOTE:there"))
				}
				puts := b.puts()
				d.sync(t)
				if again := b.puts() - puts; landed && again > 0 && !strings.Contains(edit, "name") {
					t.Errorf("%d PUTs more", again)
				}
				uids := []string{"u1", "u2", "u3"}
				if created {
					uids = append(uids, "u4")
				} else if body := b.body(t, "u1"); !has(body, "FN:New") || strings.HasSuffix(edit, "edit there") && !has(body, "NOTE:there") {
					t.Errorf("there is\n%s", body)
				}
				d.inStep(t, uids...)
				if n := len(d.conflicts(t)); n > 0 {
					t.Errorf("%d conflicts", n)
				}
				d.quiet(t, 0)
			})
		}
	}
}

// TestCase25: killed between two pages of the first download: nothing is deleted
// before the last page was seen, and what is there is not downloaded again as new.
func TestCase25(t *testing.T) {
	b := newBook(t, davd.Options{Profile: davd.Profile{PageSize: 10}})
	d := newDevice(t, b, "here", "")
	d.write(t, "mine.vcf", newCard("mine", "Mine"))
	var uids []string
	for i := range 50 {
		uids = append(uids, fmt.Sprintf("m%03d", i))
		b.put(t, uids[i]+".vcf", newCard(uids[i], "Name"))
	}
	d.killAt(t, "REPORT sync-collection", 4, davd.Fault{DropBefore: true})
	if body := d.body(t, "mine"); body == "" {
		t.Error("what was here is gone")
	}
	b.remove(t, "m007") // was told by a page that was seen
	out := d.sync(t)
	if out.Left.Deleted+out.Right.Deleted > 1 {
		t.Errorf("%+v", out)
	}
	d.inStep(t, append(append(uids[:7:7], uids[8:]...), "mine")...)
	d.quiet(t, 0)
}

// TestAnswersThatAreWrong: one thing that goes wrong at a server; no card is lost or
// doubled, and when it is over a sync brings both sides in step, and the next is quiet.
func TestAnswersThatAreWrong(t *testing.T) {
	edit := func(t *testing.T, d *device) { d.edit(t, "u1", adding("NOTE:here")) }
	create := func(t *testing.T, d *device) { d.write(t, "u4.vcf", newCard("u4", "U4")) }
	there := func(t *testing.T, d *device) {
		d.book.edit(t, "u1", adding("NOTE:there"))
		d.book.put(t, "u4.vcf", newCard("u4", "U4"))
	}
	for _, c := range []struct {
		name  string
		do    func(*testing.T, *device)
		at    string
		fault davd.Fault
		// again: the fault is at every request of the name.
		again bool
		// exit of the first sync, and how many PUTs of all syncs may arrive.
		exit, puts int
	}{
		{"case 29: an edit answered by 500 was stored", edit, "PUT", davd.StoredBut(500), false, 0, 1},
		{"case 29: a create answered by 500 was stored", create, "PUT", davd.StoredBut(500), false, 0, 1},
		{"case 31: a create answered by 412 was stored", create, "PUT", davd.StoredBut(412), false, 0, 1},
		{"case 31: the answer to a create is lost", create, "PUT", davd.Fault{DropAfter: true}, false, 0, 1},
		{"the answer to an edit is lost", edit, "PUT", davd.Fault{DropAfter: true}, false, 0, 1},
		{"case 38: multiget leaves a card out", there, "REPORT addressbook-multiget", davd.OmitRow("u4.vcf"), false, 0, 0},
		{"case 38: multiget says 404 of a card", there, "REPORT addressbook-multiget", davd.FailRow("u4.vcf", 404), false, 0, 0},
		{"case 38: multiget has no body for a card", there, "REPORT addressbook-multiget", davd.NoData("u4.vcf"), false, 0, 0},
		{"case 39: a card is told twice, with other escapes", there, "REPORT sync-collection", davd.DoubleRow("u4.vcf"), true, 0, 0},
		{"case 40: control characters in the list", there, "REPORT sync-collection", davd.ControlCharacters(), false, 5, 0},
		{"case 40: control characters in the bodies", there, "REPORT addressbook-multiget", davd.ControlCharacters(), false, 0, 0},
		{"case 41: the list is cut", there, "REPORT sync-collection", davd.CutAt(300), false, 0, 0},
		{"case 41: the bodies are cut", there, "REPORT addressbook-multiget", davd.CutAt(300), false, 0, 0},
		{"case 42: too many requests", there, "REPORT sync-collection", davd.Throttled("1"), false, 0, 0},
		{"case 42: too many requests, at a write", edit, "PUT", davd.Throttled("1"), false, 0, 2},
		{"case 43: the login is refused", edit, "PUT", davd.Fault{Status: 401, Body: "no"}, true, 6, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBook(t, davd.Options{})
			d := pair(t, b)
			puts := b.puts()
			c.do(t, d)
			if c.again {
				b.server.SetFaults(davd.Script(davd.Scripted{Name: c.at, Fault: c.fault}))
			} else {
				b.server.SetFaults(davd.Once(c.at, c.fault))
			}
			out, exit := d.run(t, "sync")
			if exit != c.exit {
				t.Errorf("sync ended with %d, not %d:\n%s%s", exit, c.exit, out.text, out.errs)
			}
			b.server.SetFaults(nil)
			d.ends(t, 0, "sync")
			uids := []string{"u1", "u2", "u3"}
			if strings.Contains(c.name, "create") || b.body(t, "u4") != "" {
				uids = append(uids, "u4")
			}
			d.inStep(t, uids...)
			if n := b.puts() - puts; n > c.puts {
				t.Errorf("%d PUTs, not %d", n, c.puts)
			}
			if n := len(d.conflicts(t)); n > 0 {
				t.Errorf("%d conflicts", n)
			}
			d.quiet(t, 0)
		})
	}
}

// TestCase27: a server that tells no ETag after a PUT is asked, once.
func TestCase27(t *testing.T) {
	b := newBook(t, davd.Options{Profile: davd.Profile{NoETag: true}})
	d := pair(t, b)
	b.edit(t, "u1", adding("NOTE:between"))
	d.edit(t, "u1", adding("TITLE:here"))
	d.sync(t)
	d.inStep(t, "u1", "u2", "u3")
	for range 2 {
		d.quiet(t, 0)
	}
	if n := len(d.conflicts(t)); n > 0 {
		t.Errorf("%d conflicts", n)
	}
}

// TestCase30: a card that somebody edits again and again waits; the others do not.
func TestCase30(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := pair(t, b)
	d.edit(t, "u1", adding("NOTE:here"))
	d.edit(t, "u2", adding("NOTE:here"))
	busy, n := b.path+b.find(t, "u1"), 0
	body := b.body(t, "u1")
	b.server.SetFaults(func(a davd.Ask) davd.Fault {
		if a.Name == "PUT" && a.Path == busy {
			n++
			must(t, b.server.Put(busy, adding(fmt.Sprintf("X-N:%d", n))(body)))
		}
		return davd.Fault{}
	})
	out, exit := d.run(t, "sync")
	if exit != 1 || n == 0 || n > 5 {
		t.Errorf("sync ended with %d after %d attempts:\n%s%s", exit, n, out.text, out.errs)
	}
	if !has(b.body(t, "u2"), "NOTE:here") {
		t.Error("the other card waits too")
	}
	b.server.SetFaults(nil)
	d.ends(t, 0, "sync")
	d.inStep(t, "u1", "u2", "u3")
	if got := b.body(t, "u1"); !has(got, "NOTE:here") || !has(got, fmt.Sprintf("X-N:%d", n)) {
		t.Errorf("there is\n%s", got)
	}
}

// TestCase32: while we create a card, another program makes one with its UID: it is
// adopted, and both edits are in it.
func TestCase32(t *testing.T) {
	for name, p := range map[string]davd.Profile{
		"told by whom": {}, "told": davd.Radicale(), "not told": {Name: "takes all"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, davd.Options{Profile: p})
			d := pair(t, b)
			d.write(t, "u4.vcf", newCard("u4", "U4", "TEL:+1 1"))
			var once sync.Once
			b.server.SetFaults(func(a davd.Ask) davd.Fault {
				if a.Name == "PUT" {
					once.Do(func() { must(t, b.server.Put(b.path+"other.vcf", newCard("u4", "U4", "TEL:+1 2"))) })
				}
				return davd.Fault{}
			})
			out, exit := d.run(t, "sync")
			b.server.SetFaults(nil)
			if name == "not told" { // two are there: nobody can prevent it, and it is told
				if exit == 0 {
					out, exit = d.run(t, "sync")
				}
				if exit != 5 {
					t.Errorf("sync ended with %d:\n%s", exit, out.text)
				}
				return
			}
			d.sync(t)
			d.inStep(t, "u1", "u2", "u3", "u4")
			if body := b.body(t, "u4"); !has(body, "TEL:+1 1") || !has(body, "TEL:+1 2") || b.find(t, "u4") != "other.vcf" {
				t.Errorf("there is %s\n%s", b.find(t, "u4"), body)
			}
			d.quiet(t, 0)
		})
	}
}

// TestCase33to35: lists in pages, with limits refused, and tokens that have expired:
// just what was done is done.
func TestCase33to35(t *testing.T) {
	for name, p := range map[string]davd.Profile{
		"case 33: four pages": {PageSize: 5}, "case 34: no limit but one": {PageSize: 5, Limit: davd.Refused}, "case 34: a limit breaks": {Limit: davd.Breaks},
		"case 35: the letter": {}, "case 35: breaks": {BadToken: davd.Refusal{Status: 500}},
		"case 35: a conflict": {BadToken: davd.Refusal{Status: 409, Condition: "D:valid-sync-token"}},
		"case 35: gone":       {BadToken: davd.Refusal{Status: 410}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, davd.Options{Profile: p})
			d := newDevice(t, b, "here", "")
			var uids []string
			for i := range 20 {
				uids = append(uids, fmt.Sprintf("m%03d", i))
				b.put(t, uids[i]+".vcf", newCard(uids[i], "Name"))
			}
			d.sync(t)
			d.inStep(t, uids...)
			d.sync(t)
			b.remove(t, "m003")
			b.edit(t, "m004", adding("NOTE:there"))
			b.edit(t, "m005", adding("NOTE:there"))
			if strings.HasPrefix(name, "case 35") {
				must(t, b.server.Expire(b.path))
			}
			got := d.sync(t)
			if got.Left.Deleted != 1 || got.Left.Updated != 2 || got.writes() != 3 {
				t.Errorf("%+v", got)
			}
			d.inStep(t, append(uids[:3:3], uids[4:]...)...)
			d.quiet(t, 0)
		})
	}
}

// TestCase37: a server that forgot what was removed: the next full comparison finds it.
func TestCase37(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := pair(t, b)
	d.sync(t)
	b.remove(t, "u2")
	must(t, b.server.ForgetGone(b.path))
	d.ends(t, 3, "check").says(t, "u2")
	d.holds(t, 3, 2)
}

// TestCase45: a book that may only be read stays as it is; what was done here waits and
// is told in each sync, and what comes from there goes on.
func TestCase45(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := pair(t, b)
	must(t, b.server.SetReadOnly(b.path, true))
	d.edit(t, "u1", adding("NOTE:here"))
	d.remove(t, "u3")
	d.write(t, "new.vcf", newCard("new", "New"))
	b.edit(t, "u2", adding("NOTE:there"))
	for range 2 { // it is said as long as it is so
		out := d.ends(t, 5, "sync")
		out.says(t, "changed on the left, but friends is read-only", "deleted on the left, but friends is read-only", "new on the left, but friends is read-only")
		if n := out.report(t).Parked; n != 3 {
			t.Errorf("%d are parked:\n%s", n, out.text)
		}
	}
	d.ends(t, 3, "check")
	if has(b.body(t, "u1"), "NOTE:here") || !has(d.body(t, "u1"), "NOTE:here") || b.body(t, "u3") == "" || b.body(t, "new") != "" {
		t.Error("what was done here is not only here")
	}
	if !has(d.body(t, "u2"), "NOTE:there") {
		t.Error("what came there did not come here")
	}
	must(t, b.server.SetReadOnly(b.path, false))
	d.ends(t, 0, "sync")
	d.inStep(t, "new", "u1", "u2")
	d.quiet(t, 0)
}

// TestCase43and44: a password that is not taken any more ends a sync at once; what
// waits goes over once there is another one.
func TestCase43and44(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := pair(t, b)
	d.edit(t, "u1", adding("NOTE:here"))
	b.server.Revoke(b.user)
	b.server.Forget()
	d.ends(t, 6, "sync")
	if n := len(b.server.Requests()); n > 3 {
		t.Errorf("%d requests with a password that is refused", n)
	}
	b.server.AddUser(b.user, b.password)
	d.sync(t)
	d.inStep(t, "u1", "u2", "u3")
}
