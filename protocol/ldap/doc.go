// Package ldap reads a directory (RFC 4511) for programs that act on what is
// not there: a read either is complete, or ends in an error.
//
// Dial connects, encrypts and logs in. Search streams entries page by page
// (RFC 2696) and completes values that Active Directory hands out in ranges.
// BaseExists, RootDSE and Position are the cheap looks. CheckFilter, CheckDN
// and UUID need no server. Errors are *core.Error values; errors.go has the
// table of their classes.
//
// The grammar of filters and names is that of go-ldap. The conversation is our
// own, because three things that it must promise cannot be had there: an
// answer that does not parse is an error and never a short answer; what a
// server announces reserves no memory and is nested no deeper than LDAP is; and
// the time limit is of silence, so that neither a long page nor a slow reader
// is cut off.
//
// It never writes to a directory, never follows a referral, never sends a
// password over a connection that was to be encrypted and is not, never
// believes what came before TLS, never binds with an empty password, starts no
// goroutine, and panics at nothing that a server can send.
//
// A Client is used from one goroutine at a time. Start with dial.go, then
// search.go.
package ldap
