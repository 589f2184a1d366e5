package maildir

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path"
	"slices"

	"lockstep/core"
	"lockstep/internal/nofollow"
	"lockstep/internal/rename"
)

// Apply implements core.Replica. Nothing is durable before Flush, and a new
// message is seen by nobody else until then.
func (r *Replica) Apply(ctx context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		for w := range writes {
			if ctx.Err() != nil {
				return
			}
			res, err := r.write(ctx, w)
			res.Seq = w.Seq
			if !yield(res, err) {
				return
			}
		}
	}
}

func (r *Replica) write(ctx context.Context, w core.Write) (core.Result, error) {
	const op = "maildir.Apply"
	if w.Incarnation != "" {
		return core.Result{}, core.Errorf(op, core.Resync, "the folders of a Maildir have no incarnation %q", w.Incarnation)
	}
	if w.Op != core.OpCreate {
		if err := r.seen(ctx, w.Ref); err != nil {
			return core.Result{}, err
		}
	}
	f, err := r.folder(ctx, op, w.Ref.Collection)
	if err != nil {
		return core.Result{}, err
	}
	switch w.Op {
	case core.OpCreate:
		return r.deliver(f, w)
	case core.OpMark:
		return r.again(ctx, f, w, r.mark)
	case core.OpDelete:
		return r.again(ctx, f, w, r.remove)
	case core.OpMove:
		to, err := r.folder(ctx, op, w.To)
		if err != nil {
			return core.Result{}, err
		}
		return r.again(ctx, f, w, func(f *folder, x file, w core.Write) (core.Result, error) { return r.move(f, to, x, w) })
	}
	return core.Result{}, refused(op, w.Op.String(), "", "a Maildir cannot do it")
}

// again makes a change to the file that an ID names. If another program renames
// the file at this moment, the change is made to its new name: a write says
// what it adds and removes, so nothing of the other's is lost.
func (r *Replica) again(ctx context.Context, f *folder, w core.Write, change func(*folder, file, core.Write) (core.Result, error)) (core.Result, error) {
	const op = "maildir.Apply"
	for range mostReads {
		x, err := r.find(ctx, op, f, w.Ref.ID)
		if err != nil {
			return core.Result{}, err
		}
		if !x.seen.Mode().IsRegular() {
			return core.Result{}, refused(op, x.name, "remove it by hand", "it is not a message")
		}
		if err := r.holds(f, &x, w.If); err != nil {
			return core.Result{}, err
		}
		res, err := change(f, x, w)
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, nofollow.Moved{}) {
			return res, failure(op, string(w.Ref.ID), err)
		}
		if _, there := f.parts[x.in].root.Lstat(x.name); there == nil {
			r.forget() // not the file is gone, but where it was to go
			return core.Result{}, failure(op, string(w.Ref.ID), err)
		}
		f.loaded = false
	}
	return core.Result{}, unsettled(op, string(w.Ref.ID))
}

// holds checks what a write asks of the body.
func (r *Replica) holds(f *folder, x *file, c core.Condition) error {
	changed := core.Errorf("maildir.Apply", core.Conflict, "%s was changed by another program", x.id)
	switch {
	case c.Rev != "":
		if c.Rev != x.rev {
			return changed
		}
	case c.Sum != "" && !(x.unchanged() && x.known.Sum == c.Sum):
		summary, err := r.read(f, x)
		if err != nil {
			return failure("maildir.Apply", string(x.id), err)
		}
		if summary.Sum != c.Sum {
			return changed
		}
	}
	return nil
}

// mark changes the flags in a file's name. A file in new moves to cur: flags
// mean that somebody has seen that it is there.
func (r *Replica) mark(f *folder, x file, w core.Write) (core.Result, error) {
	add, err := r.lettersFor(f, w.Add)
	if err != nil {
		return core.Result{}, err
	}
	remove, err := r.lettersOf(f, w.Remove)
	if err != nil {
		return core.Result{}, err
	}
	name := parseName(x.name).with(add, remove)
	if now := name.String(); now != x.name {
		if err := r.rename(f, x, f, entry{name: now, unique: x.unique, in: inCur}); err != nil {
			return core.Result{}, err
		}
		x.entry = entry{name: now, unique: x.unique, in: inCur}
	}
	return r.result(f, x)
}

