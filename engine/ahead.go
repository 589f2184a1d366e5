package engine

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"lockstep/core"
)

// ahead reads the bodies that a batch of creates and updates will write, while
// the batch before it is written: the contract of a Replica lets Fetch of one
// side run beside Apply of the other. It touches nothing of the pass; what it
// learns is taken over when the batch's turn comes.
type ahead struct {
	executor *executor
	from     core.Side
	jobs     []*job
	need     map[core.Ref][]*job
	refs     []core.Ref
	wait     func()

	err      error
	notes    []core.Note
	held     map[string]bool // classes of properties that the side was seen to hold
	requests int64
	read     int64 // bytes
	dropped  map[*job]bool
}

// readAhead begins to read the bodies of a batch. Steps that earlier batches
// made void are dropped now, and once more when their turn comes.
func (x *executor) readAhead(ctx context.Context, steps []core.Step) *ahead {
	a := &ahead{executor: x, from: steps[0].Side.Other(), need: map[core.Ref][]*job{}, dropped: map[*job]bool{}, held: map[string]bool{}}
	for _, s := range steps {
		if j := (&job{step: s}); x.resolve(j) {
			j.stub = j.step.Source
			a.jobs = append(a.jobs, j)
		}
	}
	a.wait = x.engine.beside(func() { a.err = a.fetchAll(ctx) })
	return a
}

// take waits for the bodies and hands over what was learnt. A job whose source
// is gone or unreadable is dropped; the next listing tells what became of it.
func (a *ahead) take() ([]*job, error) {
	a.wait()
	x := a.executor
	x.report.Requests += a.requests
	x.report.BytesRead += a.read
	x.report.Dropped += len(a.dropped)
	x.plan.Notes = append(x.plan.Notes, a.notes...)
	for property := range a.held {
		x.hold(a.from, property)
	}
	return slices.DeleteFunc(slices.Clone(a.jobs), func(j *job) bool { return a.dropped[j] }), a.err
}

// drop waits, and closes what was read for nothing.
func (a *ahead) drop() {
	a.wait()
	closeBodies(a.jobs)
}

func closeBodies(jobs []*job) {
	for _, j := range jobs {
		if j.body != nil {
			j.body.close()
			j.body = nil
		}
	}
}

func (a *ahead) fetchAll(ctx context.Context) error {
	for _, j := range a.jobs {
		switch {
		case j.step.Op != core.OpCreate && j.step.Op != core.OpUpdate:
		case j.step.Body != nil:
			body, err := spool(core.Item{Stub: j.step.Source, Body: io.NopCloser(bytes.NewReader(j.step.Body))}, a.executor.link.Traits.Digest)
			if err != nil {
				return err
			}
			j.body = body
		default:
			if a.need[j.stub.Ref] == nil {
				a.refs = append(a.refs, j.stub.Ref)
			}
			a.need[j.stub.Ref] = append(a.need[j.stub.Ref], j)
		}
	}
	if len(a.refs) == 0 {
		return nil
	}
	if err := a.fetch(ctx); err != nil {
		return err
	}
	for _, ref := range a.refs {
		for _, j := range a.need[ref] {
			if j.body == nil {
				a.dropped[j] = true
				a.notes = append(a.notes, core.Note{Side: a.from, Ref: ref, Key: j.step.Key, Why: "it could not be read now; the next pass tries again"})
			}
		}
	}
	return nil
}

func (a *ahead) fetch(ctx context.Context) error {
	x := a.executor
	done := map[core.Ref]bool{}
	err := x.retry(ctx, a.from, func() error {
		var failed error
		rest := slices.DeleteFunc(slices.Clone(a.refs), func(r core.Ref) bool { return done[r] })
		a.requests++
		for item, err := range x.link.Replicas[a.from].Fetch(ctx, rest) {
			if err == nil {
				err = a.spool(item)
			}
			switch class := core.ClassOf(err); {
			case err == nil:
				done[item.Ref] = true
			case class == core.Transient, class == core.Unknown, class == core.Auth:
				failed = err
			default:
				done[item.Ref] = true
				if class == core.Permanent {
					a.notes = append(a.notes, core.Note{Side: a.from, Ref: item.Ref, Parked: true, Why: err.Error()})
				}
			}
		}
		return failed
	})
	if err != nil && (core.ClassOf(err) == core.Auth || ctx.Err() != nil) {
		return err
	}
	return nil
}

// spool reads a body for every job that wants it.
func (a *ahead) spool(item core.Item) error {
	defer item.Body.Close()
	jobs, traits := a.need[item.Ref], a.executor.link.Traits
	if len(jobs) == 0 {
		return nil
	}
	item.Body = io.NopCloser(&countReader{r: item.Body, n: &a.read})
	body, err := spool(item, traits.Digest)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		j.body = body
		j.stub.Sum, j.stub.Size = body.stub.Sum, body.stub.Size
		if item.Rev != "" {
			j.stub.Rev = item.Rev
		}
		j.step.Size = body.stub.Size
		if traits.Merger != nil {
			raw, err := readAll(body)
			if err != nil {
				return err
			}
			j.step.Body, j.step.From = raw, raw
			for _, property := range traits.Merger.Properties(raw) {
				if !a.held[property] {
					a.held[strings.Clone(property)] = true // it is part of the body's text
				}
			}
		}
	}
	return nil
}
