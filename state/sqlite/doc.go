// Package sqlite is the state.Store that ships: one SQLite file for one link,
// pure Go, in WAL mode with synchronous=FULL, so a Commit is on the disk when
// it returns.
//
// It never decides, never talks to a replica, never repairs a file and never
// deletes one: what it cannot read is an error of class Permanent that names
// the file and says what a person can do. It is used from one goroutine at a
// time, and by one process at a time to write, which an flock on PATH.lock
// ensures. Any number of processes may read meanwhile (OpenSnapshot), each from
// one snapshot.
//
// Start with Open in store.go, OpenSnapshot in snapshot.go and Commit in
// commit.go. What a row looks like in the file is in row.go, the tables are in
// schema.go, and changes of them in migrate.go:
//
//	base            the rows: a few columns for the row, ten for each side;
//	                an index for the handle of each side, for the hash of the
//	                key, for the hash of each Sum, and for the owner
//	collection_ids  a small number for every collection ID, for base and
//	                observed; 0 = ""
//	bodies          base bodies, compressed, each content once, with the
//	                number of uses
//	observed        what a side shows that differs from the base
//	intents         the journal
//	counters        the greatest number ever given to a row and to an intent
//	pairs           the paired collections, in their order
//	sides           what is remembered of a side as a whole
//	parked, conflicts, runs, log   what people look at
//
// Hot columns are columns; everything else is JSON of the struct, in text that
// keeps bytes which are not UTF-8 (text.go), because file names and old mail
// headers are full of them.
//
// A state that nobody uses for a while may rest (rest.go): nothing is open then but
// the lock.
//
// Reading and writing have connections of their own. An iterator holds one
// reading connection and shows the state as it was when it started, whatever
// is read or committed meanwhile.
package sqlite
