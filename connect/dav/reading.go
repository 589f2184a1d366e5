package dav

import (
	"strconv"
	"strings"
	"time"

	"lockstep/core"
)

// Reading says for people how a collection is read, by its token, and what proves that
// it was read to its end; "" = that is not kept.
func Reading(t core.Token) (how, proof string) {
	switch {
	case t == "":
		return "", ""
	case t[0] == tokenSync:
		days, _, _ := strings.Cut(string(t[1:]), ":")
		day, err := strconv.ParseInt(days, 10, 64)
		if err != nil {
			return "", ""
		}
		return "changes (sync-collection)", "all was listed on " + time.Unix(day*24*60*60, 0).UTC().Format(time.DateOnly) + ", and its changes since"
	case t[0] == tokenList:
		return "a list of all when it changed", "listed to its end"
	}
	return "", ""
}
