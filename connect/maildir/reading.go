package maildir

import "lockstep/core"

// Reading says for people how a folder is read, and what proves that it was read
// to its end, by what was kept of it then; "" = it was not.
func Reading(c core.Collection, t core.Token) (how, proof string) {
	how = "a scan of the files of a folder whose times changed"
	switch {
	case t != tokenListed:
		return "", ""
	case c.Rev == "": // it was young
		return how, "scanned whole, within seconds of a change, so the next sync scans again"
	}
	return how, "scanned whole; the next scan is when its times change"
}
