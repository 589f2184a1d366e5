package vdir

import (
	"errors"
	"io/fs"
	"os"

	"lockstep/core"
	"lockstep/internal/nofollow"
	"lockstep/internal/rename"
)

// What is about to be lost is looked at twice: before, and once nobody can find it
// any more under its name, for another program may have saved the file in between.
// If it did, everything is put back as it was.

// holds checks what a write asks of an item, and returns the item.
func (r *Replica) holds(f *folder, name string, c core.Condition) (file, error) {
	const op = "vdir.Apply"
	seen, err := f.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return file{}, missing(op, f.place.at(name))
	}
	if err == nil && !seen.Mode().IsRegular() {
		return file{}, refused(op, f.place.at(name), "remove it by hand", "it is not an item")
	}
	if err != nil {
		return file{}, failure(op, f.place.at(name), err)
	}
	x, err := r.read(f, name)
	switch {
	case errors.Is(err, nofollow.Moved{}):
		return file{}, changedBy(f, name)
	case err != nil:
		return file{}, failure(op, f.place.at(name), err)
	}
	_, _, want := splitRev(c.Rev)
	_, _, digest := splitRev(x.rev)
	switch {
	case c.Rev != "" && want != "":
		if want != digest {
			return file{}, changedBy(f, name)
		}
	case c.Rev != "": // it could not be read then
		if c.Rev != x.rev {
			return file{}, changedBy(f, name)
		}
	case c.Sum != "":
		if x.sum != c.Sum {
			return file{}, changedBy(f, name)
		}
	}
	return x, nil
}

func changedBy(f *folder, name string) error {
	return core.Errorf("vdir.Apply", core.Conflict, "%s was changed by another program", f.place.at(name))
}

// update replaces an item by a draft.
func (r *Replica) update(f *folder, name string, j *job) (core.Result, error) {
	const op = "vdir.Apply"
	was, err := r.holds(f, name, j.If)
	if err != nil {
		return core.Result{}, err
	}
	d := j.draft
	if j.Item.Key != "" && d.key != j.Item.Key && d.key != was.key { // a UID that was given to the item since is its own
		return core.Result{}, refused(op, f.place.at(name), "", "its new body has another UID, %q", d.key)
	}
	if err := r.swap(f, name, d, was); err != nil {
		return core.Result{}, err
	}
	return r.written(f, name, j)
}

// swap lets a draft and the file that was looked at change places, and removes what was
// there.
func (r *Replica) swap(f *folder, name string, d *draft, was file) error {
	const op = "vdir.Apply"
	if err := d.out.Chmod(was.seen.Mode().Perm()); err != nil {
		return failure(op, f.place.at(name), err)
	}
	r.pending[f.place.dir] = true
	err := rename.Exchange(f.file, d.name, name)
	switch {
	case rename.Unsupported(err): // between the look and this, a save of another program is not noticed
		err = rename.Over(f.file, d.name, name)
		if err == nil {
			d.name = ""
		}
	case err == nil && !r.same(f, d.name, was):
		return r.giveBack(f, name, d)
	case errors.Is(err, fs.ErrNotExist):
		return missing(op, f.place.at(name))
	}
	if err != nil {
		return failure(op, f.place.at(name), err)
	}
	if d.name != "" {
		if err := f.root.Remove(d.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return core.Errorf(op, core.Unknown, "it is written, but what it was stays as %s: %w", f.place.at(d.name), err)
		}
		d.name = ""
	}
	return nil
}

// same tells whether a file is the one that was looked at, with the bytes of then.
func (r *Replica) same(f *folder, name string, was file) bool {
	seen, err := f.root.Lstat(name)
	if err != nil || !os.SameFile(seen, was.seen) {
		return false
	}
	_, _, before := splitRev(was.rev)
	if before == "" {
		return seen.Size() == was.seen.Size() && seen.ModTime().Equal(was.seen.ModTime())
	}
	now, err := r.read(f, name)
	_, _, digest := splitRev(now.rev)
	return err == nil && digest == before
}

// giveBack undoes an exchange: what another program saved gets its name back. Should
// that have been saved once more meanwhile, the older save stays beside, for a person.
func (r *Replica) giveBack(f *folder, name string, d *draft) error {
	written, err := d.out.Stat()
	if err != nil {
		return core.Errorf("vdir.Apply", core.Unknown, "what another program saved is %s: %w", f.place.at(d.name), err)
	}
	err = rename.Exchange(f.file, d.name, name)
	if err == nil {
		if now, gone := f.root.Lstat(d.name); gone == nil && os.SameFile(now, written) {
			return changedBy(f, name) // the draft is dropped
		}
		err = errors.New("it was saved more than once meanwhile")
	}
	left := d.name
	d.name = ""
	return core.Errorf("vdir.Apply", core.Unknown, "another program saved %s at this moment, and its file is %s: %w", f.place.at(name), f.place.at(left), err)
}

// remove takes an item away from its name, and then for good.
func (r *Replica) remove(f *folder, name string, j *job) (core.Result, error) {
	const op = "vdir.Apply"
	was, err := r.holds(f, name, j.If)
	if err != nil {
		return core.Result{}, err
	}
	aside := r.draftName(swapDraft)
	if err := rename.File(f.file, name, f.file, aside); err != nil {
		return core.Result{}, failure(op, f.place.at(name), err)
	}
	r.pending[f.place.dir] = true
	if !r.same(f, aside, was) {
		if err := rename.File(f.file, aside, f.file, name); err != nil {
			return core.Result{}, core.Errorf(op, core.Unknown, "another program saved %s at this moment, and its file is %s: %w", f.place.at(name), f.place.at(aside), err)
		}
		return core.Result{}, changedBy(f, name)
	}
	if err := f.root.Remove(aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return core.Result{}, core.Errorf(op, core.Unknown, "the item is gone, but its file stays as %s: %w", f.place.at(aside), err)
	}
	f.unlearn(name)
	f.names = nil
	return core.Result{}, nil
}
