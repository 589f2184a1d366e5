// Package cli is the command line: it reads flags and the configuration, runs
// passes of the engine, and prints plans, reports and what the state knows, as
// text for people or as JSON for programs.
//
// It never decides what is written and never writes to either side itself:
// that is the engine's. It has no globals; everything of the outside world
// comes in by System. What it prints is sorted, and nothing that came from a
// message or a server reaches the terminal unescaped.
//
// Start with Main in main.go and grammar.go; there is one file for each
// command. session.go is how a link is opened: for writing, which one process
// does at a time, or for reading, beside whoever writes. each.go goes over
// links. What is printed for programs is told in docs/json.md.
package cli
