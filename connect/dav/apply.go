package dav

import (
	"context"
	"io"
	"iter"
	"sync"

	"lockstep/core"
	"lockstep/format/contentline"
)

const (
	// mostWrites and mostBytes of bodies are under way at a time.
	mostWrites = 64
	mostBytes  = 16 << 20
)

// Apply implements core.Replica: writes are made beside each other, as many as there
// are connections.
func (r *Replica) Apply(ctx context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		var part []*job
		size := int64(0)
		flush := func() bool {
			r.applyAll(ctx, part)
			for _, j := range part {
				if !yield(j.result, j.err) {
					return false
				}
			}
			part, size = nil, 0
			return true
		}
		for w := range writes {
			if len(part) > 0 && (len(part) == mostWrites || size+max(w.Item.Size, 0) > mostBytes) && !flush() {
				return
			}
			part = append(part, &job{Write: w, result: core.Result{Seq: w.Seq}})
			size += max(w.Item.Size, 0)
		}
		flush()
	}
}

// job is a write on its way.
type job struct {
	core.Write
	book *book
	// name of the item; of a create, the one that the engine chose, or "".
	name   string
	body   []byte
	result core.Result
	err    error
}

// applyAll makes some writes. A refused login stops those that were not begun: several
// wrong ones lock accounts.
func (r *Replica) applyAll(ctx context.Context, jobs []*job) {
	for _, j := range jobs {
		j.err = r.prepare(ctx, j)
	}
	r.checkAbsent(ctx, jobs)
	var (
		mu      sync.Mutex
		refused error
		workers sync.WaitGroup
	)
	queue := make(chan *job)
	for range min(r.config.MaxConnections, len(jobs)) {
		workers.Go(func() {
			for j := range queue {
				mu.Lock()
				j.err = refused
				mu.Unlock()
				if j.err != nil {
					continue
				}
				if j.err = r.write(ctx, j); core.ClassOf(j.err) == core.Auth && j.err != nil {
					mu.Lock()
					refused = j.err
					mu.Unlock()
				}
			}
		})
	}
	for _, j := range jobs {
		if j.err == nil {
			queue <- j
		}
	}
	close(queue)
	workers.Wait()
}

// prepare finds what a write is about and reads its body.
func (r *Replica) prepare(ctx context.Context, j *job) (err error) {
	const op = "dav.Apply"
	if j.Item.Body != nil {
		defer j.Item.Body.Close()
	}
	if j.book, err = r.book(ctx, op, j.Ref.Collection); err != nil {
		return err
	}
	if j.Op != core.OpCreate || j.Ref.ID != "" {
		if j.name, err = r.nameOf(op, j.Ref.ID); err != nil {
			return err
		}
	}
	switch j.Op {
	case core.OpDelete, core.OpMove:
		return nil
	case core.OpCreate, core.OpUpdate:
	default:
		return core.Errorf(op, core.Permanent, "an item of a %s has no marks, lies in one place and keeps its UID", r.config.Flavour.Collection)
	}
	if j.Item.Body == nil {
		return core.Errorf(op, core.Permanent, "%s has no body", j.Ref.ID)
	}
	most := r.config.MaxSize
	if j.book.MaxSize > 0 {
		most = min(most, j.book.MaxSize)
	}
	if j.body, err = io.ReadAll(io.LimitReader(j.Item.Body, most+1)); err != nil {
		return core.Errorf(op, core.Transient, "the body cannot be read: %w", err)
	}
	if j.body, err = r.withUID(j); err != nil {
		return err
	}
	j.body = contentline.Refold(contentline.Trim(j.body)) // some servers spoil letters within which a line is folded, or refuse what stands around
	if int64(len(j.body)) > most {
		return &core.Error{Op: op, Class: core.Permanent, Thing: string(j.Item.Key), TooLarge: true, Err: tooLarge{most}, Remedy: "make it smaller (a photo?)"}
	}
	return nil
}

// withUID is the body of a write with a UID, which is its Key if it has none: servers
// refuse what has none, and so it is known wherever it goes from here.
func (r *Replica) withUID(j *job) ([]byte, error) {
	if r.config.WithUID == nil || j.Item.Key == "" {
		return j.body, nil
	}
	if uid, _, err := r.config.Describe(j.body); err != nil || uid != "" {
		return j.body, nil // what is no item the server refuses, and says why
	}
	body, err := r.config.WithUID(j.body, string(j.Item.Key))
	if err != nil {
		return nil, &core.Error{Op: "dav.Apply", Class: core.Permanent, Thing: string(j.Item.Key), Err: err, Remedy: "give it a UID"}
	}
	return body, nil
}

// write makes one write. Whatever comes of it, what is kept of the item is void.
func (r *Replica) write(ctx context.Context, j *job) error {
	r.kept.forget(j.Ref)
	switch j.Op {
	case core.OpCreate:
		return r.create(ctx, j)
	case core.OpUpdate:
		return r.update(ctx, j)
	case core.OpMove:
		return r.move(ctx, j)
	}
	return r.remove(ctx, j)
}
