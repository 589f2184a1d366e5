package engine

import (
	"context"
	"io"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
)

// readAll returns a body as a whole; nobody may change it.
func readAll(s *spooled) ([]byte, error) {
	if s.file == nil {
		return s.mem, nil
	}
	r, err := s.open()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
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
