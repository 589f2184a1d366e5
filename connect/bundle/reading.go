package bundle

import "lockstep/core"

// Reading says for people how a file is read, and what proves that it was read to its
// end, by its token; "" = it was not.
func Reading(t core.Token) (how, proof string) {
	if t != tokenListed {
		return "", ""
	}
	return "the whole file when its bytes changed", "read to its end"
}
