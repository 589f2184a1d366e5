package vdir

import "lockstep/core"

// Reading says for people how a collection is read, and what proves that it was read
// to its end, by what was kept of it then; "" = it was not.
func Reading(t core.Token) (how, proof string) {
	if t != tokenListed {
		return "", ""
	}
	return "a look at every file of a collection, which reads those that changed", "looked through whole; the next sync looks again"
}
