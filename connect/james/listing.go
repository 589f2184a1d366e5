package james

import (
	"context"

	"lockstep/core"
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

func (r *Replica) listUsers(ctx context.Context) ([]core.Stub, error) {
	users, err := r.allUsers(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]core.Stub, 0, len(users))
	for _, user := range users {
		out = append(out, place{resource: element.User, owner: user}.stub(element.Value{}))
	}
	return out, nil
}

func (r *Replica) listMappings(ctx context.Context, resource element.Resource) (out []core.Stub, err error) {
	mappings, err := r.allMappings(ctx)
	if err != nil {
		return nil, err
	}
	var places []place
	for _, m := range mappings {
		if p, ours := ofMapping(m); ours && p.resource == resource {
			places = append(places, p)
		}
	}
	out = make([]core.Stub, len(places))
	for i, p := range places {
		out[i] = p.stub(element.Value{})
	}
	return out, nil
}
