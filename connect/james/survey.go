package james

import (
	"context"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
)

// Collections implements core.Replica: one request for the domains, which also
// proves that this is a webadmin and that the login holds, and once in a pass one
// that tells whether accounts can be renamed. There is no cheaper proof that
// nothing has changed, so no collection has a Rev and all are listed in every
// pass.
func (r *Replica) Collections(ctx context.Context) (core.Survey, error) {
	r.forget()
	names, err := r.client.Domains(ctx)
	if err != nil {
		return core.Survey{}, err
	}
	r.domains = map[string]bool{}
	for _, name := range names {
		r.domains[strings.ToLower(name)] = true
	}
	if r.renames == nil {
		can, err := r.client.CanRename(ctx)
		if err != nil {
			return core.Survey{}, err
		}
		r.renames = &can
	}
	s := core.Survey{Complete: true}
	for _, resource := range r.enabled() {
		s.Collections = append(s.Collections, core.Collection{
			ID: resource.Collection(), Path: string(resource), Feed: core.FeedID(resource), Count: -1,
			Lazy: resource == element.Identity,
		})
	}
	return s, nil
}

// forget drops what was listed: a new look begins.
func (r *Replica) forget() {
	r.users, r.hasUsers, r.mappings, r.hasMaps = nil, false, nil, false
	r.pages = map[element.Resource][]listed{}
}
