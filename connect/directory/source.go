package directory

import (
	"context"
	"iter"

	"lockstep/core"
	"lockstep/internal/mapping"
)

// Source is one directory. It is used from one goroutine at a time.
type Source interface {
	// Name of the source, the same in every pass and no other source's: IDs
	// begin with it.
	Name() string

	// Read yields the entries that are asked for, in any order, with the
	// attributes named (in lower case), as far as they have them. An error may be
	// about one entry, and then the rest goes on. Only if there was none the
	// read is complete: what it did not yield does not exist.
	Read(ctx context.Context, attributes []string) iter.Seq2[mapping.Entry, error]

	// Probe tells what kind of directory it is, for doctor. It reads no entries.
	Probe(ctx context.Context) ([]core.Finding, error)

	// Close ends the connection, if there is one.
	Close() error
}
