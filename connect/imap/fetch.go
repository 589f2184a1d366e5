package imap

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// Fetch implements core.Replica. Bodies are yielded while they arrive.
func (r *Replica) Fetch(ctx context.Context, refs []core.Ref) iter.Seq2[core.Item, error] {
	return func(yield func(core.Item, error) bool) {
		f := &fetching{Replica: r, ctx: ctx, yield: yield}
		refs = slices.SortedFunc(slices.Values(refs), core.Ref.Compare)
		refs = slices.Compact(refs)
		for len(refs) > 0 && !f.stopped {
			n := 1
			for n < len(refs) && n < r.config.Batch && refs[n].Collection == refs[0].Collection {
				n++
			}
			f.batch(refs[:n])
			refs = refs[n:]
		}
	}
}

type fetching struct {
	*Replica
	ctx     context.Context
	yield   func(core.Item, error) bool
	stopped bool
}

func (f *fetching) give(item core.Item, err error) {
	if !f.stopped && !f.yield(item, err) {
		f.stopped = true
	}
}

// batch reads some bodies of one mailbox. What is not answered is asked for
// once more in a fresh view, one by one; only then it is missing.
func (f *fetching) batch(refs []core.Ref) {
	rest, err := f.ask(refs, false)
	for _, ref := range rest {
		if f.stopped {
			return
		}
		if err == nil || isStatus(err) && core.ClassOf(err) != core.Missing {
			var again []core.Ref
			again, one := f.ask([]core.Ref{ref}, true)
			switch {
			case f.stopped || one == nil && len(again) == 0:
			case one != nil:
				f.give(core.Item{Stub: core.Stub{Ref: ref}}, one)
			default:
				f.give(core.Item{Stub: core.Stub{Ref: ref}}, missing("imap.Fetch", string(ref.ID)))
			}
			continue
		}
		f.give(core.Item{Stub: core.Stub{Ref: ref}}, err)
	}
}

func isStatus(err error) bool {
	var s *wire.StatusError
	return errors.As(err, &s)
}

// ask sends one command; it returns what was not answered.
func (f *fetching) ask(refs []core.Ref, fresh bool) (rest []core.Ref, err error) {
	const op = "imap.Fetch"
	in := refs[0].Collection
	conn, m, err := f.open(f.ctx, op, in, false, fresh)
	if err != nil {
		return refs, err
	}
	if c := f.surveyed[in]; c.Incarnation != "" && c.Incarnation != incarnation(m.UIDValidity) {
		return refs, core.Errorf(op, core.Resync, "%s was replaced by another mailbox", in)
	}
	want := map[uint32]core.Ref{}
	var uids []uint32
	for _, ref := range refs {
		if u := uidOf(ref.ID); u != 0 {
			want[u], uids = ref, append(uids, u)
		}
	}
	if len(uids) > 0 {
		err = conn.Fetch(f.ctx, wire.NewUIDSet(uids...), wire.ItemBody, func(m *wire.Message) {
			ref, asked := want[m.UID]
			if !asked || m.Body == nil && !m.NoBody {
				return // the flags of something that changed
			}
			delete(want, m.UID)
			item := core.Item{Stub: core.Stub{Ref: ref, Size: m.BodySize, Position: uint64(m.UID)}}
			if m.NoBody {
				f.give(item, core.Errorf(op, core.Permanent, "the server cannot read message %d of %s", m.UID, in))
				return
			}
			item.Body = io.NopCloser(m.Body)
			f.give(item, nil)
		})
	}
	for _, ref := range refs {
		if _, left := want[uidOf(ref.ID)]; left || uidOf(ref.ID) == 0 {
			rest = append(rest, ref)
		}
	}
	return rest, failure(op, string(in), reading, err)
}
