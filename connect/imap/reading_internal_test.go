package imap

import (
	"testing"

	"lockstep/core"
)

// TestReading: what a token proves, for people. A listing that is not at its end
// proves nothing.
func TestReading(t *testing.T) {
	const changes, flags = "what changed since a HIGHESTMODSEQ (QRESYNC, else CONDSTORE)", "all flags, as the server tells no HIGHESTMODSEQ"
	for token, want := range map[core.Token][2]string{
		point{validity: 1, next: 13, mod: 4711, count: 12}.token():                         {changes, "read up to HIGHESTMODSEQ 4711, with UIDNEXT 13 and 12 messages"},
		point{validity: 1, next: 13, count: 12}.token():                                    {flags, "all flags read, with UIDNEXT 13 and 12 messages"},
		point{validity: 1, next: 13, mod: 4711, count: 12, paging: true, below: 7}.token(): {},
		"":           {},
		"no token":   {},
		"0:1:1:1":    {},
		"1:+1:01:01": {},
	} {
		if how, proof := Reading(token); how != want[0] || proof != want[1] {
			t.Errorf("%q: %q, %q", token, how, proof)
		}
	}
}
