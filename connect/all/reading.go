package all

import (
	"lockstep/config"
	"lockstep/connect/bundle"
	"lockstep/connect/dav"
	"lockstep/connect/imap"
	"lockstep/connect/maildir"
	"lockstep/connect/vdir"
	"lockstep/core"
)

// Reading says for people how a collection of an end is read, and what proves
// that it was read to its end, by what the last pass that did so kept of it. No
// how = it was not read, or not since something made that void; no proof = that
// is not kept. It asks nobody.
func Reading(end config.End, c core.Collection, t core.Token) (how, proof string) {
	if t == "" {
		return "", ""
	}
	switch end.Account.Address.Type {
	case config.IMAP:
		return imap.Reading(t)
	case config.Maildir:
		return maildir.Reading(c, t)
	case config.Vdir:
		return vdir.Reading(t)
	case config.CardDAV, config.CalDAV:
		return dav.Reading(t)
	case config.VCF, config.ICS:
		return bundle.Reading(t)
	case config.James:
		return "a list of all in every sync", "listed to its end"
	}
	return "all entries in every sync", "" // a token does not tell whether all sources were read
}
