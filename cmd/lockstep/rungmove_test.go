package main

import (
	"path/filepath"
	"testing"

	"lockstep/core"
	"lockstep/peers/fault"
)

// TestMoveOnEachRung: one sync carries a move over, whatever the server can do,
// and leaves nothing where the message was.
func TestMoveOnEachRung(t *testing.T) {
	for _, r := range rungs() {
		t.Run(r.name, func(t *testing.T) {
			a, _ := inProcess(t)
			proxy, err := fault.Listen(a.address, fault.Plan{Hide: r.hide})
			must(t, err)
			t.Cleanup(func() { proxy.Close() })
			dir := t.TempDir()
			mail := filepath.Join(dir, "mail")
			p := newProgram(t, dir, a.plainConfig("left", proxy.Addr())+maildirConfig("right", mail)+killedLink, a.env())
			left, right := newIMAPUser(t, a), newMaildirUser(t, mail, "r")
			right.add(t, "INBOX", []byte("Message-ID: <1@x>\n\nText.\n"), core.Seen)
			p.sync(t)
			if !right.move(t, right.list(t)[0], "Work") {
				t.Fatal("it cannot be moved")
			}
			p.sync(t)
			for _, u := range []user{left, right} {
				if all := u.list(t); len(all) != 1 || all[0].folder != "Work" || all[0].marks != core.Seen {
					t.Errorf("it is there as %+v", all)
				}
			}
			if n := p.sync(t).writes(); n > 0 {
				t.Errorf("a second sync made %d writes", n)
			}
		})
	}
}
