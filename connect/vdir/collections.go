package vdir

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"lockstep/core"
	"lockstep/internal/nofollow"
	"lockstep/internal/rename"
)

// CreateCollection implements core.Tree. The name that people are shown
// ("displayname") is not written: the directory's own name is all there is.
func (r *Replica) CreateCollection(ctx context.Context, text string, _ core.Role) (core.Collection, error) {
	const op = "vdir.CreateCollection"
	t, err := r.scan(ctx)
	if err != nil {
		return core.Collection{}, err
	}
	if p := t.byID[core.CollectionID(text)]; p != nil {
		return p.collection(), p.obstacle
	}
	if r.config.Name != "" {
		return core.Collection{}, r.onlyOne(op, text)
	}
	base, err := r.chooseDir(op, text, "")
	if err != nil {
		return core.Collection{}, err
	}
	if err := r.root.Mkdir(base, 0o700); err != nil {
		return core.Collection{}, failure(op, base, err)
	}
	if err := r.root.Chmod(base, 0o700); err != nil { // whatever the umask
		return core.Collection{}, failure(op, base, err)
	}
	r.pending["."] = true
	return r.described(ctx, op, text)
}

// onlyOne: the items lie directly in the path.
func (r *Replica) onlyOne(op, text string) error {
	return refused(op, text, "link the directory above it instead", "%s is one collection, and there are no others", r.config.Path)
}

// described is a collection after a change of the tree.
func (r *Replica) described(ctx context.Context, op, text string) (core.Collection, error) {
	t, err := r.scan(ctx)
	if err != nil {
		return core.Collection{}, err
	}
	r.tree = t
	if p := t.byID[core.CollectionID(text)]; p != nil {
		return p.collection(), nil
	}
	return core.Collection{}, missing(op, text)
}

// find looks for a collection that is to be changed.
func (r *Replica) find(ctx context.Context, op string, id core.CollectionID) (*place, *tree, error) {
	t, err := r.scan(ctx)
	if err != nil {
		return nil, nil, err
	}
	p := t.byID[id]
	switch {
	case p == nil:
		return nil, nil, missing(op, string(id))
	case p.obstacle != nil:
		return nil, nil, p.obstacle
	}
	return p, t, nil
}

// RenameCollection implements core.Tree.
func (r *Replica) RenameCollection(ctx context.Context, id core.CollectionID, text string) (core.Collection, error) {
	const op = "vdir.RenameCollection"
	p, t, err := r.find(ctx, op, id)
	switch {
	case err != nil:
		return core.Collection{}, err
	case string(id) == text:
		return p.collection(), nil
	case r.config.Name != "":
		return core.Collection{}, r.onlyOne(op, text)
	case t.byID[core.CollectionID(text)] != nil:
		return core.Collection{}, core.Errorf(op, core.Conflict, "%s is there already", text)
	}
	r.forget()
	root, err := r.root.Open(".")
	if err != nil {
		return core.Collection{}, failure(op, r.config.Path, err)
	}
	defer root.Close()
	for _, own := range []string{p.dir, ""} { // where case does not count, its own name is taken, too
		base, err := r.chooseDir(op, text, own)
		if err != nil {
			return core.Collection{}, err
		}
		if err = rename.Dir(root, p.dir, root, base); err == nil {
			break
		}
		if own == "" || !errors.Is(err, fs.ErrExist) {
			return core.Collection{}, failure(op, p.dir, err)
		}
	}
	r.pending["."] = true
	return r.described(ctx, op, text)
}

// DeleteCollection implements core.Tree. It deletes the items that were counted, what
// vdir programs keep beside them, and nothing else: with a file in it that nobody
// here knows, the collection stays as it is.
func (r *Replica) DeleteCollection(ctx context.Context, id core.CollectionID, count int) error {
	const op = "vdir.DeleteCollection"
	p, _, err := r.find(ctx, op, id)
	if err != nil {
		return err
	}
	if r.config.Name != "" {
		return r.onlyOne(op, string(id))
	}
	r.forget()
	dir, err := enter(r.root, p.dir)
	if err != nil {
		return failure(op, p.dir, err)
	}
	defer dir.Close()
	entries, err := nofollow.List(dir)
	if err != nil {
		return failure(op, p.dir, err)
	}
	var items, beside []string
	for _, e := range entries {
		switch name := e.Name(); {
		case !e.Type().IsRegular():
			return foreign(p, name)
		case r.isItem(name):
			items = append(items, name)
		case metadata(name):
			beside = append(beside, name)
		default:
			return foreign(p, name)
		}
	}
	if len(items) != count {
		return core.Errorf(op, core.Conflict, "%s holds %d items, not %d", id, len(items), count)
	}
	slices.Sort(items)
	for _, name := range append(items, beside...) {
		if err := dir.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return failure(op, p.at(name), err)
		}
	}
	if err := r.root.Remove(p.dir); err != nil { // Conflict, if something came in meanwhile
		return failure(op, p.dir, err)
	}
	r.pending["."] = true
	delete(r.pending, p.dir)
	return nil
}

// metadata tells whether a file beside the items says nothing without them.
func metadata(name string) bool {
	return slices.Contains([]string{"displayname", "color", "description", "order"}, name)
}

func foreign(p *place, name string) error {
	return refused("vdir.DeleteCollection", p.dir, "move it away or delete it by hand", "it holds %q, which is no item", name)
}
