package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// survey looks at both sides, pairs their collections, and makes, renames and colours
// collections as planned, so that items have where to go. Collections are
// deleted at the end of the pass only.
func (p *pass) survey(ctx context.Context) error {
	if err := p.lookAtBoth(ctx); err != nil {
		return err
	}
	pairing := p.pair()
	p.plan.Notes = append(p.plan.Notes, pairing.Notes...)
	if err := p.beginRenames(ctx, pairing); err != nil {
		return err
	}
	if !p.options.PlanOnly && p.changeTree(ctx, pairing) {
		if err := p.lookAtBoth(ctx); err != nil {
			return err
		}
		pairing = p.pair()
	}
	if !p.options.PlanOnly {
		var err error
		if pairing, err = p.paint(ctx, pairing); err != nil {
			return err
		}
	}
	for _, s := range pairing.Steps {
		if s.Op == core.DeleteCollection || p.options.PlanOnly {
			p.plan.Collections = append(p.plan.Collections, s)
		}
	}
	p.pairing = pairing
	if err := p.commitPairing(ctx, pairing); err != nil {
		return err
	}
	p.imagine()
	return nil
}

// imagine lets a plan-only pass list what lies in collections whose partner it
// would make. These pairs have no number and are never stored.
func (p *pass) imagine() {
	if !p.options.PlanOnly {
		return
	}
	for _, s := range p.plan.Collections {
		if s.Op != core.CreateCollection {
			continue
		}
		y := s.Side.Other()
		for _, c := range p.surveys[y].Collections {
			if c.ID == s.ID {
				row := core.CollectionRow{}
				row.Side[y] = core.CollectionAt{Collection: c}
				row.Side[s.Side] = core.CollectionAt{None: true}
				p.head.Collections = append(p.head.Collections, row)
			}
		}
	}
}

// stored returns the pairs that are kept.
func (p *pass) stored() []core.CollectionRow {
	return slices.DeleteFunc(slices.Clone(p.head.Collections), func(r core.CollectionRow) bool { return r.N == 0 })
}

