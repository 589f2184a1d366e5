package main

import (
	"testing"

	"lockstep/core"
)

// TestUploadedThenChangedOnTheServer: a message that we stored on a server is
// moved or deleted there before it was ever listed. Both are carried over, and
// the move is a move.
func TestUploadedThenChangedOnTheServer(t *testing.T) {
	onServers(t, func(t *testing.T, c *counted) {
		mail := func(n string) []byte {
			return []byte("From: a@example.org\nSubject: " + n + "\nMessage-ID: <" + n + "@example.org>\n\nbody\n")
		}
		c.files.add(t, "INBOX", mail("moved"), core.Seen)
		c.files.add(t, "INBOX", mail("deleted"), core.Seen)
		if got := c.sync(t); got.Left.Created != 2 {
			t.Fatalf("%+v", got)
		}
		all := c.server.list(t)
		uploaded := first(all, "INBOX", len(all))[countedMessages:]
		c.server.move(t, uploaded[0], "Work")
		c.server.remove(t, uploaded[1])
		if got := c.sync(t); got.writes() != 2 || got.Right.Moved != 1 || got.Right.Deleted != 1 {
			t.Errorf("%+v", got)
		}
		c.inStep(t, 1)
	})
}
