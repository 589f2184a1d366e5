package dav

import (
	"bytes"
	"context"
	"io"
	"iter"
	"slices"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// Fetch implements core.Replica: what this pass has read already comes from there, the
// rest from the server, collection by collection.
func (r *Replica) Fetch(ctx context.Context, refs []core.Ref) iter.Seq2[core.Item, error] {
	const op = "dav.Fetch"
	return func(yield func(core.Item, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(core.Item{Stub: core.Stub{Ref: first(refs)}}, core.Errorf(op, core.Transient, "%w", err))
			return
		}
		refs = slices.Clone(refs)
		slices.SortFunc(refs, core.Ref.Compare)
		refs = slices.Compact(refs)
		for len(refs) > 0 {
			n := 1
			for n < len(refs) && refs[n].Collection == refs[0].Collection {
				n++
			}
			if !r.fetchFrom(ctx, op, refs[:n], yield) {
				return
			}
			refs = refs[n:]
		}
	}
}

func first(refs []core.Ref) core.Ref {
	if len(refs) == 0 {
		return core.Ref{}
	}
	return refs[0]
}

// fetchFrom reads items of one collection; false = no more.
func (r *Replica) fetchFrom(ctx context.Context, op string, refs []core.Ref, yield func(core.Item, error) bool) bool {
	b, err := r.book(ctx, op, refs[0].Collection)
	if err != nil {
		if ends(err) {
			yield(core.Item{Stub: core.Stub{Ref: refs[0]}}, err)
			return false
		}
		for _, ref := range refs {
			if !yield(core.Item{Stub: core.Stub{Ref: ref}}, err) {
				return false
			}
		}
		return true
	}
	var wants []wire.Want
	for _, ref := range refs {
		if data, s, is := r.kept.get(ref); is {
			if !yield(item(s, data), nil) {
				return false
			}
			continue
		}
		name, err := r.nameOf(op, ref.ID)
		if err != nil {
			if !yield(core.Item{Stub: core.Stub{Ref: ref}}, err) {
				return false
			}
			continue
		}
		wants = append(wants, wire.Want{Name: name, Size: -1})
	}
	if len(wants) == 0 {
		return true
	}
	for o, err := range r.client.Read(ctx, r.config.Flavour, b.URL, wants, r.version(b)) {
		it := core.Item{Stub: core.Stub{Ref: core.Ref{Collection: b.id, ID: r.idOf(o.Name)}}}
		if err == nil {
			it = item(r.describe(b, o), o.Data)
		}
		if !yield(it, err) || ends(err) {
			return false
		}
	}
	return true
}

// item is an item with its body.
func item(s core.Stub, body []byte) core.Item {
	return core.Item{Stub: s, Body: io.NopCloser(bytes.NewReader(body))}
}
