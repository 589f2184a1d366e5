// Package core is the vocabulary of Lockstep: the words that every other
// package, table, command and page uses, each meaning one thing.
//
// Two replicas hold items. The engine remembers the last state on which both
// agreed (a Row of the base), observes what each side has now (Stubs), plans
// writes as data (Steps of a Plan) and applies them one by one (Writes), each
// with an Intent in the journal before and a commit after.
//
// Package core does no I/O, knows no connector, no kind of item and no clock,
// and imports the standard library only. Start with stub.go and replica.go,
// then read base.go.
package core
