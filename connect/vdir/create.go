package vdir

import (
	"errors"
	"io/fs"

	"lockstep/core"
	"lockstep/internal/rename"
)

// create gives a draft its name, which nobody has: the one that was asked for, or one
// that its UID tells.
func (r *Replica) create(f *folder, j *job) (core.Result, error) {
	const op = "vdir.Apply"
	d := j.draft
	if holder := f.holder(d.key); holder != "" {
		return core.Result{}, core.Errorf(op, core.Conflict, "%s has this UID already", f.place.at(holder))
	}
	name, err := r.nameFor(f, j.Ref.ID, d.key)
	if err != nil {
		return core.Result{}, err
	}
	if err := rename.File(f.file, d.name, f.file, name); err != nil {
		return core.Result{}, failure(op, f.place.at(name), err)
	}
	d.name = "" // it is an item
	r.pending[f.place.dir] = true
	return r.written(f, name, j)
}

// nameFor is the file of a new item: that of the ID, or one that nobody has, not
// even by another case.
func (r *Replica) nameFor(f *folder, id core.ID, uid core.Key) (string, error) {
	const op = "vdir.Apply"
	if id != "" {
		return r.fileOf(op, id)
	}
	taken := func(name string) bool {
		if f.has(name) {
			return true
		}
		folded := foldName(name)
		for other := range f.known {
			if foldName(other) == folded {
				return true
			}
		}
		return false
	}
	for _, second := range []bool{false, true} {
		if name := baseFor(uid, second) + r.config.Extension; !taken(name) {
			return name, nil
		}
	}
	return "", core.Errorf(op, core.Conflict, "the names for the UID %q are taken in %s", uid, f.place.dir)
}

// written describes an item that is what was sent, or has a UID more, or other folds.
func (r *Replica) written(f *folder, name string, j *job) (core.Result, error) {
	d := j.draft
	seen, err := d.out.Stat() // of this very file, whatever has the name by now
	if err != nil {
		return core.Result{}, core.Errorf("vdir.Apply", core.Unknown, "it is written, but cannot be described: %w", err)
	}
	rev := revOf(seen, d.digest, r.config.Now())
	stat, _, _ := splitRev(rev)
	f.learn(name, stat, d.key)
	f.names = nil
	s := core.Stub{Ref: f.ref(r.idOf(name)), Key: d.key, Rev: rev, Sum: j.Item.Sum, Size: j.Item.Size, Label: d.label}
	if d.changed {
		s.Sum, s.Size = "", -1
	}
	return core.Result{AsSent: !d.changed, Stub: s}, nil
}

// move renames a file into another collection, under its own name or, where that is
// taken, one that its UID tells.
func (r *Replica) move(f *folder, name string, to *folder, j *job) (core.Result, error) {
	const op = "vdir.Apply"
	x, err := r.holds(f, name, j.If)
	if err != nil {
		return core.Result{}, err
	}
	target := name
	if f != to {
		err = rename.File(f.file, name, to.file, target)
		if errors.Is(err, fs.ErrExist) && x.key != "" {
			if target, err = r.nameFor(to, "", x.key); err != nil {
				return core.Result{}, err
			}
			err = rename.File(f.file, name, to.file, target)
		}
	}
	if err != nil {
		return core.Result{}, failure(op, f.place.at(name), err)
	}
	r.pending[f.place.dir], r.pending[to.place.dir] = true, true
	f.unlearn(name)
	f.names, to.names = nil, nil
	x, err = r.read(to, target)
	if err != nil {
		return core.Result{}, core.Errorf(op, core.Unknown, "it is moved, but cannot be described: %w", err)
	}
	stat, _, _ := splitRev(x.rev)
	to.learn(target, stat, x.key)
	return core.Result{Stub: r.stub(to, &x)}, nil
}
