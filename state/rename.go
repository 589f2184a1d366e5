package state

import (
	"maps"

	"lockstep/core"
)

// Intent returns an intent as it reads after the rename, and whether that
// changed it: At, To and the positions are of the written side, the Source is
// of the other.
func (n Rename) Intent(in core.Intent) (now core.Intent, changed bool) {
	follow := func(id *core.CollectionID) {
		if *id == n.From {
			*id, changed = n.To, true
		}
	}
	if in.Side != n.Side {
		follow(&in.Source.Collection)
		return in, changed
	}
	follow(&in.At.Collection)
	follow(&in.To)
	if mark, known := in.Positions[n.From]; known {
		in.Positions = maps.Clone(in.Positions)
		delete(in.Positions, n.From)
		in.Positions[n.To], changed = mark, true
	}
	return in, changed
}
