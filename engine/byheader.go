package engine

import (
	"context"
	"slices"

	"lockstep/core"
)

// proveByHeader learns Sums without reading bodies: where both replicas can read
// headers, an item with the Key, size and header of one whose Sum is known has
// that Sum. It returns what is still unknown.
func (p *pass) proveByHeader(ctx context.Context, x core.Side, refs []core.Ref) ([]core.Ref, error) {
	mine, can := p.link.Replicas[x].(core.Header)
	other, too := p.link.Replicas[x.Other()].(core.Header)
	if !can || !too || !p.link.Traits.Immutable || p.link.Traits.Merger != nil {
		return refs, nil
	}
	type evidence struct {
		key  core.Key
		size int64
	}
	of := func(s core.Stub) (evidence, bool) {
		return evidence{s.Key, s.Size}, s.Key != "" && s.Size > 0 && !s.Mutable && s.Bad == ""
	}
	wanted := map[evidence][]core.Ref{}
	for _, ref := range refs {
		if e, has := of(p.view.Sides[x].Stubs[ref]); has {
			wanted[e] = append(wanted[e], ref)
		}
	}
	var here, there []core.Ref
	for ref, s := range p.view.Sides[x.Other()].Stubs {
		if e, has := of(s); has && s.Sum != "" && wanted[e] != nil {
			there = append(there, ref)
		}
	}
	if len(there) == 0 {
		return refs, nil
	}
	slices.SortFunc(there, core.Ref.Compare)
	known := map[evidence][]core.Ref{}
	for _, ref := range there {
		e, _ := of(p.view.Sides[x.Other()].Stubs[ref])
		known[e] = append(known[e], ref)
	}
	for e := range known {
		here = append(here, wanted[e]...)
	}
	slices.SortFunc(here, core.Ref.Compare)
	ours, err := p.headers(ctx, x, mine, here)
	if err != nil {
		return refs, err
	}
	theirs, err := p.headers(ctx, x.Other(), other, there)
	if err != nil {
		return refs, err
	}
	proved := map[core.Ref]bool{}
	for _, ref := range here {
		s := p.view.Sides[x].Stubs[ref]
		e, _ := of(s)
		for _, o := range known[e] {
			if ours[ref] != "" && ours[ref] == theirs[o] {
				s.Sum = p.view.Sides[x.Other()].Stubs[o].Sum
				p.view.Learnt(x, s)
				proved[ref] = true
				break
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(refs), func(r core.Ref) bool { return proved[r] }), nil
}

// headers asks once; what fails is read as a body, which tells why.
func (p *pass) headers(ctx context.Context, x core.Side, from core.Header, refs []core.Ref) (map[core.Ref]core.Sum, error) {
	p.report.Requests++
	sums, err := from.HeaderSums(ctx, refs)
	if err != nil && (core.ClassOf(err) == core.Auth || ctx.Err() != nil) {
		return nil, err
	}
	return sums, nil
}
