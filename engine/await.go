package engine

import (
	"context"
	"time"

	"lockstep/core"
	"lockstep/state"
)

// Whoever puts a backup back does so file by file, and whoever puts one item back is
// taken at his word: which of them it is shows once no more comes.
const (
	comingPause = 2500 * time.Millisecond // longer than a version counts as one that came just now
	mostPauses  = 20
)

// await waits until no older versions are coming any more, and lists again. It ends at
// some time: then what there is is decided as it is.
func (p *pass) await(ctx context.Context) error {
	for range mostPauses {
		if coming, err := p.coming(ctx); err != nil || !coming {
			return err
		}
		if err := p.engine.Sleep(ctx, comingPause); err != nil {
			return err
		}
		for _, x := range core.Sides() {
			was := p.surveys[x]
			if err := p.look(ctx, x); err != nil {
				return err
			}
			if rebornBetween(was, p.surveys[x]) {
				return core.Errorf("engine.await", core.Transient, "a collection of the %s was replaced meanwhile; the next pass looks at it", x)
			}
		}
		if err := p.pull(ctx); err != nil {
			return err
		}
	}
	return nil
}

// coming tells whether a side has an older version of something that came just now.
func (p *pass) coming(ctx context.Context) (bool, error) {
	const atOnce = 1000
	for _, x := range core.Sides() {
		side, can := p.link.Replicas[x].(core.Elder)
		if !can || p.link.Traits.Merger == nil {
			continue
		}
		some := map[core.Ref]state.Observation{}
		young := func() (bool, error) {
			refs := make([]core.Ref, 0, len(some))
			for ref := range some {
				refs = append(refs, ref)
			}
			rows, err := p.link.Store.Outlines(ctx, x, refs)
			for ref, row := range rows {
				if o := some[ref]; (o.Sum == "" || o.Sum != row.Side[x].Sum) && side.PutBack(ref.Collection, row.Side[x].Rev, o.Rev) == core.YoungPutBack {
					return true, err
				}
			}
			clear(some)
			return false, err
		}
		for o, err := range p.link.Store.Observed(ctx, x) {
			if err != nil {
				return false, err
			}
			if o.Gone || o.Bad != "" {
				continue
			}
			if some[o.Ref] = o; len(some) == atOnce {
				if is, err := young(); is || err != nil {
					return is, err
				}
			}
		}
		if is, err := young(); is || err != nil {
			return is, err
		}
	}
	return false, nil
}
