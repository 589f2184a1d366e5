// Package imapd is an IMAP4rev1 server in memory, for tests and for the demo:
// the peer that a mail client meets, with everything switchable and with a
// ledger that tells the truth about every message.
//
// New makes a Server; AddUser gives it a User, whose methods (direct.go) edit
// the mailboxes behind the clients' backs; Listen, ListenTLS and Serve let
// clients in. Options (options.go) choose the extensions and the strangeness,
// Faults (fault.go, lies.go) make it break and lie. Ledger (ledger.go) says
// where every message that was ever appended is now and who put it there, and
// Violations what a client sent that the grammar does not allow.
//
// Start at session.go: one command is read (reader.go), asked about
// (fault.go), found (dispatch.go), obeyed and answered (writer.go).
//
// It never writes a file, never speaks to another host, never forgives a
// client's syntax error, and leaves no goroutine behind after Close.
package imapd
