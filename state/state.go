// Package state keeps what one link remembers between passes: the base, what
// was observed that differs from it, the journal of open intents, the
// positions in feeds, and the log that people read.
//
// It never decides and never talks to a replica. Everything changes in Commit,
// which is atomic and durable: a token is never ahead of the data it covers.
// state/memory is the reference, state/sqlite what ships; both pass
// state/statetest.
package state

import (
	"context"
	"iter"

	"lockstep/core"
)

// Store is the memory of one link. It is used from one goroutine at a time.
// Errors are of class Permanent (a damaged or full store) with a remedy.
type Store interface {
	// Head returns what is small and always needed.
	Head(ctx context.Context) (Head, error)

	// RowsAt returns the rows whose handles on a side are refs; a handle
	// without a row is left out.
	RowsAt(ctx context.Context, side core.Side, refs []core.Ref) (map[core.Ref]core.Row, error)
	// Outlines is RowsAt for who only compares: without the bodies, which cost the
	// most. Such a row is never put back.
	Outlines(ctx context.Context, side core.Side, refs []core.Ref) (map[core.Ref]core.Row, error)
	// RowsIn yields the rows whose handle on a side is in a collection, in
	// order of their ID.
	RowsIn(ctx context.Context, side core.Side, collection core.CollectionID) iter.Seq2[core.Row, error]
	// Rows returns the rows with these numbers; missing ones are left out.
	Rows(ctx context.Context, numbers []int64) ([]core.Row, error)
	// RowsWith returns the rows that share a property, by number.
	RowsWith(ctx context.Context, by Property) ([]core.Row, error)
	// Totals counts rows by side and collection, and owners.
	Totals(ctx context.Context) (Totals, error)

	// Observed yields what a side shows that differs from the base, in order.
	Observed(ctx context.Context, side core.Side) iter.Seq2[Observation, error]
	// ObservedIn is Observed for one collection.
	ObservedIn(ctx context.Context, side core.Side, collection core.CollectionID) iter.Seq2[Observation, error]
	// ObservedAt returns the observations of refs; others are left out.
	ObservedAt(ctx context.Context, side core.Side, refs []core.Ref) (map[core.Ref]Observation, error)
	// Intents returns the open intents by number.
	Intents(ctx context.Context) ([]core.Intent, error)

	// Parked, Conflicts and Log return what people look at, oldest first.
	Parked(ctx context.Context) ([]core.Note, error)
	Conflicts(ctx context.Context) ([]Conflict, error)
	Log(ctx context.Context, run string) ([]Entry, error)
	// LogAfter yields the log of one run but for its first n entries, and does
	// not read those.
	LogAfter(ctx context.Context, run string, n int) iter.Seq2[Entry, error]
	Runs(ctx context.Context) ([]Run, error)

	// Commit makes all changes of a batch or none.
	Commit(ctx context.Context, b *Batch) error
	Close() error
}

// Rester is a Store that can let go of all but its lock while nobody uses it,
// found by type assertion. Between Rest and Wake nothing but Close is called.
// Rest of one that rests, and Wake of one that is awake, do nothing.
type Rester interface {
	// Rest closes what is open. What was committed is as durable as before;
	// with an error, too.
	Rest() error
	// Wake opens it again. Permanent: it is not what it was; it still rests.
	Wake(ctx context.Context) error
}

// Holder is the process that writes to a state now; the zero value is nobody.
type Holder struct {
	Process int   `json:"process"`
	Since   int64 `json:"since"` // Unix seconds
}

// Property of rows; one field is set.
type Property struct {
	Key core.Key
	// Sum on either side.
	Sum core.Sum
	// ID on a side, in whatever collection.
	ID   core.ID
	Side core.Side
	// Owner, and rows that wait for its grace.
	Owner string
}

// Head is what is small and always needed.
type Head struct {
	LastRow    int64
	LastIntent int64
	// Collections are the paired collections.
	Collections []core.CollectionRow
	Sides       [2]SideState
}

// SideState is what is remembered of a side as a whole.
type SideState struct {
	// Tokens by feed.
	Tokens map[core.FeedID]core.Token `json:"tokens,omitempty"`
	// Reborn: a collection changed incarnation and the side was not whole
	// since.
	Reborn bool `json:"reborn,omitempty"`
	// Held: classes of properties that this server was seen to hold.
	Held map[string]bool `json:"held,omitempty"`
	// LastCounts is how many items the last good run saw, by collection; one
	// that is not there is unknown.
	LastCounts map[core.CollectionID]int `json:"lastCounts,omitempty"`
	// Scope of the last listing (filters); another one lists again.
	Scope string `json:"scope,omitempty"`
}

