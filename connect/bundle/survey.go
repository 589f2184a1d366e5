package bundle

import (
	"context"

	"lockstep/core"
)

// Collections implements core.Replica: the file is the one collection, and its Rev a
// digest of all its bytes.
func (r *Replica) Collections(ctx context.Context) (core.Survey, error) {
	now, err := r.read(ctx)
	if err != nil {
		return core.Survey{}, err
	}
	return core.Survey{Complete: true, Collections: []core.Collection{{
		ID: core.CollectionID(r.config.Name), Path: r.config.Name, Feed: core.FeedID(r.config.Name), Rev: now.rev, Count: -1, ReadOnly: true,
	}}}, nil
}
