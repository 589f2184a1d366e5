// Package dav is a client of CardDAV and CalDAV servers (RFC 4918, 6352, 4791,
// 6578, 6764): discovery, lists, changes since a token, bodies, and writes that
// are guarded by ETags.
//
// What differs between address books and calendars is data (Flavour), and so is
// what is odd about a server (Quirks). A Client makes one request for each call
// (two at most where a login or a limit has to be negotiated) and returns typed
// values. Every error is a *core.Error whose class comes from one table
// (errors.go). Nothing is tried again here, but for a login.
//
// Answers are read as they come: a multistatus of any length takes the memory
// of its longest row, which is bounded. A list is complete or an error: a body
// that does not end, a page of HTML, or a 200 where a 207 belongs is never an
// empty list.
//
// It never sends a login to another host than the account's (origin.go tells
// which those are) nor in clear text beyond this machine, never follows a
// redirect with a write, never speaks to a server whose certificate is not
// verified, never reads an entity or a DTD, and never puts a secret into an
// error. An ETag is compared and sent, and never understood.
//
// Start with New (client.go) and request.go, then discover.go, list.go, sync.go
// and multiget.go.
package dav
