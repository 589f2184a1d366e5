package directory

import (
	"context"

	"lockstep/core"
)

// Collections implements core.Replica. It asks nobody: which resources there
// are is what the configuration says. Revs and counts are unknown, so the
// directories are read in every pass. Once they were read it tells whether that
// was complete: a survey that is not keeps everything on the other side.
func (r *Replica) Collections(ctx context.Context) (core.Survey, error) {
	if err := ctx.Err(); err != nil {
		return core.Survey{}, err
	}
	s := core.Survey{Complete: r.now == nil || r.now.whole() && len(r.now.unlisted) == 0}
	for _, resource := range r.config.resources() {
		s.Collections = append(s.Collections, core.Collection{
			ID: resource.Collection(), Path: string(resource), Feed: core.FeedID(resource), Count: -1, ReadOnly: true,
		})
	}
	return s, nil
}
