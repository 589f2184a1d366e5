package cli

import (
	"strings"

	"lockstep/core"
	"lockstep/format/element"
)

// entryID is what an entry keeps when all else changes, without the name of the
// directory that it is in.
func entryID(same core.Same) string {
	source, id, named := strings.Cut(string(same), "!") // no "!" is in the name of a directory
	if !named {
		return source
	}
	return unescape(strings.TrimPrefix(id, "!")) // that of a DN begins with another one
}

// ownerName is an owner for people: an address or, of an entry that has none, the
// directory and what its entry keeps.
func ownerName(owner string) string {
	if _, err := element.Account(owner); err == nil {
		return owner
	}
	source, id, named := strings.Cut(owner, "!")
	if id = strings.TrimPrefix(id, "!"); !named || id == "?" || id == "" {
		return "" // of a directory as a whole, and the reason names it
	}
	return unescape(source) + " " + unescape(id)
}

func unescape(part string) string {
	return strings.NewReplacer("%21", "!", "%2F", "/", "%25", "%").Replace(part)
}