func (p *pass) lookAtBoth(ctx context.Context) error {
	for _, x := range core.Sides() {
		if err := p.look(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) look(ctx context.Context, x core.Side) error {
	return p.retry(ctx, x, func() (err error) {
		p.report.Requests++
		p.surveys[x], err = p.link.Replicas[x].Collections(ctx)
		if err == nil {
			p.doubtNone(x)
			err = p.doubtMissing(ctx, x)
		}
		return err
	})
}

// doubtMissing asks for the changes of every collection that was there and is not
// named any more: one that can still be read was left out by a list that is not whole,
// as that of a server whose own list is behind. It is gone only if that is said. One
// about which it cannot be told now is taken for listed and for one that cannot be read
// (pullFeed), so that the others go on; the next pass asks again.
func (p *pass) doubtMissing(ctx context.Context, x core.Side) error {
	named := map[core.FeedID]bool{}
	for _, c := range p.surveys[x].Collections {
		named[c.Feed] = true
	}
	for _, row := range p.head.Collections {
		c := row.Side[x].Collection
		if !p.surveys[x].Complete || !row.On(x) || row.Side[x].None || c.Lazy || named[c.Feed] {
			continue
		}
		err := p.silent[x][c.Feed]
		if err == nil {
			p.report.Requests++
			_, err = p.link.Replicas[x].Changes(ctx, c.Feed, p.head.Sides[x].Tokens[c.Feed])
		}
		switch class := core.ClassOf(err); {
		case err == nil, class == core.Resync:
			p.surveys[x].Complete = false
			p.plan.Notes = append(p.plan.Notes, core.Note{Side: x, Ref: core.Ref{Collection: c.ID}, Why: "it is not listed, but can be read: the list is not whole, and nothing is taken for deleted"})
		case class == core.Missing:
		case class == core.Auth:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		default: // a refusal says as little as a server that is busy
			if p.silent[x] == nil {
				p.silent[x] = map[core.FeedID]error{}
			}
			p.silent[x][c.Feed] = err
			c.Rev = "" // whatever changed in it
			p.surveys[x].Collections = append(p.surveys[x].Collections, c)
		}
	}
	return nil
}

// doubtNone: a side that had collections and names none at all is believed in nothing:
// no list can be told from one that went wrong, and what was there would be deleted.
func (p *pass) doubtNone(x core.Side) {
	if len(p.surveys[x].Collections) > 0 {
		return
	}
	had := 0
	for _, row := range p.head.Collections {
		if row.On(x) {
			had++
		}
	}
	if had == 0 {
		return
	}
	p.surveys[x].Complete = false
	note := core.Note{Side: x, Parked: true, Why: fmt.Sprintf("it names no collection, but had %d: nothing is taken for deleted (look at its address and login; if its items are meant to be gone, make an empty collection there)", had)}
	if !slices.ContainsFunc(p.plan.Notes, func(n core.Note) bool { return n.Side == x && n.Why == note.Why }) {
		p.plan.Notes = append(p.plan.Notes, note)
	}
}

// beginRenames writes down which collections are about to be renamed: what a
// crash, or a user who renames the other side's again, makes of it looks as if
// both sides had been renamed by users.
func (p *pass) beginRenames(ctx context.Context, pairing reconcile.Pairing) error {
	rows, begun := slices.Clone(p.head.Collections), false
	for _, s := range pairing.Steps {
		if s.Op != core.RenameCollection || p.options.PlanOnly {
			continue
		}
		same := func(r core.CollectionRow) bool { return r.N == s.Row }
		i, j := slices.IndexFunc(rows, same), slices.IndexFunc(pairing.Rows, same)
		if i < 0 || j < 0 {
			continue
		}
		rows[i].Renaming = pairing.Rows[j].Renaming
		begun = true
	}
	if !begun {
		return nil
	}
	p.head.Collections = rows
	return p.commitBatch(ctx, &state.Batch{Collections: rows})
}

// changeTree carries out planned creations and renames of collections, parents
// first. What fails is noted and tried again in the next pass.
func (p *pass) changeTree(ctx context.Context, pairing reconcile.Pairing) (changed bool) {
	steps := slices.Clone(pairing.Steps)
	slices.SortStableFunc(steps, func(a, b core.CollectionStep) int {
		return strings.Count(a.Path, "/") - strings.Count(b.Path, "/")
	})
	for _, s := range steps {
		tree, can := p.link.Replicas[s.Side].(core.Tree)
		var err error
		switch {
		case s.Op == core.DeleteCollection, s.Op == core.ColorCollection:
			continue
		case !can:
			err = core.Errorf("engine.Tree", core.Permanent, "the %s cannot %s collections", s.Side, s.Op)
		case s.Op == core.CreateCollection:
			_, err = tree.CreateCollection(ctx, s.Path, s.Role)
		case s.Op == core.RenameCollection:
			_, err = tree.RenameCollection(ctx, s.ID, s.Path)
		}
		p.logTree(s, err)
		if err != nil {
			if class := core.ClassOf(err); class != core.Unknown && class != core.Transient { // nothing was changed
				p.notRenamed(pairing, s)
			}
			p.plan.Notes = append(p.plan.Notes, core.Note{Side: s.Side, Ref: core.Ref{Collection: s.ID}, Parked: true, Why: "cannot " + string(s.Op) + " " + s.Path + ": " + err.Error()})
			continue
		}
		changed = true
	}
	return changed
}

// notRenamed forgets a rename that was refused.
func (p *pass) notRenamed(pairing reconcile.Pairing, s core.CollectionStep) {
	for _, rows := range [][]core.CollectionRow{p.head.Collections, pairing.Rows} {
		for i := range rows {
			if rows[i].N == s.Row && s.Op == core.RenameCollection {
				rows[i].Renaming = core.CollectionRenaming{}
			}
		}
	}
}

func (p *pass) logTree(s core.CollectionStep, err error) {
	e := state.Entry{Run: p.run, Time: p.engine.Now().Unix(), Side: s.Side, Ref: core.Ref{Collection: s.ID}, To: core.CollectionID(s.Path),
		Why: string(s.Op) + " collection: " + s.Why, Result: "done"}
	if err != nil {
		e.Result, e.Error = core.ClassOf(err).String(), err.Error()
	} else {
		p.report.Folders++
	}
	p.log = append(p.log, e)
	p.emit(Event{Type: EventFolder, Side: s.Side, Path: s.Path, Folder: &s, Error: e.Error})
}

// commitPairing stores the paired collections and voids what is known of
// those that have to be listed again.
func (p *pass) commitPairing(ctx context.Context, pairing reconcile.Pairing) error {
	if err := p.voidHandles(ctx, pairing); err != nil {
		return err
	}
	var before [2]map[core.CollectionID]core.Collection
	for _, x := range core.Sides() {
		before[x] = map[core.CollectionID]core.Collection{}
		for _, row := range p.head.Collections {
			before[x][row.Side[x].Collection.ID] = row.Side[x].Collection
		}
	}
	p.before = before
	b := &state.Batch{Collections: p.withOldRevs(pairing.Rows)}
	b.Rename = inTurn(pairing.Renamed)
	for _, x := range core.Sides() {
		side := p.head.Sides[x]
		tokens := map[core.FeedID]core.Token{}
		for _, row := range pairing.Rows {
			if c := row.Side[x].Collection; !row.Side[x].None {
				if t, ok := side.Tokens[c.Feed]; ok {
					tokens[c.Feed] = t
				}
			}
		}
		for id := range pairing.Relist[x] {
			if c, ok := collectionOf(pairing.Rows, x, id); ok {
				delete(tokens, c.Feed)
			}
		}
		if p.options.Full || side.Scope != p.link.Scope {
			clear(tokens)
		}
		side.Tokens, side.Scope = tokens, p.link.Scope
		side.Reborn = side.Reborn || pairing.Reborn[x]
		b.Sides[x] = &side
		p.head.Sides[x] = side
	}
	if err := p.observeLost(ctx, pairing, b); err != nil {
		return err
	}
	if err := p.cutVocabulary(ctx, pairing, b); err != nil {
		return err
	}
	p.head.Collections, p.vocabulary = b.Collections, map[[2]core.CollectionID]core.Vocabulary{}
	return p.commitBatch(ctx, b)
}

// inTurn orders renames, which are made one after the other, so that none takes
// a name that is still another's; a swap goes over a third name.
func inTurn(renamed []reconcile.RenamedCollection) (out []state.Rename) {
	left := slices.Clone(renamed)
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(r reconcile.RenamedCollection) bool {
			return !slices.ContainsFunc(left, func(o reconcile.RenamedCollection) bool { return o.Side == r.Side && o.From == r.To })
		})
		if i >= 0 {
			out = append(out, state.Rename{Side: left[i].Side, From: left[i].From, To: left[i].To})
			left = slices.Delete(left, i, i+1)
			continue
		}
		aside := "\x00aside:" + left[0].From // no service has such a name
		out = append(out, state.Rename{Side: left[0].Side, From: left[0].From, To: aside})
		left[0].From = aside
	}
	return out
}

