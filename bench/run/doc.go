// Command run measures lockstep run: how soon a change on one side is on the
// other while many links are kept in step, and how much memory an idle link
// takes.
//
// It never asserts a time. It does assert the work: an event counts when the
// other side really shows it, and one that never does is an error. The server is
// a process of its own, so that its memory is not counted; nothing is left behind but the
// results.
//
// Start with main.go; server.go is the server, links.go the program with its links,
// events.go measures how soon, memory.go how much, report.go writes the results.
package main
