package engine

import (
	"context"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// addBearers loads the rows of a unique-key kind whose Key an item of another row has
// now: which item it is, is seen only with both (rule 15).
func (p *pass) addBearers(ctx context.Context, observed [2]map[core.Ref]state.Observation, rows map[int64]core.Row) error {
	if !p.link.Traits.UniqueKeys || p.link.Policy.Mode == reconcile.Provision { // there all rows are loaded
		return nil
	}
	var keys []core.Key
	for _, row := range rows {
		for _, x := range core.Sides() {
			if o, seen := observed[x][row.Side[x].Ref]; seen && o.Key != "" && o.Key != row.Key {
				keys = append(keys, o.Key)
			}
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		more, err := p.link.Store.RowsWith(ctx, state.Property{Key: key})
		if err != nil {
			return err
		}
		for _, row := range more {
			if p.inScope(row) {
				rows[row.N] = row
			}
		}
	}
	return nil
}
