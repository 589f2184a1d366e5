// Command mail measures lockstep beside mbsync: one Dovecot, one corpus, one
// machine, the same seven jobs, taking turns.
//
// It never asserts a time. It does assert the work: after every run, both sides
// are read and must hold what they should (snapshot.go), otherwise there is no
// result. Nothing is left behind but the table.
//
// Start with main.go and scenario.go; corpus.go makes the mail, tool.go runs
// the programs, measure.go measures them, report.go writes the table.
package main
