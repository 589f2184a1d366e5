// Package dav is a core.Replica of a CardDAV or CalDAV account. What differs between
// address books and calendars is data (Config.Flavour).
//
// A collection's ID is its path on the server, its Path its display name; its Rev is
// the sync-token, or the ctag where there is none. An item's ID is the last segment
// of its address without the extension (names.go), its Rev the ETag, with the
// Schedule-Tag of an invitation (schedule.go), its Key the UID; of one that has none a
// Key that its address implies, which it gets as UID when it is written, here or
// elsewhere.
//
// The survey is one PROPFIND of each home. What changed in a collection is asked for
// on the best rung that its server has:
//
//	sync-collection  only what changed and what is gone is named (RFC 6578)
//	ctag             the whole collection is listed, if its ctag moved
//	neither          the whole collection is listed in every pass
//
// Once in a week every collection is listed in full on every rung, because servers drop
// what is old from their logs without a word. Servers that take any token, or whose
// tokens do not tell of what came and went, are always listed in full.
//
// No list tells a UID, so what is new or has another ETag is read as it is listed,
// many with one multiget; the bodies are kept for the rest of the pass (kept.go) and
// Fetch has them from there. So a first download reads every body once. Of what the
// engine knows with the same ETag nothing is read (core.Recaller).
//
// A window of time leaves old events out (window.go).
//
// Every write of an item is guarded: a create by If-None-Match: *, everything else by If-Match.
// Items whose UID came meanwhile under another name are found before a create where
// the server does not look itself (absent.go). What a server stores is read back by
// the engine, always: an ETag in an answer proves nothing, for servers give one and
// rewrite all the same.
//
// An Account keeps connections, the login and the way to the homes for the next pass;
// a Replica lives for one.
//
// What it never does: write an item without a guard, take an answer that is not a whole
// multistatus for an empty list, take an item for gone that was listed and could not be
// read, send a write again that may have been made (mend.go and schedule.go send one
// again that was refused), watch (a server of these protocols does not call; the
// daemon's schedule asks).
//
// Start with open.go, survey.go and changes.go, then apply.go.
package dav