// Observation is what a side shows that differs from the base.
type Observation struct {
	core.Stub
	// Gone: a row's item is not there.
	Gone bool `json:"gone,omitempty"`
}

// Totals counts rows.
type Totals struct {
	Rows   [2]map[core.CollectionID]int
	Owners int
}

// Conflict as recorded.
type Conflict struct {
	ID   int64  `json:"id"`
	Run  string `json:"run"`
	Time int64  `json:"time"` // Unix seconds
	core.ConflictRecord
	// Resolved: left, right, both, edited (a later edit settled it, or made it another one)
	// or "" (open, or nothing to choose).
	Resolved string `json:"resolved,omitempty"`
}

// Run of a pass.
type Run struct {
	ID      string `json:"id"`
	Started int64  `json:"started"` // Unix seconds
	Ended   int64  `json:"ended,omitempty"`
	// Outcome in one word: done, unfinished, parked, held, failed, login,
	// planned, undone; "" = it was interrupted.
	Outcome string `json:"outcome,omitempty"`
	Error   string `json:"error,omitempty"`
	// Report as JSON, for status.
	Report string `json:"report,omitempty"`
}

// Entry of the log: one write and what became of it.
type Entry struct {
	Run    string            `json:"run"`
	Time   int64             `json:"time"` // Unix seconds
	Side   core.Side         `json:"side"`
	Op     core.Op           `json:"op"`
	Row    int64             `json:"row,omitempty"`
	Ref    core.Ref          `json:"ref"`
	To     core.CollectionID `json:"to,omitempty"`
	Key    core.Key          `json:"key,omitempty"`
	Add    core.Marks        `json:"add,omitempty"`
	Remove core.Marks        `json:"remove,omitempty"`
	// Owner of the item, Before and After its Label; Where a person finds what
	// it was written for, and Same of the entry that that is of. Sum of the
	// body that was written.
	Owner  string    `json:"owner,omitempty"`
	Before string    `json:"before,omitempty"`
	After  string    `json:"after,omitempty"`
	Where  string    `json:"where,omitempty"`
	Same   core.Same `json:"same,omitempty"`
	Sum    core.Sum  `json:"sum,omitempty"`
	Why    string    `json:"why"`
	// Result: done, refused, unknown, conflict, ...; Error says more.
	Result string `json:"result"`
	Error  string `json:"error,omitempty"`
	// Undo names the copy in the undo area ("" = none was needed).
	Undo string `json:"undo,omitempty"`
}

// Batch is a set of changes; the zero value changes nothing.
type Batch struct {
	PutRows  []core.Row
	DropRows []int64
	// Revise comes after DropRows and before PutRows.
	Revise      []Revision
	Observe     [2][]Observation
	Unobserve   [2][]core.Ref
	PutIntents  []core.Intent
	DropIntents []int64
	// Collections replaces the paired collections; nil = unchanged.
	Collections []core.CollectionRow
	// Rename re-addresses all rows and observations of a collection.
	Rename []Rename
	// Sides replaces a side's state; nil = unchanged.
	Sides [2]*SideState
	// Parked replaces the parked items; nil = unchanged.
	Parked    *[]core.Note
	Conflicts []Conflict
	Resolve   map[int64]string
	Run       *Run
	Log       []Entry
	// ForgetRuns drops runs with all that is logged of them, ForgetConflicts
	// conflicts by number. The number of a forgotten one may be given again
	// only if it was the last.
	ForgetRuns      []string
	ForgetConflicts []int64
}

// Revision says of which revision the item of a row is, and nothing else: who
// lists may learn that of very many rows, whose bodies then need not be read. A row
// that is not there is left out.
type Revision struct {
	Row          int64
	Side         core.Side
	Rev          core.Rev
	Label, Where string
	Verbatim     bool
}

// Apply sets the revision of a row.
func (r Revision) Apply(row *core.Row) {
	b := &row.Side[r.Side]
	b.Rev, b.Label, b.Where, b.Verbatim = r.Rev, r.Label, r.Where, r.Verbatim
}

// Rename of a collection on a side.
type Rename struct {
	Side     core.Side
	From, To core.CollectionID
}

// Empty tells whether a batch changes nothing.
func (b *Batch) Empty() bool {
	return len(b.PutRows)+len(b.DropRows)+len(b.Revise)+len(b.Observe[0])+len(b.Observe[1])+len(b.Unobserve[0])+len(b.Unobserve[1])+
		len(b.PutIntents)+len(b.DropIntents)+len(b.Rename)+len(b.Conflicts)+len(b.Resolve)+len(b.Log)+
		len(b.ForgetRuns)+len(b.ForgetConflicts) == 0 &&
		b.Collections == nil && b.Sides == [2]*SideState{} && b.Parked == nil && b.Run == nil
}
