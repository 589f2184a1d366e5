// Package config turns what a user writes into what the rest of the program
// needs: a strict TOML file or two addresses on the command line become
// Accounts, Links, and each Link's Policy, folder map and filter. It knows
// where every value came from and can say so, and each mistake is reported
// with its place and its remedy, all of them at once.
//
// It never opens a connection, never writes a file, keeps no password (a
// Secret is read when it is asked for, and prints as ***), and has no clock:
// what depends on the time is given the time.
//
// Start with Load in load.go; linkfields.go and accountfields.go are the two
// tables of every key there is, from which the reference is printed too.
package config
