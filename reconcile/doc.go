// Package reconcile decides what is to be written. From the base, the journal and what both sides
// show it makes a plan, and from the answer to a write the next base. It is
// pure: no I/O, no clock, no connector and no kind; it imports core only.
//
// Start with decide.go, the table on which everything stands. view.go is what
// the decisions are taken from; rebind.go, settle.go and pair.go bring rows
// and items together again; plan.go makes the steps of a two-way link,
// project.go those of a provisioning (projectentries.go: who is who;
// projectgone.go, projectrename.go, projectaccounts.go: the accounts;
// projectelements.go: what they have); guard.go holds deletions back; commit.go
// says what the base takes from a write.
//
// The engine calls, in this order: SettleEarly, Rebind, Settle, Rebind, Pair,
// Plan or Project, Guard, Prune, and Begin and Commit around every write. Each
// of the first five has a twin that names the bodies it needs a Sum of; Lookups
// names what Project has to have asked for.
package reconcile
