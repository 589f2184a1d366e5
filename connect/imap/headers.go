package imap

import (
	"context"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/mime"
	wire "lockstep/protocol/imap"
)

// HeaderSums implements core.Header. A header that the server does not give, or
// that is longer than a text may be, is left out.
func (r *Replica) HeaderSums(ctx context.Context, refs []core.Ref) (map[core.Ref]core.Sum, error) {
	const op = "imap.HeaderSums"
	out := map[core.Ref]core.Sum{}
	var scanner mime.Scanner
	refs = slices.SortedFunc(slices.Values(refs), core.Ref.Compare)
	for len(refs) > 0 {
		in, n := refs[0].Collection, 1
		for n < len(refs) && refs[n].Collection == in {
			n++
		}
		var uids []uint32
		for _, ref := range refs[:n] {
			if u := uidOf(ref.ID); u != 0 {
				uids = append(uids, u)
			}
		}
		refs = refs[n:]
		conn, m, err := r.open(ctx, op, in, false, false)
		if err != nil {
			return out, err
		}
		if c := r.surveyed[in]; c.Incarnation != "" && c.Incarnation != incarnation(m.UIDValidity) {
			return out, core.Errorf(op, core.Resync, "%s was replaced by another mailbox", in)
		}
		for _, set := range wire.NewUIDSet(uids...).Chunks(longestSet) {
			err := conn.Fetch(ctx, set, wire.ItemHeader, func(m *wire.Message) {
				if !m.HasHeader || !set.Has(m.UID) {
					return
				}
				if sum, err := scanner.HeaderSum(strings.NewReader(m.Header)); err == nil {
					out[core.Ref{Collection: in, ID: idOf(m.UID)}] = sum
				}
			})
			if err != nil {
				return out, failure(op, string(in), reading, err)
			}
		}
	}
	return out, nil
}
