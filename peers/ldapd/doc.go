// Package ldapd is a directory server (LDAP, RFC 4511) in memory, for tests and
// for the demo: the peer that a reader of directories meets, with everything
// switchable and with a ledger of what it was asked and sent.
//
// New makes a Server; Add, Modify, Rename and Delete (store.go) edit its entries
// behind the clients' backs; Listen, ListenTLS and Serve let clients in. Options
// (options.go) choose limits and strangeness, Faults (fault.go, lies.go) make it
// break and lie. Counts, Searches and Sent (ledger.go) say what happened,
// Violations what a client sent that the protocol does not allow.
//
// Start at session.go: one request is read, asked about (fault.go), obeyed
// (bind.go, search.go) and answered (writer.go). Its manners are those of
// OpenLDAP's slapd: one table of expectations runs against both
// (expect_test.go).
//
// It is read-only over the wire, never writes a file, never speaks to another
// host, and leaves no goroutine behind after Close.
package ldapd
