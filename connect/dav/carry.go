package dav

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// carries tells whether an item is moved by a copy and a deletion. Deleting an
// invitation tells its attendees (RFC 6638, section 3.2.1.3): it is moved or stays.
func (r *Replica) carries(rev core.Rev) bool {
	_, invitation := tagsOf(rev)
	return invitation == "" && !r.client.Quirks().Moves
}

// carry moves an item on a server that is not known to move: it is made in the other
// collection, under its own name, and then deleted here, if it is still what was
// copied. If it is not, the copy goes again. What is cut off in between leaves the item
// in both places, and so it is planned once more: the copy is then known by what it says.
func (r *Replica) carry(ctx context.Context, j *job, to *book, guard wire.Guard) error {
	const op = "dav.Apply"
	o, err := r.client.Get(ctx, r.config.Flavour, j.book.URL, j.name, r.version(j.book))
	if err != nil {
		return err
	}
	if o.ETag != "" && o.ETag != guard.ETag {
		return core.Errorf(op, core.Conflict, "%s was changed by somebody else", j.Ref.ID)
	}
	to.owns(j.name)
	stored, err := r.client.Put(ctx, r.config.Flavour, to.URL, j.name, o.Data, wire.Guard{New: true})
	if refusal, is := wire.Refused(err); is && refusal.Has("no-uid-conflict") {
		return &core.Error{Op: op, Class: core.Permanent, Thing: string(j.Ref.ID), Err: errors.New("the server neither moves an item nor takes a second one with its UID"), Remedy: "move it there"}
	} else if is && refusal.Status == http.StatusPreconditionFailed {
		stored, err = r.copied(ctx, to, j.name, o.Data, err)
	}
	if err != nil {
		return err
	}
	r.kept.forget(core.Ref{Collection: to.id, ID: r.idOf(stored.Name)})
	if err = r.orGone(ctx, j, r.client.Delete(ctx, j.book.URL, j.name, guard)); err != nil {
		if class := core.ClassOf(err); class == core.Conflict || class == core.Missing {
			return errors.Join(err, r.takeBack(ctx, to, stored, o.Data))
		}
		return err
	}
	r.stored(j, to, stored)
	return nil
}

// copied finds the copy that a move left behind which was cut off; another item under
// that name is the refusal that it was.
func (r *Replica) copied(ctx context.Context, to *book, name string, body []byte, refused error) (wire.Stored, error) {
	there, err := r.client.Get(ctx, r.config.Flavour, to.URL, name, r.version(to))
	if err != nil || r.config.Digest == nil {
		return wire.Stored{}, refused
	}
	ours, _, err := r.config.Digest(bytes.NewReader(body))
	theirs, _, bad := r.config.Digest(bytes.NewReader(there.Data))
	if err != nil || bad != nil || ours != theirs {
		return wire.Stored{}, refused
	}
	return wire.Stored{Name: name, ETag: there.ETag, ScheduleTag: there.ScheduleTag}, nil
}

// takeBack deletes a copy that is of no use, unless somebody else has changed it.
func (r *Replica) takeBack(ctx context.Context, to *book, stored wire.Stored, body []byte) (err error) {
	if stored.ETag == "" {
		changed := core.Errorf("dav.Apply", core.Conflict, "%s was changed by somebody else", stored.Name)
		if stored, err = r.copied(ctx, to, stored.Name, body, changed); err != nil {
			return err
		}
	}
	return r.client.Delete(ctx, to.URL, stored.Name, wire.Guard{ETag: stored.ETag})
}
