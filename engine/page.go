package engine

import (
	"context"
	"slices"

	"lockstep/core"
	"lockstep/state"
)

// page compares a page with the base. The observations are true whatever
// comes next, so they are committed without the token.
func (l *listing) page(ctx context.Context, d core.Delta) error {
	named := make([]core.Ref, 0, len(d.Changed)+len(d.Gone))
	last := map[core.Ref]core.Stub{}
	for _, s := range d.Changed {
		if _, mine := l.in[s.Collection]; mine {
			last[s.Ref] = s
			named = append(named, s.Ref)
		}
	}
	gone := map[core.Ref]bool{}
	for _, ref := range d.Gone {
		if _, changed := last[ref]; !changed {
			gone[ref] = true
			named = append(named, ref)
		}
	}
	rows, observed, err := l.known(ctx, l.side, named)
	if err != nil {
		return err
	}
	b := &state.Batch{}
	for _, ref := range slices.SortedFunc(slices.Values(named), core.Ref.Compare) {
		row, bound := rows[ref]
		if gone[ref] {
			l.observeGone(b, ref, bound)
			continue
		}
		s := last[ref]
		if !bound {
			l.fresh.add(ref)
			if o, was := observed[ref]; was && !o.Gone && s.Sum == "" && l.sameBody(o.Stub, s) {
				s.Sum = o.Sum
			}
			b.Observe[l.side] = append(b.Observe[l.side], state.Observation{Stub: s})
			continue
		}
		l.named.add(row.N)
		l.observeBound(b, row, s, observed[ref])
	}
	return l.commitBatch(ctx, b)
}

// sameBody tells whether a Sum that was learnt for an ID still holds.
func (l *listing) sameBody(was, now core.Stub) bool {
	return l.link.Traits.Immutable && !now.Mutable || now.Rev != "" && now.Rev == was.Rev
}

func (l *listing) observeGone(b *state.Batch, ref core.Ref, bound bool) {
	if bound {
		b.Observe[l.side] = append(b.Observe[l.side], state.Observation{Stub: core.Stub{Ref: ref}, Gone: true})
	} else {
		b.Unobserve[l.side] = append(b.Unobserve[l.side], ref)
	}
}

func (l *listing) observeBound(b *state.Batch, row core.Row, s core.Stub, was state.Observation) {
	at := row.Side[l.side]
	if s.Sum == "" {
		implied := core.Stub{Rev: at.Rev}
		switch {
		case at.Sum != "" && l.sameBody(implied, s):
			s.Sum = at.Sum
		case was.Sum != "" && !was.Gone && l.sameBody(was.Stub, s):
			s.Sum = was.Sum
		}
	}
	if s.Key == "" {
		s.Key = row.Key
	}
	if s.Size < 0 || l.link.Traits.Immutable && !s.Mutable && s.Size == 0 {
		s.Size = row.Size
	}
	agreed := s
	if s.Sum != "" && s.Sum == at.Sum {
		agreed.Rev = at.Rev // another revision of the same body
	}
	if l.agreedOn(&row, l.side, agreed) {
		b.Unobserve[l.side] = append(b.Unobserve[l.side], s.Ref)
		if s.Rev != at.Rev || s.Label != at.Label || s.Where != at.Where { // the file was replaced by an equal one
			b.Revise = append(b.Revise, state.Revision{
				Row: row.N, Side: l.side, Rev: s.Rev, Label: s.Label, Where: s.Where,
				Verbatim: at.Verbatim && s.Rev == at.Rev, // else it may be another text
			})
		}
		return
	}
	b.Observe[l.side] = append(b.Observe[l.side], state.Observation{Stub: s})
}
