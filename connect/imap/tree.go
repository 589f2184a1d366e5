package imap

import (
	"context"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// CreateCollection implements core.Tree.
func (r *Replica) CreateCollection(ctx context.Context, path string, role core.Role) (core.Collection, error) {
	const op = "imap.CreateCollection"
	conn, id, err := r.newName(ctx, op, path)
	if err != nil {
		return core.Collection{}, err
	}
	err = failure(op, path, writing, conn.Create(ctx, wire.Mailbox(id), useOf(role)))
	if err != nil {
		// Not all servers say ALREADYEXISTS; whether it is there counts.
		if c, there := r.lookup(ctx, id); there {
			return c, nil
		}
		return core.Collection{}, err
	}
	r.subscribe(ctx, conn, "SUBSCRIBE", id)
	if c, there := r.lookup(ctx, id); there {
		return c, nil
	}
	return core.Collection{}, core.Errorf(op, core.Unknown, "%s was created, but is not listed", path)
}

// newName turns a path into the name of a mailbox; the survey tells how.
func (r *Replica) newName(ctx context.Context, op, path string) (*session, core.CollectionID, error) {
	if r.spaces.delimiter() == 0 {
		if _, err := r.survey(ctx, op, "*"); err != nil {
			return nil, "", err
		}
	}
	conn, err := r.connected(ctx, op)
	if err != nil {
		return nil, "", err
	}
	name, err := r.spaces.name(path)
	if err != nil {
		return nil, "", failure(op, path, writing, err)
	}
	return conn, core.CollectionID(name), nil
}

// lookup surveys one mailbox. Names with wildcards are looked for in the whole
// list, because a pattern cannot quote them.
func (r *Replica) lookup(ctx context.Context, id core.CollectionID) (core.Collection, bool) {
	found, err := r.survey(ctx, "imap.lookup", "*")
	if err != nil {
		return core.Collection{}, false
	}
	for _, c := range found {
		if c.ID == id {
			return c, true
		}
	}
	return core.Collection{}, false
}

// subscribe keeps the list of subscriptions in step; it is not vital.
func (r *Replica) subscribe(ctx context.Context, conn *session, command string, id core.CollectionID) {
	_ = conn.Do(ctx, command, r.name(id)) // a mailbox works without it
}

// leaveAll closes the mailboxes that are open: some servers rename and delete
// none that is.
func (r *Replica) leaveAll(ctx context.Context, op string) error {
	_ = r.pool.alone() // a goodbye that was not heard changes nothing
	conn, err := r.connected(ctx, op)
	if err != nil || conn.selected == "" {
		return err
	}
	conn.selected = ""
	return failure(op, "", reading, conn.Wait(ctx, conn.StartUnselect(ctx)))
}

// RenameCollection implements core.Tree.
func (r *Replica) RenameCollection(ctx context.Context, id core.CollectionID, path string) (core.Collection, error) {
	const op = "imap.RenameCollection"
	if id == inbox { // its messages would move and it would stay (RFC 9051, section 6.3.6)
		return core.Collection{}, &core.Error{Op: op, Class: core.Permanent, Thing: inbox, Remedy: "the inbox cannot be renamed"}
	}
	conn, to, err := r.newName(ctx, op, path)
	if err != nil {
		return core.Collection{}, err
	}
	if err := r.leaveAll(ctx, op); err != nil {
		return core.Collection{}, err
	}
	if err := conn.Do(ctx, "RENAME", r.name(id), wire.Mailbox(to)); err != nil {
		return core.Collection{}, failure(op, string(id), writing, err)
	}
	r.subscribe(ctx, conn, "UNSUBSCRIBE", id)
	r.subscribe(ctx, conn, "SUBSCRIBE", to)
	if c, there := r.lookup(ctx, to); there {
		return c, nil
	}
	return core.Collection{}, core.Errorf(op, core.Unknown, "%s was renamed, but is not listed", id)
}

// DeleteCollection implements core.Tree.
func (r *Replica) DeleteCollection(ctx context.Context, id core.CollectionID, count int) error {
	const op = "imap.DeleteCollection"
	if id == inbox {
		return &core.Error{Op: op, Class: core.Permanent, Thing: inbox, Remedy: "the inbox cannot be deleted"}
	}
	if err := r.leaveAll(ctx, op); err != nil {
		return err
	}
	found, err := r.survey(ctx, op, "*")
	if err != nil {
		return err
	}
	for _, c := range found {
		switch {
		case c.ID != id:
		case c.Count != count:
			return core.Errorf(op, core.Conflict, "%s holds %d messages, not %d", c.Path, c.Count, count)
		default:
			if err := r.conn.Do(ctx, "DELETE", r.name(id)); err != nil {
				return failure(op, c.Path, writing, err)
			}
			r.subscribe(ctx, r.conn, "UNSUBSCRIBE", id)
			return nil
		}
	}
	return missing(op, string(id))
}
