package james

import (
	"context"

	"lockstep/core"
	"lockstep/format/element"
)

// update gives an element another value: only quotas and contacts have one that
// is ever changed.
func (r *Replica) update(ctx context.Context, reader *reader, p place, w core.Write) (core.Stub, error) {
	const op = "james.Update"
	value, err := valueIn(op, w)
	if err != nil {
		return core.Stub{}, err
	}
	if p.resource != element.Quota && p.resource != element.Contact {
		return core.Stub{}, permanent(op, string(w.Ref.ID), "an element of "+string(p.resource)+" has no value that could be changed")
	}
	if _, err := r.expect(ctx, op, reader, p, w); err != nil {
		return core.Stub{}, err
	}
	if p.resource == element.Quota {
		err = r.client.SetQuota(ctx, p.owner, value.Bytes)
	} else {
		err = r.client.SetContact(ctx, contactOf(p, value))
	}
	if err != nil {
		return core.Stub{}, err
	}
	return p.stub(value), nil
}

// expect reads what a write is about: it must stand, with the value that the
// plan has seen.
func (r *Replica) expect(ctx context.Context, op string, reader *reader, p place, w core.Write) (standing, error) {
	now, there, err := reader.read(ctx, p)
	switch {
	case err != nil:
		return now, beforeWrite(err)
	case !there:
		return now, missing(op, string(w.Ref.ID))
	}
	if sum, _ := now.value.Sum(); w.If.Sum != "" && sum != w.If.Sum {
		return now, conflict(op, string(w.Ref.ID), "somebody else has changed it")
	}
	return now, nil
}

// delete removes an element, in all its spellings. Of an account only the
// account goes: its mailboxes stay.
func (r *Replica) delete(ctx context.Context, reader *reader, p place, w core.Write) error {
	const op = "james.Delete"
	if p.resource == element.Identity {
		return permanent(op, string(w.Ref.ID), "identities are not deleted")
	}
	now, err := r.expect(ctx, op, reader, p, w)
	if err != nil {
		return err
	}
	switch p.resource {
	case element.User:
		return r.client.DeleteUser(ctx, p.owner)
	case element.Quota:
		return r.client.UnsetQuota(ctx, p.owner)
	case element.Contact:
		return r.client.DeleteContact(ctx, p.owner)
	}
	for _, m := range now.mappings {
		if err := reader.remove(ctx, m); err != nil {
			return err
		}
	}
	return nil
}