// move renames a file into another folder, with the letters that its keywords
// have there.
func (r *Replica) move(f, to *folder, x file, _ core.Write) (core.Result, error) {
	if f == to {
		return r.result(f, x)
	}
	name := parseName(x.name)
	k, err := r.meaning(f, name.flags)
	if err != nil {
		return core.Result{}, err
	}
	const alphabet = "abcdefghijklmnopqrstuvwxyz"
	marks := k.marks(name.flags).Minus(systemMarks())
	if k.marks(name.flags).Has(core.Forwarded) {
		marks = marks.Union(core.NewMarks(core.Forwarded))
	}
	letters, err := r.lettersFor(to, marks)
	if err != nil {
		return core.Result{}, err
	}
	name = name.with("", alphabet).with(letters, "") // a letter without a name would mean something else there
	name.unique = withoutUID(name.unique)
	for range mostReads {
		if err := to.load(r.config.Now()); err != nil {
			return core.Result{}, err
		}
		if len(to.group(name.unique)) > 0 {
			name.unique = r.uniqueName()
		}
		target := entry{name: name.String(), unique: name.unique, in: x.in}
		err := r.rename(f, x, to, target)
		if errors.Is(err, fs.ErrExist) { // delivered there since its names were read
			to.loaded = false
			continue
		}
		if err != nil {
			return core.Result{}, err
		}
		x.entry, x.id = target, idOf(target.unique)
		return r.result(to, x)
	}
	return core.Result{}, unsettled("maildir.Apply", to.place.dir)
}

// remove deletes a file, with all its names.
func (r *Replica) remove(f *folder, x file, _ core.Write) (core.Result, error) {
	if err := r.unlink(f, x.entry); err != nil {
		return core.Result{}, err
	}
	return core.Result{}, r.unlinkOthers(f, x)
}

// rename renames a file and overwrites nothing.
func (r *Replica) rename(f *folder, x file, to *folder, target entry) error {
	if i := slices.Index(x.others, target); i >= 0 && f == to { // it has that name already
		x.others[i] = x.entry
		return r.unlinkOthers(f, x)
	}
	err := rename.File(f.parts[x.in].file, x.name, to.parts[target.in].file, target.name)
	if errors.Is(err, fs.ErrExist) && f == to {
		return refused("maildir.Apply", target.name, "rename one of the two", "there are two files with this name but for their flags")
	}
	if err != nil {
		return err
	}
	f.renamed(x.entry, entry{})
	to.renamed(entry{}, target)
	r.pending.directory(path.Join(f.place.dir, x.in.String()))
	r.pending.directory(path.Join(to.place.dir, target.in.String()))
	return r.unlinkOthers(f, x)
}

// unlinkOthers ends a rename that another process began: the names are of the
// very file that was just renamed or deleted.
func (r *Replica) unlinkOthers(f *folder, x file) error {
	for _, other := range x.others {
		if err := r.unlink(f, other); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return core.Errorf("maildir.Apply", core.Unknown, "it has another name, which stays: %w", err)
		}
	}
	return nil
}

func (r *Replica) unlink(f *folder, e entry) error {
	if err := f.parts[e.in].root.Remove(e.name); err != nil {
		return err
	}
	f.renamed(e, entry{})
	r.pending.directory(path.Join(f.place.dir, e.in.String()))
	return nil
}

// result describes a file after a write.
func (r *Replica) result(f *folder, x file) (core.Result, error) {
	k, err := r.meaning(f, parseName(x.name).flags)
	if err != nil {
		return core.Result{}, core.Errorf("maildir.Apply", core.Unknown, "it is written, but cannot be described: %w", err)
	}
	return core.Result{Stub: x.stub(f, k), AsSent: true}, nil
}
