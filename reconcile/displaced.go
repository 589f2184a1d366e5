package reconcile

import "lockstep/core"

// displace finds the rows of a unique-key kind whose handle has the item of another
// Key now, as when a program numbers its files anew, or two files change places: rule
// 15. Such a row loses its handle, and is gone until the rebind finds its item
// elsewhere; what has the handle now is new. Without this it would be an edit, and
// one item would overwrite another on the other side.
//
// A server may give UIDs of its own, so it is what the base body of that side bears that
// must have changed. Where that is not known, another Key alone is no evidence: the row's
// Key must be borne elsewhere on the side, or the new one by another row.
func (v *View) displace(x core.Side) {
	side := v.Sides[x]
	borne := map[core.Key]bool{}
	for _, s := range side.Stubs {
		if s.Bad == "" {
			borne[s.Key] = true // by this row's own handle not: its Key is another
		}
	}
	open := map[int64]bool{}
	for _, in := range v.Intents {
		open[in.Row] = true // may be what changed the Key
	}
	rows := v.keysOfRows()
	for _, row := range v.SortedRows() {
		s, there := v.Stub(row, x)
		if !there || s.Bad != "" || s.Key == "" || s.Key == row.Key || open[row.N] {
			continue
		}
		b := &row.Side[x]
		was := v.keyOf(b.Body)
		if was == s.Key || was == "" && !borne[row.Key] && rows[s.Key] == nil {
			continue
		}
		delete(side.Bound, b.Ref)
		v.dirty.Refs[x][b.Ref] = true
		b.Ref.ID = core.VoidID("row", row.N)
		side.Bound[b.Ref] = row.N
		v.save(row)
	}
}

// keyOf is the Key that a base body bears; "" = none is known.
func (v *View) keyOf(body []byte) core.Key {
	if v.Traits.KeyOf == nil || len(body) == 0 {
		return ""
	}
	return v.Traits.KeyOf(body)
}
