package james

import (
	"context"
	"iter"
	"sync"

	"lockstep/core"
	"lockstep/format/element"
)

// Apply implements core.Replica. Writes about one owner, or about one address,
// are made one after the other in their order; owners run beside each other.
func (r *Replica) Apply(ctx context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		groups := group(writes)
		type outcome struct {
			result core.Result
			err    error
		}
		outcomes := make(chan outcome)
		var wait sync.WaitGroup
		wait.Go(func() {
			_ = parallel(ctx, r.config.MaxConnections, len(groups), func(ctx context.Context, i int) error {
				reader := r.reader()
				for _, w := range groups[i] {
					if ctx.Err() != nil {
						return nil // not sent: no result
					}
					stub, err := r.write(ctx, reader, w)
					result := core.Result{Seq: w.Seq, Stub: stub, AsSent: err == nil}
					select {
					case outcomes <- outcome{result, err}:
					case <-ctx.Done():
						return nil
					}
				}
				return nil
			})
			close(outcomes)
		})
		defer wait.Wait()
		for o := range outcomes {
			if !yield(o.result, o.err) {
				cancel()
				return
			}
		}
	}
}

// group puts writes together that must not run beside each other: of one owner,
// of one alias (some stores keep all that an address goes to in one place), and
// all renames, whose order frees names.
func group(writes iter.Seq[core.Write]) (groups [][]core.Write) {
	type subject struct{ kind, name string }
	at := map[subject]int{}
	for w := range writes {
		about := []subject{{"owner", w.Item.Owner}}
		if w.Op == core.OpRename {
			about[0] = subject{"rename", ""}
		} else if p, ok := target(w); ok {
			if e, err := p.element(); err == nil {
				about[0].name = e.Owner
				if e.Resource == element.Alias {
					about = append(about, subject{"owner", e.Name})
				}
			}
		}
		into := -1
		for _, s := range about {
			other, there := at[s]
			switch {
			case !there:
			case into < 0:
				into = other
			case into != other: // two groups meet: they become one
				groups[into] = append(groups[into], groups[other]...)
				groups[other] = nil
				for s, i := range at {
					if i == other {
						at[s] = into
					}
				}
			}
		}
		if into < 0 {
			into = len(groups)
			groups = append(groups, nil)
		}
		for _, s := range about {
			at[s] = into
		}
		groups[into] = append(groups[into], w)
	}
	return groups
}

// target is the place that a write is about.
func target(w core.Write) (place, bool) {
	if w.Op == core.OpCreate {
		e, ok := element.Parse(w.Item.Key)
		return placeAt(e), ok && e.Resource.Collection() == w.Ref.Collection
	}
	return placeOf(w.Ref)
}

// write makes one write and returns the element as it stands then.
func (r *Replica) write(ctx context.Context, reader *reader, w core.Write) (core.Stub, error) {
	const op = "james.Apply"
	p, ok := target(w)
	if !ok {
		return core.Stub{}, permanent(op, string(w.Item.Key)+string(w.Ref.ID), "it is not an element of "+string(w.Ref.Collection))
	}
	switch w.Op {
	case core.OpCreate:
		return r.create(ctx, reader, p, w)
	case core.OpUpdate:
		return r.update(ctx, reader, p, w)
	case core.OpDelete:
		return core.Stub{}, r.delete(ctx, reader, p, w)
	case core.OpRename:
		return r.rename(ctx, reader, p, w)
	}
	return core.Stub{}, permanent(op, string(w.Ref.ID), "webadmin cannot "+w.Op.String()+" anything")
}
