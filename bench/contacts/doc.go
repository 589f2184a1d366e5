// Command contacts measures lockstep beside vdirsyncer: one Radicale, one
// address book, one machine, the same jobs, taking turns; and beside both the
// bare requests that such a job needs, since the server takes most of the time.
//
// It never asserts a time. It does assert the work: after every run, both sides
// are read and must hold what they should (snapshot.go), otherwise there is no
// result. Nothing is left behind but the table.
//
// Start with main.go and job.go; cards.go makes the address book, server.go runs
// Radicale, tool.go the programs, raw.go makes the bare requests, counter.go
// counts requests, report.go writes the table, aims.go judges it.
package main
