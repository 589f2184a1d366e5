package bundle

import (
	"context"
	"errors"
	"iter"

	"lockstep/core"
)

// Apply implements core.Replica: every write is refused.
func (r *Replica) Apply(_ context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		for w := range writes {
			err := &core.Error{Op: "bundle.Apply", Class: core.Permanent, Thing: r.config.Path, Err: errors.New("the file is never written to"),
				Remedy: "lockstep export writes one"}
			if !yield(core.Result{Seq: w.Seq}, err) {
				return
			}
		}
	}
}
