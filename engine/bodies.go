package engine

import (
	"bytes"
	"context"
	"io"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
)

// fetchBodies spools the bodies that creates and updates will write, and
// learns their Sums, which the intents need. A job whose source is gone or
// unreadable is dropped; the next listing tells what became of it.
func (x *executor) fetchBodies(ctx context.Context, side core.Side, jobs []*job) ([]*job, error) {
	from := side.Other()
	need := map[core.Ref][]*job{}
	var refs []core.Ref
	for _, j := range jobs {
		j.stub = j.step.Source
		switch {
		case j.step.Op != core.OpCreate && j.step.Op != core.OpUpdate:
		case j.step.Body != nil:
			if err := x.spoolMerged(j); err != nil {
				return nil, err
			}
		default:
			if need[j.stub.Ref] == nil {
				refs = append(refs, j.stub.Ref)
			}
			need[j.stub.Ref] = append(need[j.stub.Ref], j)
		}
	}
	dropped := map[*job]bool{}
	if len(refs) > 0 {
		if err := x.fetchInto(ctx, from, refs, need, dropped); err != nil {
			return nil, err
		}
	}
	for _, ref := range refs {
		for _, j := range need[ref] {
			if j.body == nil {
				dropped[j] = true
				x.plan.Notes = append(x.plan.Notes, core.Note{Side: from, Ref: ref, Key: j.step.Key, Why: "it could not be read now; the next pass tries again"})
			}
		}
	}
	x.report.Dropped += len(dropped)
	return slices.DeleteFunc(jobs, func(j *job) bool { return dropped[j] }), nil
}

func (x *executor) fetchInto(ctx context.Context, from core.Side, refs []core.Ref, need map[core.Ref][]*job, dropped map[*job]bool) error {
	done := map[core.Ref]bool{}
	err := x.retry(ctx, from, func() error {
		var failed error
		rest := slices.DeleteFunc(slices.Clone(refs), func(r core.Ref) bool { return done[r] })
		x.report.Requests++
		for item, err := range x.link.Replicas[from].Fetch(ctx, rest) {
			if err == nil {
				err = x.spoolItem(need[item.Ref], item)
			}
			switch class := core.ClassOf(err); {
			case err == nil:
				done[item.Ref] = true
			case class == core.Transient, class == core.Unknown, class == core.Auth:
				failed = err
			default:
				done[item.Ref] = true
				if class == core.Permanent {
					x.plan.Notes = append(x.plan.Notes, core.Note{Side: from, Ref: item.Ref, Parked: true, Why: err.Error()})
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

// spoolItem reads a body for every job that wants it.
func (x *executor) spoolItem(jobs []*job, item core.Item) error {
	defer item.Body.Close()
	if len(jobs) == 0 {
		return nil
	}
	item.Body = io.NopCloser(&countReader{r: item.Body, n: &x.report.BytesRead})
	body, err := spool(item, x.link.Traits.Digest)
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
		if x.link.Traits.Merger != nil {
			raw, err := readAll(body)
			if err != nil {
				return err
			}
			j.step.Body, j.step.From = raw, raw
			for _, property := range x.link.Traits.Merger.Properties(raw) {
				x.hold(j.step.Side.Other(), property) // the side that it was read on
			}
		}
	}
	return nil
}

func readAll(s *spooled) ([]byte, error) {
	r, err := s.open()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func (x *executor) spoolMerged(j *job) error {
	item := core.Item{Stub: j.step.Source, Body: io.NopCloser(bytes.NewReader(j.step.Body))}
	body, err := spool(item, x.link.Traits.Digest)
	if err != nil {
		return err
	}
	j.body = body
	return nil
}

// readBack fetches what the server stored, where it was not proved to store
// what it is sent: rule 23. A write that cannot be read back stays open.
func (x *executor) readBack(ctx context.Context, side core.Side, jobs []*job) error {
	wanted := map[core.Ref]*job{}
	var refs []core.Ref
	for _, j := range jobs {
		if !j.done || j.err != nil || j.step.Op != core.OpCreate && j.step.Op != core.OpUpdate {
			continue
		}
		if j.result.AsSent || j.result.Stub.ID == "" || !x.engine.Without.Holds(reconcile.RuleReadBack) {
			if j.result.AsSent && j.result.Stub.Sum == "" {
				j.result.Stub.Sum = j.body.stub.Sum
			}
			continue
		}
		wanted[j.result.Stub.Ref] = j
		refs = append(refs, j.result.Stub.Ref)
	}
	if len(refs) == 0 {
		return nil
	}
	slices.SortFunc(refs, core.Ref.Compare)
	read := map[core.Ref]bool{}
	err := x.retry(ctx, side, func() error {
		var failed error
		rest := slices.DeleteFunc(slices.Clone(refs), func(r core.Ref) bool { return read[r] })
		x.report.Requests++
		for item, err := range x.link.Replicas[side].Fetch(ctx, rest) {
			if err == nil {
				err = x.readStored(side, wanted[item.Ref], item)
			}
			if err == nil {
				read[item.Ref] = true
			} else if c := core.ClassOf(err); c == core.Transient || c == core.Unknown {
				failed = err
			}
		}
		return failed
	})
	for ref, j := range wanted {
		if !read[ref] {
			j.err = core.Errorf("engine.readBack", core.Unknown, "it was written, but cannot be read back")
		}
	}
	if err != nil && (core.ClassOf(err) == core.Auth || ctx.Err() != nil) {
		return err
	}
	return nil
}

func (x *executor) readStored(side core.Side, j *job, item core.Item) error {
	defer item.Body.Close()
	if j == nil {
		return nil
	}
	raw := &spooled{}
	sum, size, err := x.link.Traits.Digest(io.TeeReader(&countReader{r: item.Body, n: &x.report.BytesRead}, raw))
	if err != nil {
		return err
	}
	if x.link.Traits.Merger != nil {
		if j.stored, err = readAll(raw); err != nil {
			return err
		}
		for _, property := range x.link.Traits.Merger.Properties(j.stored) {
			x.hold(side, property)
		}
	}
	raw.close()
	j.result.AsSent = j.result.Stub.Rev != "" && j.result.Stub.Rev == item.Rev
	j.result.Stub.Rev, j.result.Stub.Sum, j.result.Stub.Size = item.Rev, sum, size
	return nil
}
