// Package demo is what "lockstep demo" plays with: a sample account of about
// three hundred messages, an IMAP server in this process that holds it, a
// Maildir that holds an older copy, and people who edit both.
//
// The sample is written here and composed by code: the same messages, byte for
// byte, with the same dates, in every run. World keeps, beside both sides, the
// truth: what must be where after everything that people did; Compare reads
// every file and every message again and says what differs.
//
// It never syncs and never looks into Lockstep's state: that is what it checks.
// It never asks a clock or for chance, and never speaks to another host.
//
// Start at world.go, then story.go; sample.go puts the messages together.
package demo
