// Package davd is a CardDAV and CalDAV server in memory, for tests and for the
// demo: what a program meets that keeps contacts and calendars in step, with
// the strangeness of real servers, with faults, and with a ledger that tells
// the truth.
//
// New makes a Server, which is an http.Handler; Start listens on the loopback.
// AddUser and AddCollection (direct.go) fill it, and Put, Delete and Recreate
// edit it behind the clients' backs. Truth (ledger.go) says what it holds,
// Counts and Requests what was asked, Violations what was asked wrongly.
// SetFaults (fault.go) makes it fail, and lies.go has what it may be made to
// say.
//
// # How near it is to real ones
//
// A Profile (profile.go) is how one server differs from the next, as data: the
// layout of its paths, what it offers for finding changes, what it refuses and
// how, what it makes of what it stores. The zero Profile is a server that keeps
// to the letter of the RFCs. The dialogues in peers/script/dav run against the
// profile Radicale and against Radicale 3.1.8 (peers/real/radicale.sh), and
// what differs, fails; requests by chance are compared too. The profile Xandikos is
// held to Xandikos 0.2.8 in the same way (xandikos.sh), which departs from the
// dialogues here and there: so must its profile. The profiles of servers that there
// is none of here say only in what they are known to differ; the rest of them is the
// letter.
//
// What surprises most:
//
//   - A token of sync-collection covers what was sent: after a page it lies in
//     the middle of the changes.
//   - A removed item that the client never saw is told as removed all the same.
//   - A collection that was deleted and made again has forgotten its changes,
//     and refuses the tokens of the first.
//   - If-Match never holds for a weak ETag (RFC 9110, section 13.1.1), though
//     the profile hands out nothing else: the tag without its W/ does.
//
// Not here: locks, COPY, ACL and sharing, scheduling (RFC 6638) but for what an
// attendee's answer does to an object (schedule.go), free-busy,
// expansion of recurrences, partial bodies (calendar-data and address-data come
// whole), POST, and MOVE of collections. A time range is compared with DTSTART
// and DTEND, DUE or DURATION only; local times count as UTC, and what recurs
// is there from its start to the end of its rule. It never speaks to another
// host, never schedules anything, and leaves no goroutine behind after Close.
//
// Start at server.go: a request is read, asked about (fault.go), admitted
// (auth.go), judged (strict.go), obeyed (one file for each method) and answered
// (answer.go).
package davd
