package dav

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// CreateCollection implements core.Tree: in the first home, under an address that the
// name suggests.
func (r *Replica) CreateCollection(ctx context.Context, path string, _ core.Role) (core.Collection, error) {
	const op = "dav.CreateCollection"
	name, err := nameOfPath(op, path)
	if err != nil {
		return core.Collection{}, err
	}
	if c, there, err := r.lookup(ctx, path); err != nil || there {
		return c, err
	}
	home, err := r.home(ctx, op)
	if err != nil {
		return core.Collection{}, err
	}
	under := slugs(name)
	if r.config.ByAddress {
		under = []string{wire.EscapeSegment(name)}
	}
	err = core.Errorf(op, core.Conflict, "the addresses that %s could have are taken", path)
	for _, slug := range under {
		at := wire.Directory(wire.Member(home, slug))
		if r.books[core.CollectionID(at.EscapedPath())] != nil {
			continue // it has another name
		}
		err = r.client.MakeCollection(ctx, r.config.Flavour, at, name)
		if err == nil || core.ClassOf(err) == core.Unknown {
			return r.named(ctx, op, at, path, name, err)
		}
		if core.ClassOf(err) != core.Conflict {
			break
		}
	}
	return core.Collection{}, err
}

// named makes sure that a new collection has its name. One that does not get it goes
// again: the next pass would make another one beside it.
func (r *Replica) named(ctx context.Context, op string, at *url.URL, path, name string, failed error) (core.Collection, error) {
	found, err := r.client.Look(ctx, r.config.Flavour, at)
	switch {
	case err != nil && failed != nil: // it was not made, or cannot be seen
		return core.Collection{}, failed
	case err != nil:
		return core.Collection{}, err
	}
	if displayed(found.Name) != name && !r.config.ByAddress {
		if refused := r.client.SetName(ctx, r.config.Flavour, at, name); failed == nil {
			failed = refused
		}
	}
	if c, there, err := r.lookup(ctx, path); err != nil || there {
		return c, err
	}
	if failed == nil {
		failed = &core.Error{Op: op, Class: core.Permanent, Thing: path, Err: errors.New("the server does not keep this name"), Remedy: "choose another one"}
	}
	if n, err := r.count(ctx, at); err != nil || n > 0 || !found.Is {
		return core.Collection{}, failed // it is not known to be ours alone
	}
	return core.Collection{}, errors.Join(failed, r.client.DeleteCollection(ctx, at))
}

// count lists a collection for the number of its items.
func (r *Replica) count(ctx context.Context, at *url.URL) (int, error) {
	var all []wire.Entry
	err := r.client.List(ctx, r.config.Flavour, at, func(e wire.Entry) error {
		all = append(all, e)
		return nil
	})
	return len(once(all)), err
}

// home is where new collections go.
func (r *Replica) home(ctx context.Context, op string) (*url.URL, error) {
	place, _, err := r.account.where(ctx)
	if err != nil {
		return nil, err
	}
	if place.Collection != nil {
		return nil, &core.Error{Op: op, Class: core.Permanent, Thing: place.Collection.URL.EscapedPath(), Err: fmt.Errorf("the URL of the account is that of one %s", r.config.Flavour.Collection), Remedy: "make it that of the home to have others"}
	}
	return place.Homes[0], nil
}

// lookup surveys, and finds a collection by its path.
func (r *Replica) lookup(ctx context.Context, path string) (core.Collection, bool, error) {
	survey, err := r.Collections(ctx)
	for _, c := range survey.Collections {
		if c.Path == path {
			return c, true, err
		}
	}
	return core.Collection{}, false, err
}

// RenameCollection implements core.Tree: it gets another display name, and keeps its
// address.
func (r *Replica) RenameCollection(ctx context.Context, id core.CollectionID, path string) (core.Collection, error) {
	const op = "dav.RenameCollection"
	name, err := nameOfPath(op, path)
	if err != nil {
		return core.Collection{}, err
	}
	if r.config.ByAddress {
		return core.Collection{}, &core.Error{Op: op, Class: core.Permanent, Thing: string(id), Err: fmt.Errorf("it is called by its address, which does not change"), Remedy: "give the other side its old name, or map the two"}
	}
	c, taken, err := r.lookup(ctx, path)
	switch {
	case err != nil:
		return core.Collection{}, err
	case taken && c.ID == id:
		return c, nil
	case taken:
		return core.Collection{}, core.Errorf(op, core.Conflict, "%s is there already", path)
	}
	b, err := r.book(ctx, op, id)
	if err != nil {
		return core.Collection{}, err
	}
	if err := r.client.SetName(ctx, r.config.Flavour, b.URL, name); err != nil {
		return core.Collection{}, err
	}
	c, there, err := r.lookup(ctx, path)
	if err == nil && !there {
		err = core.Errorf(op, core.Unknown, "%s was renamed, but is not listed under its new name", id)
	}
	return c, err
}

// DeleteCollection implements core.Tree. Its items are counted just before.
func (r *Replica) DeleteCollection(ctx context.Context, id core.CollectionID, count int) error {
	const op = "dav.DeleteCollection"
	b, err := r.book(ctx, op, id)
	if err != nil {
		return err
	}
	n, err := r.count(ctx, b.URL)
	switch {
	case err != nil:
		return err
	case n != max(count, 0):
		return core.Errorf(op, core.Conflict, "%s holds %d items, not %d", b.path, n, max(count, 0))
	}
	return r.client.DeleteCollection(ctx, b.URL)
}