// lost lists the collections that were paired and are gone: those of half pairs,
// those whose place another one has taken, and both of pairs that were dropped.
func (p *pass) lost(pairing reconcile.Pairing) (out []lostCollection) {
	now := map[int64]core.CollectionRow{}
	for _, row := range pairing.Rows {
		now[row.N] = row
		for _, x := range core.Sides() {
			if row.Side[x].None {
				out = append(out, lostCollection{x, row.Side[x].Collection.ID})
			}
		}
	}
	for _, was := range p.head.Collections {
		row, kept := now[was.N]
		for _, x := range core.Sides() {
			id := was.Side[x].Collection.ID
			_, there := collectionOf(pairing.Rows, x, id)
			renamed := slices.ContainsFunc(pairing.Renamed, func(r reconcile.RenamedCollection) bool { return r.Side == x && r.From == id })
			if !kept || !row.Side[x].None && !there && !renamed {
				out = append(out, lostCollection{x, id})
			}
		}
	}
	return out
}

// observeLost records that the items of collections that are gone are gone too,
// in the commit that forgets the collections: nothing tells of them later.
func (p *pass) observeLost(ctx context.Context, pairing reconcile.Pairing, b *state.Batch) error {
	for _, was := range p.lost(pairing) {
		for row, err := range p.link.Store.RowsIn(ctx, was.side, was.id) {
			if err != nil {
				return err
			}
			b.Observe[was.side] = append(b.Observe[was.side], state.Observation{Stub: core.Stub{Ref: row.Side[was.side].Ref}, Gone: true})
		}
		for o, err := range p.link.Store.ObservedIn(ctx, was.side, was.id) {
			if err != nil {
				return err
			}
			if !o.Gone {
				b.Unobserve[was.side] = append(b.Unobserve[was.side], o.Ref)
			}
		}
	}
	return nil
}

// withOldRevs keeps the Rev of the last listing: the surveyed one is stored
// with the listing that it belongs to.
func (p *pass) withOldRevs(rows []core.CollectionRow) []core.CollectionRow {
	out := slices.Clone(rows)
	for i := range out {
		for _, x := range core.Sides() {
			c := &out[i].Side[x].Collection
			c.Rev = p.before[x][c.ID].Rev
		}
	}
	return out
}

func collectionOf(rows []core.CollectionRow, x core.Side, id core.CollectionID) (core.Collection, bool) {
	for _, r := range rows {
		if !r.Side[x].None && r.Side[x].Collection.ID == id {
			return r.Side[x].Collection, true
		}
	}
	return core.Collection{}, false
}

// cutVocabulary cuts the agreed marks of all rows of a pair whose common
// vocabulary shrank: rule 19. A mark that one side can no longer hold was
// removed by nobody.
func (p *pass) cutVocabulary(ctx context.Context, pairing reconcile.Pairing, b *state.Batch) error {
	if !p.engine.Without.Holds(reconcile.RuleCutVocabulary) {
		return nil
	}
	for _, row := range pairing.Rows {
		left := row.Side[core.Left].Collection
		vocabulary, shrunk := pairing.Shrunk[left.ID]
		if !shrunk || row.Side[core.Left].None {
			continue
		}
		for r, err := range p.link.Store.RowsIn(ctx, core.Left, left.ID) {
			if err != nil {
				return err
			}
			if cut := vocabulary.Cut(r.Marks); cut != r.Marks {
				r.Marks = cut
				b.PutRows = append(b.PutRows, r)
			}
		}
	}
	return nil
}
