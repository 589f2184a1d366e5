package engine

import (
	"bytes"
	"context"
	"io"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
)

// keepForUndo copies what a local side is about to lose, or any side whose bodies
// are small: the target of a provisioning, and of kinds that merge both. It returns
// the jobs that may go on: what could not be kept is neither deleted nor overwritten
// in this pass.
func (x *executor) keepForUndo(ctx context.Context, side core.Side, jobs []*job) ([]*job, error) {
	if x.link.Undo == nil || !x.link.Local[side] && x.link.Policy.Mode != reconcile.Provision && x.link.Traits.Merger == nil {
		return jobs, nil
	}
	wanted := map[core.Ref]*job{}
	var refs []core.Ref
	for _, j := range jobs {
		switch {
		case j.undo != "": // before it was refused for its size
		case j.step.Op == core.OpUpdate && j.step.Old != nil: // read for the merge
			item := core.Item{Stub: core.Stub{Ref: j.step.Ref, Size: int64(len(j.step.Old))}, Body: io.NopCloser(bytes.NewReader(j.step.Old))}
			if err := x.keep(ctx, side, j, item); err != nil {
				return nil, core.Errorf("engine.keep", core.Permanent, "%w", err)
			}
		case j.step.Op == core.OpUpdate || j.step.Op == core.OpDelete && j.step.To == "":
			wanted[j.step.Ref] = j
			refs = append(refs, j.step.Ref)
		}
	}
	if len(refs) == 0 {
		return jobs, nil
	}
	why := map[core.Ref]error{}
	err := x.retry(ctx, side, func() error {
		var failed error
		rest := slices.DeleteFunc(slices.Clone(refs), func(r core.Ref) bool { return wanted[r] == nil })
		for item, err := range x.link.Replicas[side].Fetch(ctx, rest) {
			switch core.ClassOf(err) {
			case core.Missing:
				delete(wanted, item.Ref) // there is nothing to keep
			case core.Permanent, core.Conflict, core.Resync:
				why[item.Ref] = err
			default:
				if err == nil {
					err = x.keep(ctx, side, wanted[item.Ref], item)
					if err != nil {
						return core.Errorf("engine.keep", core.Permanent, "%w", err)
					}
					delete(wanted, item.Ref)
					continue
				}
				why[item.Ref], failed = err, err
			}
		}
		return failed
	})
	if err != nil && (core.ClassOf(err) == core.Auth || core.ClassOf(err) == core.Permanent || ctx.Err() != nil) {
		return nil, err
	}
	return slices.DeleteFunc(jobs, func(j *job) bool {
		if wanted[j.step.Ref] != j {
			return false
		}
		x.lost(j, why[j.step.Ref])
		return true
	}), nil
}

// keep stores one item; an error is that of the undo area.
func (x *executor) keep(ctx context.Context, side core.Side, j *job, item core.Item) error {
	defer item.Body.Close()
	if j == nil {
		return nil
	}
	if s, known := x.view.Sides[side].Stubs[item.Ref]; known {
		if s.Time == 0 { // a row does not keep it
			s.Time = item.Time
		}
		item.Stub = s
	}
	name, err := x.link.Undo.Keep(ctx, x.run, side, x.view.Sides[side].Collections[item.Collection].Path, item)
	j.undo = name
	return err
}

// lost drops a job whose item could not be kept.
func (x *executor) lost(j *job, err error) {
	s := j.step
	why := "it could not be copied for undo, so it is left as it is"
	if err != nil {
		why += ": " + err.Error()
	}
	x.report.Dropped++
	x.failed(s)
	x.plan.Notes = append(x.plan.Notes, core.Note{Side: s.Side, Ref: s.Ref, Row: s.Row, Key: s.Key, Owner: s.Owner, Why: why})
}
