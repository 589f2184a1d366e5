package directory

import (
	"context"
	"errors"
	"iter"

	"lockstep/core"
)

// Apply implements core.Replica: every write is refused. Directories are read
// only.
func (r *Replica) Apply(_ context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		for w := range writes {
			err := &core.Error{Op: "directory.Apply", Class: core.Permanent, Thing: string(w.Ref.ID), Err: errors.New("a directory is never written to")}
			if !yield(core.Result{Seq: w.Seq}, err) {
				return
			}
		}
	}
}
