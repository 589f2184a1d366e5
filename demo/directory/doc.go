// Package directory is what "lockstep demo directory" plays with: a directory
// of twenty people as an LDIF file, a mail server of the James sort in this
// process, and people who change both.
//
// The people are invented here, with two mistakes among them, and are the same
// in every run. World keeps the truth beside both sides: what each person has a
// right to, and what stood on the server before anybody came. Compare asks the
// server for everything that it holds and says what differs.
//
// It never syncs and never looks into Lockstep's state: that is what it checks.
// It never asks a clock or for chance, and never speaks to another host.
//
// Start at world.go, then people.go and story.go.
package directory
