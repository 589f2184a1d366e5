package engine

import (
	"context"
	"hash/fnv"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// portions cuts what no row has yet into parts that a pass takes one after the
// other, so that a first sync does not need memory for everything at once. What
// belongs together is in one part: of a provisioning all that an owner has, else
// what may be one item by its evidence. The first part has all that rows, open
// writes and deletions concern; the others can only pair and create.
type portions struct {
	provision bool
	// now is the part that is loaded; of is how many there are. 1 = everything
	// at once.
	now, of int
	// entangled groups are in the first part; newest in the second.
	entangled, newest map[uint64]bool
	// fresh counts what no row has, by side and collection; taken is how much of
	// it was loaded so far.
	fresh [2]map[core.CollectionID]int
	taken int
}

// mostPortions keeps small how often what waits is looked through: the parts of
// a very large first sync are larger instead.
const mostPortions = 50

// group is what must not be cut.
func (c *portions) group(s core.Stub) uint64 {
	if c.provision {
		return hash(s.Owner)
	}
	return hash(reconcile.Class(s.Key, s.Size))
}

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

// cut counts what differs, and decides on the parts if it is too much for one. A
// side where items share an ID, or whose rows wait for a proof, is taken at once;
// so is a plan, which is held as a whole anyway.
func (p *pass) cut(ctx context.Context, intents []core.Intent) (*portions, error) {
	c := newCensus(p.engine.Portion, p.link.Policy.Mode == reconcile.Provision)
	n := 0
	for _, x := range core.Sides() {
		if c.limit <= 0 || p.options.PlanOnly || p.view.Sides[x].Ops.Shared || p.head.Sides[x].Reborn {
			return c.portions, nil
		}
		for _, err := range p.link.Store.Observed(ctx, x) {
			if err != nil {
				return nil, err
			}
			if n++; n > c.limit {
				break
			}
		}
	}
	if n <= c.limit {
		return c.portions, nil
	}
	if err := p.takeCensus(ctx, c, intents); err != nil {
		return nil, err
	}
	if c.cut(); c.newest == nil {
		return c.portions, nil
	}
	for _, x := range core.Sides() {
		for o, err := range p.link.Store.Observed(ctx, x) {
			if err != nil {
				return nil, err
			}
			if !o.Gone {
				c.recent(o.Stub)
			}
		}
	}
	return c.portions, nil
}

// takeCensus goes through what differs, and of a provisioning through all rows.
func (p *pass) takeCensus(ctx context.Context, c *census, intents []core.Intent) error {
	for _, in := range intents {
		c.intent(in)
	}
	if c.provision {
		for row, err := range p.link.Store.RowsIn(ctx, core.Right, p.link.Policy.OwnerResource) {
			if err != nil {
				return err
			}
			if row.Renaming != "" {
				c.renaming[row.Renaming] = true
			}
		}
	}
	for _, x := range core.Sides() {
		all := func(state.Observation) bool { return true }
		err := p.eachObserved(ctx, x, all, func(o state.Observation, row *core.Row) {
			switch {
			case row != nil:
				c.row(*row, true)
				c.observation(o)
			case !o.Gone && p.paired(x, o.Collection):
				c.count(x, o.Stub)
			}
		})
		if err != nil {
			return err
		}
	}
	if !c.provision {
		return nil
	}
	for _, pair := range p.head.Collections {
		for _, x := range core.Sides() {
			for row, err := range p.link.Store.RowsIn(ctx, x, pair.Side[x].Collection.ID) {
				if err != nil {
					return err
				}
				c.row(row, false)
			}
		}
	}
	return nil
}

// takes tells whether a stub without a row is in the part that is loaded now.
func (c *portions) takes(s core.Stub) bool {
	if c.of <= 1 {
		return true
	}
	g := c.group(s)
	switch {
	case c.entangled[g]:
		return c.now == 0
	case c.newest[g]:
		return c.now == 1
	}
	first := 1
	if c.newest != nil {
		first = 2
	}
	return c.now >= first && int(g%uint64(c.of-first)) == c.now-first
}

// next goes to the next part, if there is one.
func (c *portions) next() bool {
	if c.now+1 >= c.of {
		return false
	}
	c.now++
	return true
}

// ahead counts what the parts to come have, at most.
func (c *portions) ahead() int {
	n := -c.taken
	for _, side := range c.fresh {
		for _, count := range side {
			n += count
		}
	}
	return max(n, 0)
}

// census looks through everything once, where it is too much to be taken at
// once, to find out what belongs together.
type census struct {
	*portions
	limit int
	// times of what has no row, Unix seconds; what was received since then is in
	// the newest part.
	times []int64
	since int64
	// owners tells on which sides an owner has something without a row, and
	// entries whose an entry's elements are: of a provisioning.
	owners  map[uint64]uint8
	entries map[uint64]uint64
	// renaming are the Keys that renames were begun to.
	renaming map[core.Key]bool
}

func newCensus(limit int, provision bool) *census {
	return &census{
		limit:    limit,
		portions: &portions{provision: provision, of: 1, entangled: map[uint64]bool{}, fresh: [2]map[core.CollectionID]int{{}, {}}},
		owners:   map[uint64]uint8{}, entries: map[uint64]uint64{}, renaming: map[core.Key]bool{},
	}
}

// count counts a stub without a row.
func (c *census) count(x core.Side, s core.Stub) {
	c.fresh[x][s.Collection]++
	if !c.provision {
		c.times = append(c.times, s.Time)
		return
	}
	g := c.group(s)
	c.owners[g] |= 1 << x
	if c.renaming[s.Key] {
		c.entangled[g] = true
	}
	if s.Same != "" {
		e := hash(string(s.Same))
		if owner, known := c.entries[e]; known && owner != g { // one entry with two addresses
			c.entangled[owner], c.entangled[g] = true, true
		}
		c.entries[e] = g
	}
}

// row notes that a row is of a group; changed tells that something happened to it.
func (c *census) row(row core.Row, changed bool) {
	if !c.provision {
		if changed {
			c.entangled[hash(reconcile.Class(row.Key, row.Size))] = true
		}
		return
	}
	g := hash(row.Owner)
	if _, has := c.owners[g]; has || changed {
		c.entangled[g] = true
	}
	if same := row.Side[core.Left].Same; same != "" {
		if owner, has := c.entries[hash(string(same))]; has {
			c.entangled[owner] = true
		}
	}
}

// intent notes what an open write is about.
func (c *census) intent(in core.Intent) {
	c.entangled[c.group(core.Stub{Key: in.Key, Size: in.Size, Owner: in.Owner})] = true
	c.entangled[c.group(in.Source)] = true
}

// observation notes what is observed of a row.
func (c *census) observation(o state.Observation) {
	if !o.Gone {
		c.entangled[c.group(o.Stub)] = true
	}
}

// cut decides on the parts. What both sides of a provisioning have without a row
// may end with a deletion, so it is in the first.
func (c *census) cut() {
	for owner, sides := range c.owners {
		if sides == 3 {
			c.entangled[owner] = true
		}
	}
	c.limit = max(c.limit, c.ahead()/mostPortions)
	c.of = 1 + (c.ahead()+c.limit-1)/c.limit
	if n := len(c.times); n > c.limit {
		slices.Sort(c.times)
		if from := c.times[n-c.limit]; from > c.times[0] {
			c.since, c.newest = from, map[uint64]bool{}
			c.of++
		}
	}
	c.times = nil
}

// recent notes the groups of what is newest, which come before the others.
func (c *census) recent(s core.Stub) {
	if s.Time >= c.since {
		c.newest[c.group(s)] = true
	}
}
