package dav

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// tooLarge: the server or the configuration takes no item of this size.
type tooLarge struct{ most int64 }

func (e tooLarge) Error() string {
	return fmt.Sprintf("it is larger than the %d bytes that are taken", e.most)
}

// create puts an item where nothing is. The name is the engine's, so that an unanswered
// create is found by it; if it has none, it is made of the UID.
func (r *Replica) create(ctx context.Context, j *job) error {
	if j.name != "" {
		return r.createAs(ctx, j, j.name)
	}
	first := r.nameFor(j.Item.Key, false)
	err := r.createAs(ctx, j, first)
	if refusal, is := wire.Refused(err); !is || refusal.Status != http.StatusPreconditionFailed || refusal.Has("no-uid-conflict") {
		return err
	}
	o, unread := r.client.Get(ctx, r.config.Flavour, j.book.URL, first, "")
	if unread != nil {
		return err
	}
	if uid, _, bad := r.config.Describe(o.Data); bad != nil || core.Key(uid) == j.Item.Key {
		return err // it is there already
	}
	return r.createAs(ctx, j, r.nameFor(j.Item.Key, true)) // another item has the name
}

func (r *Replica) createAs(ctx context.Context, j *job, name string) error {
	j.book.owns(name)
	stored, err := r.put(ctx, j, name, wire.Guard{New: true})
	if err != nil {
		return err
	}
	j.book.owns(stored.Name)
	r.stored(j, j.book, stored)
	return nil
}

// update replaces the body that the condition speaks of.
func (r *Replica) update(ctx context.Context, j *job) error {
	guard, err := r.guard(ctx, j)
	if err != nil {
		return err
	}
	j.book.owns(j.name)
	return r.guarded(ctx, j, guard, func(guard wire.Guard) error {
		stored, err := r.put(ctx, j, j.name, guard)
		if err == nil {
			r.stored(j, j.book, stored)
		}
		return err
	})
}

// stored describes what a server says that it has stored. What it has made of the body
// it does not say, so there is no Sum, and nothing is as it was sent.
func (r *Replica) stored(j *job, b *book, stored wire.Stored) {
	ref := core.Ref{Collection: b.id, ID: r.idOf(stored.Name)}
	r.kept.forget(ref)
	j.result.Stub = core.Stub{Ref: ref, Key: j.Item.Key, Rev: revOf(stored.ETag, stored.ScheduleTag), Size: -1, Label: j.Item.Label}
}

// remove deletes the item that the condition speaks of.
func (r *Replica) remove(ctx context.Context, j *job) error {
	guard, err := r.guard(ctx, j)
	if err != nil {
		return err
	}
	return r.guarded(ctx, j, guard, func(guard wire.Guard) error { return r.client.Delete(ctx, j.book.URL, j.name, guard) })
}

// move puts an item into another collection under its own name.
func (r *Replica) move(ctx context.Context, j *job) error {
	to, err := r.book(ctx, "dav.Apply", j.To)
	if err != nil {
		return err
	}
	guard, err := r.guard(ctx, j)
	if err != nil {
		return err
	}
	if r.carries(j.If.Rev) {
		return r.carry(ctx, j, to, guard)
	}
	to.owns(j.name)
	stored, err := r.client.Move(ctx, j.book.URL, j.name, to.URL, j.name, guard.ETag)
	if err != nil {
		return r.orGone(ctx, j, err)
	}
	r.stored(j, to, stored)
	j.result.Stub.Key = ""
	return nil
}

// guard is what must hold for a write: the Rev, or where that is not known the body,
// which is read and compared, and then held by the ETag that came with it.
func (r *Replica) guard(ctx context.Context, j *job) (wire.Guard, error) {
	const op = "dav.Apply"
	if etag, _ := tagsOf(j.If.Rev); etag != "" {
		return wire.Guard{ETag: etag}, nil
	}
	o, err := r.client.Get(ctx, r.config.Flavour, j.book.URL, j.name, r.version(j.book))
	if err != nil {
		return wire.Guard{}, err
	}
	if j.If.Sum != "" {
		if r.config.Digest == nil {
			return wire.Guard{}, core.Errorf(op, core.Permanent, "bodies cannot be compared")
		}
		if sum, _, err := r.config.Digest(bytes.NewReader(o.Data)); err != nil || sum != j.If.Sum {
			return wire.Guard{}, core.Errorf(op, core.Conflict, "%s was changed by somebody else", j.Ref.ID)
		}
	}
	if o.ETag == "" {
		return wire.Guard{}, &core.Error{Op: op, Class: core.Permanent, Thing: string(j.Ref.ID), Err: fmt.Errorf("the server tells no ETag, so an edit of somebody else could be lost")}
	}
	return wire.Guard{ETag: o.ETag}, nil
}

// guarded makes a write, and finds out what it is if the guard does not hold.
func (r *Replica) guarded(ctx context.Context, j *job, guard wire.Guard, write func(wire.Guard) error) error {
	return r.despiteAnswers(ctx, j, r.orGone(ctx, j, write(guard)), write)
}

// orGone finds out whether a guard did not hold because nothing is there: servers
// answer 412 for both.
func (r *Replica) orGone(ctx context.Context, j *job, err error) error {
	if core.ClassOf(err) != core.Conflict || err == nil {
		return err
	}
	if refusal, is := wire.Refused(err); is && refusal.Status != http.StatusPreconditionFailed {
		return err
	}
	if _, gone := r.client.Get(ctx, r.config.Flavour, j.book.URL, j.name, ""); gone != nil && core.ClassOf(gone) == core.Missing {
		return gone
	}
	return err
}

// owns remembers a name that this pass has written.
func (b *book) owns(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.own == nil {
		b.own = map[string]bool{}
	}
	b.own[name] = true
}

func (b *book) owned(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.own[name]
}
