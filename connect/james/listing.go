package james

import (
	"context"

	"lockstep/format/element"
	"lockstep/protocol/webadmin"
)

// allUsers reads the accounts once in a pass.
func (r *Replica) allUsers(ctx context.Context) ([]string, error) {
	if !r.hasUsers {
		users, err := r.client.Users(ctx)
		if err != nil {
			return nil, err
		}
		r.users, r.hasUsers = users, true
	}
	return r.users, nil
}

// allMappings reads the mappings of everybody once in a pass.
func (r *Replica) allMappings(ctx context.Context) ([]webadmin.Mapping, error) {
	if !r.hasMaps {
		mappings, err := r.client.Mappings(ctx)
		if err != nil {
			return nil, err
		}
		r.mappings, r.hasMaps = mappings, true
	}
	return r.mappings, nil
}

func (r *Replica) listUsers(ctx context.Context) ([]listed, error) {
	users, err := r.allUsers(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]listed, len(users))
	for i, user := range users {
		out[i].place = place{resource: element.User, owner: user}
	}
	return out, nil
}

func (r *Replica) listMappings(ctx context.Context, resource element.Resource) (out []listed, err error) {
	mappings, err := r.allMappings(ctx)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, m := range mappings {
		if p, ours := ofMapping(m); ours && p.resource == resource {
			n++
		}
	}
	out = make([]listed, 0, n)
	for _, m := range mappings {
		if p, ours := ofMapping(m); ours && p.resource == resource {
			out = append(out, listed{place: p})
		}
	}
	return out, nil
}
