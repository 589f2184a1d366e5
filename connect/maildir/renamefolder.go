package maildir

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/internal/rename"
)

// described is a collection after a change of the tree.
func (r *Replica) described(ctx context.Context, op, name string) (core.Collection, error) {
	s, err := r.Collections(ctx)
	if err != nil {
		return core.Collection{}, err
	}
	for _, c := range s.Collections {
		if c.Path == name {
			return c, nil
		}
	}
	return core.Collection{}, missing(op, name)
}

// RenameCollection implements core.Tree. What lies below the folder moves with
// it, as it does in IMAP.
func (r *Replica) RenameCollection(ctx context.Context, id core.CollectionID, name string) (core.Collection, error) {
	const op = "maildir.RenameCollection"
	t, err := r.scan(ctx)
	if err != nil {
		return core.Collection{}, err
	}
	p := t.byID[id]
	switch {
	case p == nil:
		return core.Collection{}, missing(op, string(id))
	case p.obstacle != nil:
		return core.Collection{}, p.obstacle
	case string(id) == name:
		return r.described(ctx, op, name)
	case p.dir == "." || r.layout == Single:
		return core.Collection{}, refused(op, string(id), "", "the root of a Maildir cannot be renamed")
	case strings.HasPrefix(name, string(id)+"/"):
		return core.Collection{}, refused(op, string(id), "", "a folder cannot be moved into itself")
	}
	steps := r.renames(t, p, name)
	for _, step := range steps {
		if t.byID[core.CollectionID(step.to)] != nil {
			return core.Collection{}, core.Errorf(op, core.Conflict, "%s is there already", step.to)
		}
	}
	if err := r.Flush(ctx); err != nil {
		return core.Collection{}, err
	}
	r.forget()
	for _, step := range steps {
		if err := r.renameFolder(t, step.from, step.to); err != nil {
			return core.Collection{}, failure(op, string(id), err)
		}
	}
	return r.described(ctx, op, name)
}

type renaming struct {
	from *place
	to   string
}

// renames lists the directories to rename: of layout Maildir++ each folder
// below is one.
func (r *Replica) renames(t *tree, p *place, name string) []renaming {
	all := []renaming{{p, name}}
	if r.layout == MaildirPP {
		for _, below := range t.places {
			if rest, is := strings.CutPrefix(string(below.id), string(p.id)+"/"); is && below.dir != "." {
				all = append(all, renaming{below, name + "/" + rest})
			}
		}
	}
	return all
}

func (r *Replica) renameFolder(t *tree, p *place, name string) error {
	target, long, err := r.directoryFor(t, name)
	if err != nil {
		return err
	}
	parent := path.Dir(target)
	if parent != "." {
		if err := r.makeParents(parent); err != nil {
			return err
		}
	}
	from, err := r.openDir(path.Dir(p.dir))
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := r.openDir(parent)
	if err != nil {
		return err
	}
	defer to.Close()
	err = rename.Dir(from, path.Base(p.dir), to, path.Base(target))
	if errors.Is(err, fs.ErrExist) && r.layout == Nested {
		err = r.mergeFolder(p.dir, target) // it stands there already, for the folders below it
	}
	if err != nil {
		return err
	}
	r.pending.directory(path.Dir(p.dir))
	r.pending.directory(parent)
	return r.keepLongNames(long)
}

// mergeFolder moves what a folder holds into a directory that is no folder.
func (r *Replica) mergeFolder(source, target string) error {
	from, err := r.openDir(source)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := r.openDir(target)
	if err != nil {
		return err
	}
	defer to.Close()
	entries, err := from.ReadDir(-1)
	if err != nil {
		return err
	}
	taken, err := to.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if slices.Contains(taken, e.Name()) {
			return core.Errorf("maildir.RenameCollection", core.Conflict, "%s holds a %s already", target, e.Name())
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		move := rename.File
		if e.IsDir() {
			move = rename.Dir
		}
		if err := move(from, e.Name(), to, e.Name()); err != nil {
			return err
		}
	}
	r.pending.directory(target)
	parent, err := enterAll(r.root, path.Dir(source))
	if err != nil {
		return err
	}
	defer parent.Close()
	return parent.Remove(path.Base(source))
}
