// Package imap is an IMAP client (RFC 3501, RFC 9051) for programs that move
// much mail and trust no server.
//
// A Conn sends commands whose arguments are typed values (arg.go), so that
// nothing a name holds is ever read as a second command, and reads responses
// with a streaming parser (reader.go, response.go) that skips what it does not
// know and closes the connection when a limit is passed. Many commands can be
// under way: Start sends one, Wait reads until it is answered. A body is handed
// over as it arrives and is never held in memory. SelectSince learns what changed
// since a mailbox was open last, Idle waits for what happens (idle.go).
//
// It never sends a password over a connection that was to be encrypted and is
// not, never uses what came before TLS, never reserves memory because a server
// announces a size, never lists the numbers of a range that a server names,
// starts no goroutine, and panics at nothing that a server can send. A
// connection that broke a rule is closed and stays closed: open another.
//
// A Conn is used from one goroutine at a time. Start with Dial (dial.go), then
// conn.go; errors.go tells what can go wrong.
package imap
