package vdir

import (
	"context"
	"errors"
	"iter"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// mostAtOnce writes are made durable together: one wait for the disk for many costs a
// small part of one for each. Each holds an open file until then.
const mostAtOnce = 64

// job is one write on its way.
type job struct {
	core.Write
	folder *folder
	// draft is the new body of a create or an update, in a file beside; nil = none.
	draft *draft
	err   error
}

// Apply implements core.Replica. Bodies are written beside and made durable, a few
// together, before anything gets its name; the names are durable after Flush.
func (r *Replica) Apply(ctx context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		var jobs []*job
		defer func() { dropDrafts(jobs) }()
		checked := map[core.CollectionID]bool{} // for UIDs that are there
		carryOut := func() bool {
			syncDrafts(jobs)
			for _, j := range jobs {
				res, err := r.carryOut(ctx, j, checked)
				res.Seq = j.Seq
				if !yield(res, err) {
					return false
				}
			}
			dropDrafts(jobs)
			jobs = jobs[:0]
			return true
		}
		for w := range writes {
			if ctx.Err() != nil {
				return
			}
			jobs = append(jobs, r.prepare(ctx, w))
			if len(jobs) == mostAtOnce && !carryOut() {
				return
			}
		}
		if ctx.Err() == nil {
			carryOut()
		}
	}
}

// prepare opens the collection of a write, and writes its body to a draft.
func (r *Replica) prepare(ctx context.Context, w core.Write) *job {
	const op = "vdir.Apply"
	j := &job{Write: w}
	if r.Operations().Of(w.Op) == core.Unsupported {
		j.err = refused(op, w.Op.String(), "", "a vdir cannot do it")
		return j
	}
	if j.folder, j.err = r.folder(ctx, op, w.Ref.Collection); j.err != nil {
		return j
	}
	switch {
	case w.Incarnation != "" && w.Incarnation != j.folder.place.incarnation:
		j.err = core.Errorf(op, core.Resync, "%s is another directory now", j.folder.place.dir)
	case w.Op == core.OpCreate || w.Op == core.OpUpdate:
		j.draft, j.err = r.write(j.folder, w)
		j.err = failure(op, j.folder.place.dir, j.err)
	}
	return j
}

// carryOut makes a write that is prepared.
func (r *Replica) carryOut(ctx context.Context, j *job, checked map[core.CollectionID]bool) (core.Result, error) {
	const op = "vdir.Apply"
	if j.err != nil {
		return core.Result{}, j.err
	}
	f := j.folder
	if j.Op == core.OpCreate {
		if !checked[f.place.id] {
			if err := r.refresh(f); err != nil {
				return core.Result{}, err
			}
			checked[f.place.id] = true
		}
		return r.create(f, j)
	}
	name, err := r.fileOf(op, j.Ref.ID)
	if err != nil {
		return core.Result{}, missing(op, string(j.Ref.ID)) // no file has this name
	}
	switch j.Op {
	case core.OpUpdate:
		return r.update(f, name, j)
	case core.OpDelete:
		return r.remove(f, name, j)
	}
	to, err := r.folder(ctx, op, j.To)
	if err != nil {
		return core.Result{}, err
	}
	return r.move(f, name, to, j)
}

// refresh finds out which UIDs are in a collection now. Items that are as they were
// when they were last looked at are not read.
func (r *Replica) refresh(f *folder) error {
	const op = "vdir.Apply"
	names, err := r.list(f)
	if err != nil {
		return failure(op, f.place.dir, err)
	}
	there := make(map[string]bool, len(names))
	for _, name := range names {
		there[name] = true
	}
	for name := range f.known {
		if !there[name] {
			f.unlearn(name)
		}
	}
	for _, name := range names {
		seen, err := f.root.Lstat(name)
		if err == nil && f.known[name].stat == statOf(seen) {
			continue
		}
		x, err := r.read(f, name)
		if errors.Is(err, nofollow.Moved{}) {
			continue // it went this moment
		}
		if err != nil {
			return failure(op, f.place.at(name), err)
		}
		stat, _, _ := splitRev(x.rev)
		f.learn(name, stat, x.key)
	}
	return nil
}
