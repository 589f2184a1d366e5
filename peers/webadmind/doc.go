// Package webadmind is the webadmin of Apache James in memory, for tests and
// for the demo: what a program meets that provisions a mail server, with its
// strangeness, with faults, and with a ledger that tells the truth.
//
// New makes a Server, which is an http.Handler; Start listens on the loopback.
// The methods of direct.go edit what it holds behind the clients' backs; Truth
// (ledger.go) says what it holds, Counts and Requests what was asked. SetFaults
// (fault.go) makes it fail and lie.
//
// # How near it is to the real one
//
// The scripts in testdata/contract run against this server and against James
// 3.8.1 (peers/real/james.sh), and what differs, fails. With Options.Memory it
// is held to that server altogether; without, it looks for accounts before it
// takes an alias or a group, as the products with a database do. Versions 3.9
// and 3.10, passwords and the contacts of TMail have no real server to be held
// to: they follow the published routes, and testdata/fake says what they do.
//
// What surprises most:
//
//   - An account needs an address that is the source of no mapping at all: an
//     alias, a group, and a forward or mapping left behind by an older account
//     all answer 409.
//   - Deleting an account leaves everything else of its address; a new account
//     of that name has it all again. The account of a domain that is no longer
//     managed cannot be deleted, but the answer is 204.
//   - A rename wants both accounts, moves forwards and mailboxes, copies the
//     quota, adds a forward from the old to the new address, and leaves the old
//     account, its aliases, address mappings and identities. Played twice, that
//     forward becomes one of the new account to itself.
//   - The local part of an alias's owner and of a target keeps its case, and is
//     looked up with it.
//   - 3.8 decodes the segments of addresses twice, and the user in a path of
//     quotas; elsewhere once.
//   - A loop is refused only where it ends in the address itself.
//   - Lists of users and of identities are in no order.
//
// Not here: quotas of domains and of the server, mailboxes beyond their names,
// vacation, delegation, domain aliases, regex and domain mappings, the deletion
// of an account's data. It never speaks to another host, never delivers mail,
// and leaves no goroutine behind after Close.
//
// Start at server.go: a request is admitted (auth.go), asked about (fault.go),
// found (routes.go), obeyed and answered (answer.go).
package webadmind
