package main

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/peers/davd"
)

// TestRunContacts: the file system tells what is edited here, and the server is asked
// on the schedule; a look at a server where nothing happened takes at most two
// requests.
func TestRunContacts(t *testing.T) {
	onBooks(t, func(t *testing.T, b *book) {
		d := newDevice(t, b, "here", "interval = \"1h\"")
		r := d.background(t, 1)
		d.write(t, "ann.vcf", newCard("ann", "Ann"))
		eventually(t, "the new card is on the server", func() bool { return b.find(t, "ann") != "" })
		d.edit(t, "ann", adding("NOTE:edited here"))
		eventually(t, "the edit is on the server", func() bool { return has(b.body(t, "ann"), "NOTE:edited here") })
		d.remove(t, "ann")
		eventually(t, "the card is gone from the server", func() bool { return b.find(t, "ann") == "" })
		if why := d.why(t); why != "the schedule" {
			t.Errorf("nothing was found on the server, and the next look is for: %s", why)
		}
		b.put(t, "cleo.vcf", newCard("cleo", "Cleo"))
		d.write(t, "dan.vcf", newCard("dan", "Dan"))
		eventually(t, "both cards are on both sides", func() bool { return b.find(t, "dan") != "" && d.body(t, "cleo") != "" })
		eventually(t, "the next look comes sooner", func() bool { return d.why(t) == "more may follow" })
		if exit := r.end(t); exit != 0 {
			t.Errorf("it ended with %d:\n%s", exit, &r.errs)
		}

		d.configure(t, d.config("interval = \"1s\""))
		r = d.background(t, 1)
		b.put(t, "bo.vcf", newCard("bo", "Bo"))
		eventually(t, "the new card is here", func() bool { return d.body(t, "bo") != "" })
		b.edit(t, "bo", adding("NOTE:edited there"))
		eventually(t, "the edit is here", func() bool { return has(d.body(t, "bo"), "NOTE:edited there") })
		b.remove(t, "bo")
		eventually(t, "the card is gone", func() bool { return d.body(t, "bo") == "" })
		if exit := r.end(t); exit != 0 {
			t.Errorf("it ended with %d:\n%s", exit, &r.errs)
		}
		d.quiet(t, 0)
	})
}

// TestRunToldToEnd: a look that is cut off by SIGTERM is no failure. It says what it
// wrote until then and ends with 0, and the next sync does the rest.
func TestRunToldToEnd(t *testing.T) {
	for _, c := range []struct {
		name, request string // that hangs
		writes        int    // that are done before
	}{
		{"while it lists", "PROPFIND", 0},
		{"while it reads", "REPORT sync-collection", 0},
		{"while it writes", "PUT", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBook(t, davd.Options{})
			d := newDevice(t, b, "here", "")
			b.put(t, "ann.vcf", newCard("ann", "Ann"))
			d.write(t, "bo.vcf", newCard("bo", "Bo"))
			hangs := make(chan struct{})
			b.server.SetFaults(func(a davd.Ask) davd.Fault {
				if a.Name == c.request && a.N == 1 {
					close(hangs)
				}
				return davd.Fault{Hang: a.Name == c.request}
			})
			r := &running{cmd: d.command("run")}
			r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.errs
			must(t, r.cmd.Start())
			t.Cleanup(func() { _ = r.cmd.Process.Kill() })
			select {
			case <-hangs:
			case <-time.After(time.Minute):
				t.Fatalf("it never asked %s:\n%s%s", c.request, &r.out, &r.errs)
			}
			if exit := r.end(t); exit != 0 || r.errs.Len() > 0 {
				t.Errorf("it ended with %d and said\n%s", exit, &r.errs)
			}
			writes := 0
			for line := range strings.Lines(r.out.String()) {
				var one struct {
					report
					Exit  int
					Error string
				}
				must(t, json.Unmarshal([]byte(line), &one))
				writes += one.writes()
				if one.Exit != 0 || one.Error != "" || one.writes() == 0 {
					t.Errorf("it was told to end, and says: %s", line)
				}
			}
			if writes != c.writes {
				t.Errorf("it tells of %d writes, not %d:\n%s", writes, c.writes, &r.out)
			}
			b.server.SetFaults(nil)
			d.ends(t, 0, "sync")
			d.inStep(t, "ann", "bo")
			d.quiet(t, 0)
		})
	}
}

// why the next look of the running program comes when it does.
func (d *device) why(t *testing.T) (why string) {
	t.Helper()
	eventually(t, "it waits for its next look", func() bool {
		out, _ := d.run(t, "status")
		out.each(t, "status", func(line []byte) {
			var s struct {
				Daemon struct {
					Why     string
					Syncing bool
				}
			}
			must(t, json.Unmarshal(line, &s))
			if why = s.Daemon.Why; s.Daemon.Syncing {
				why = ""
			}
		})
		return why != ""
	})
	return why
}

// TestRunQuietly counts what a quiet link asks: each look takes at most two requests,
// and only the first of a process looks for the way.
func TestRunQuietly(t *testing.T) {
	for _, p := range []davd.Profile{{}, davd.Radicale(), davd.Nextcloud(), {Name: "ctag", Changes: davd.CTag}} {
		t.Run(cmp.Or(p.Name, "the letter"), func(t *testing.T) {
			t.Parallel() // it mostly waits
			b := newBook(t, davd.Options{Profile: p})
			d := newDevice(t, b, "here", "interval = \"1s\"")
			d.write(t, "ann.vcf", newCard("ann", "Ann"))
			d.sync(t)
			d.quiet(t, 0)
			b.server.Forget()
			d.program.env = append(d.program.env, "LOCKSTEP_LOG_LEVEL=debug")
			r := d.background(t, 1)
			const some = 10
			eventually(t, "it asks the server again and again", func() bool { return len(b.server.Requests()) >= some })
			if exit := r.end(t); exit != 0 {
				t.Errorf("it ended with %d:\n%s", exit, &r.errs)
			}
			looks := strings.Count(r.errs.String(), `"type":"started"`)
			asked := b.server.Requests()
			t.Logf("%d looks, %d requests: %v", looks, len(asked), b.server.Counts())
			if looks == 0 || len(asked) > 2*looks {
				t.Errorf("%d looks took %d requests: %v", looks, len(asked), asked)
			}
			names := map[string]bool{}
			for _, q := range asked[len(asked)-some/2:] {
				names[q.Name+" "+q.Path] = true
			}
			if len(names) > 2 {
				t.Errorf("it asks for the way again: %q", slices.Sorted(maps.Keys(names)))
			}
			if all := b.server.Changes(); len(all) > 0 {
				t.Errorf("nothing happened, and it wrote %v", all)
			}
		})
	}
}
