package engine

import (
	"context"
	"maps"
	"slices"

	"lockstep/core"
	"lockstep/state"
)

// ownersAtOnce is how many owners are looked up one by one; for more of them,
// reading all rows once is faster.
const ownersAtOnce = 500

// loadOwners loads all rows of the owners whom something concerns, for a
// provisioning: who is alive, whose name is whose and what else an account has
// cannot be told from what differs alone. Of the others nothing is loaded.
func (p *pass) loadOwners(ctx context.Context, rows map[int64]core.Row, observed [2]map[core.Ref]state.Observation, intents []core.Intent) error {
	c := concerned{known: map[string]bool{}, entries: map[core.Same]bool{}}
	for _, row := range rows {
		c.add(row.Owner)
		c.entry(row.Side[core.Left].Same)
	}
	for x := range p.view.Sides {
		for _, s := range p.view.Sides[x].Stubs {
			c.add(s.Owner)
			c.entry(s.Same)
		}
		for _, o := range observed[x] {
			c.add(o.Owner)
		}
	}
	for _, in := range intents {
		c.add(in.Owner)
	}
	for looked := false; !looked || c.asked; looked = true {
		c.asked = false
		if err := p.findAccounts(ctx, &c, !looked); err != nil {
			return err
		}
		for len(c.fresh) > 0 {
			found, err := p.rowsOf(ctx, c.take())
			if err != nil {
				return err
			}
			for _, row := range found {
				rows[row.N] = row
				if row.Side[core.Right].Ref.Collection != p.link.Policy.OwnerResource {
					c.entry(row.Side[core.Left].Same) // it may have its account under another name
				} else if same := row.Side[core.Left].Same; same != "" {
					c.entries[same] = true
				}
			}
		}
	}
	return nil
}

// findAccounts adds the owners of the accounts of the entries that were asked
// for, and, the first time, those of whom something waits.
func (p *pass) findAccounts(ctx context.Context, c *concerned, waiting bool) error {
	for row, err := range p.link.Store.RowsIn(ctx, core.Right, p.link.Policy.OwnerResource) {
		if err != nil {
			return err
		}
		left := row.Side[core.Left]
		if c.entries[left.Same] || waiting && (row.GoneSince != 0 || row.Renaming != "" || left.None) {
			c.add(row.Owner)
		}
	}
	return nil
}

// rowsOf reads the rows of owners that take part in this pass.
func (p *pass) rowsOf(ctx context.Context, owners map[string]bool) (out []core.Row, err error) {
	if len(owners) <= ownersAtOnce {
		for _, owner := range slices.Sorted(maps.Keys(owners)) {
			found, err := p.link.Store.RowsWith(ctx, state.Property{Owner: owner})
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	} else {
		for _, c := range p.head.Collections {
			for row, err := range p.link.Store.RowsIn(ctx, core.Right, c.Side[core.Right].Collection.ID) {
				if err != nil {
					return nil, err
				}
				if owners[row.Owner] {
					out = append(out, row)
				}
			}
		}
	}
	return slices.DeleteFunc(out, func(r core.Row) bool { return !p.inScope(r) }), nil
}

// concerned collects owners.
type concerned struct {
	known map[string]bool
	fresh map[string]bool // those whose rows are not read yet
	// entries whose accounts are looked for; asked tells that one was added since.
	entries map[core.Same]bool
	asked   bool
}

func (c *concerned) add(owner string) {
	if owner == "" || c.known[owner] {
		return
	}
	c.known[owner] = true
	if c.fresh == nil {
		c.fresh = map[string]bool{}
	}
	c.fresh[owner] = true
}

func (c *concerned) entry(same core.Same) {
	if same != "" && !c.entries[same] {
		c.entries[same], c.asked = true, true
	}
}

func (c *concerned) take() map[string]bool {
	fresh := c.fresh
	c.fresh = nil
	return fresh
}
