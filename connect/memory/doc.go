// Package memory is the reference connector: a server in memory and a replica
// of it. Read it first; every other connector has the same files in the same
// order: doc, config, open, survey, changes, find, fetch, apply, errors.
//
// A Server is what the outside world holds; users edit it behind the
// replica's back (server.go). A Replica is one pass's view of it. Shapes in
// config.go make it as strange as real services are: folders with blind
// creates, labels, a DAV server that rewrites what it stores, a windowed
// calendar, a mail server with accounts that are renamed (accounts.go) and
// elements that are not listed but asked for (find.go). Mischief (config.go)
// makes it lie: lost answers, crashes, torn listings.
//
// It never does I/O, keeps no secret and starts no goroutine.
package memory
