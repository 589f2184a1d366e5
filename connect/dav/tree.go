package dav

import (
	"context"
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
	for _, slug := range under {
		err = r.client.MakeCollection(ctx, r.config.Flavour, wire.Member(home, slug), name)
		if err == nil || core.ClassOf(err) != core.Conflict {
			break
		}
	}
	if err != nil {
		return core.Collection{}, err
	}
	c, there, err := r.lookup(ctx, path)
	if err == nil && !there {
		err = core.Errorf(op, core.Unknown, "%s was made, but is not listed under this name", path)
	}
	return c, err
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
	var all []wire.Entry
	if err := r.client.List(ctx, r.config.Flavour, b.URL, func(e wire.Entry) error {
		all = append(all, e)
		return nil
	}); err != nil {
		return err
	}
	if n := len(once(all)); n != max(count, 0) {
		return core.Errorf(op, core.Conflict, "%s holds %d items, not %d", b.path, n, max(count, 0))
	}
	return r.client.DeleteCollection(ctx, b.URL)
}
