package imap

import (
	"fmt"

	"lockstep/core"
)

// Reading says for people how a mailbox is read, and what proves that it was read
// to its end, by the token that was kept then; "" = it was not. Whether changes
// are told with QRESYNC or with CONDSTORE alone is a matter of the connection,
// which Probe tells.
func Reading(t core.Token) (how, proof string) {
	at, ok := parseToken(t)
	switch {
	case !ok || t == "" || at.paging:
		return "", ""
	case at.mod == 0: // no CONDSTORE
		return "all flags, as the server tells no HIGHESTMODSEQ",
			fmt.Sprintf("all flags read, with UIDNEXT %d and %d messages", at.next, at.count)
	}
	return "what changed since a HIGHESTMODSEQ (QRESYNC, else CONDSTORE)",
		fmt.Sprintf("read up to HIGHESTMODSEQ %d, with UIDNEXT %d and %d messages", at.mod, at.next, at.count)
}
