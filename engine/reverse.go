package engine

import (
	"context"
	"errors"
	"io"
	"slices"

	"lockstep/core"
	"lockstep/state"
	"lockstep/undo"
)

// Reversal is what became of the writes of a run that was to be undone.
type Reversal struct {
	// Run under which the log has what was undone.
	Run string
	// Undone are the writes that were made for it.
	Undone []state.Entry
	// Left are writes of the run that stand, each with the reason in Error.
	Left []state.Entry
}

// Reverse undoes the writes of a provisioning run, the last one first: what it
// made is deleted if it still is what was written, what it deleted is made again,
// and what it updated gets its old value. Accounts, what belongs to one that was
// renamed, and what is only ever made stay as they are. What the left still
// wishes, the next sync writes again: put that right first. A second call finds
// nothing left to do. Errors have a class; what was undone before stands.
func (e *Engine) Reverse(ctx context.Context, link Link, area *undo.Area, run string) (Reversal, error) {
	log, err := link.Store.Log(ctx, run)
	if err != nil {
		return Reversal{}, err
	}
	kept, err := area.List(run)
	if err != nil {
		return Reversal{}, err
	}
	r := &reversing{engine: e, link: link, area: area, of: run, kept: map[string]undo.Kept{}, now: map[core.Key]core.Stub{}, renamed: map[string]bool{}}
	r.out.Run = e.NewRun()
	for _, k := range kept {
		r.kept[k.Name] = k
	}
	for _, entry := range log {
		if entry.Op == core.OpRename {
			r.renamed[entry.Owner], r.renamed[entry.Before] = true, true
		}
	}
	if err := r.list(ctx); err != nil {
		return Reversal{}, err
	}
	started := e.Now().Unix()
	slices.Reverse(log)
	for _, entry := range log {
		if err = r.reverse(ctx, entry); err != nil {
			break
		}
	}
	done := &state.Run{ID: r.out.Run, Started: started, Ended: e.Now().Unix(), Outcome: "undone", Error: errText(err)}
	return r.out, errors.Join(err, link.Store.Commit(context.WithoutCancel(ctx), &state.Batch{Run: done}))
}

type reversing struct {
	engine  *Engine
	link    Link
	area    *undo.Area
	of      string
	kept    map[string]undo.Kept
	now     map[core.Key]core.Stub // what the right shows
	at      map[core.CollectionID]core.Collection
	renamed map[string]bool // owners, under both names
	out     Reversal
}

// list reads what the right has now.
func (r *reversing) list(ctx context.Context) error {
	right := r.link.Replicas[core.Right]
	survey, err := right.Collections(ctx)
	if err != nil {
		return err
	}
	r.at = map[core.CollectionID]core.Collection{}
	for _, c := range survey.Collections {
		r.at[c.ID] = c
		if c.Lazy {
			continue
		}
		for since := core.Token(""); ; {
			d, err := right.Changes(ctx, c.Feed, since)
			if err != nil {
				return err
			}
			for _, s := range d.Changed {
				r.now[s.Key] = s
			}
			if since = d.Next; !d.More {
				break
			}
		}
	}
	return nil
}

// reverse undoes one write, or says why not.
func (r *reversing) reverse(ctx context.Context, entry state.Entry) error {
	s, there := r.now[entry.Key]
	k, has := r.kept[entry.Undo]
	policy := r.link.Policy
	var w core.Write
	switch {
	case entry.Side != core.Right || entry.Key == "" || entry.Op == 0:
		return nil
	case entry.Result == "unknown" || entry.Result == "unsettled":
		return r.leave(entry, "whether it was made was never known")
	case entry.Result != "done":
		return nil
	case entry.Ref.Collection == policy.OwnerResource:
		return r.leave(entry, "accounts are neither deleted, made nor renamed to undo a run")
	case policy.Resources[entry.Ref.Collection].CreateOnly:
		return r.leave(entry, "what is only made if it is missing is never deleted")
	case r.renamed[entry.Owner]:
		return r.leave(entry, "its account was renamed in the run, which stands")
	case entry.Op == core.OpCreate:
		if !there {
			return nil // undone already
		} else if s.Sum != entry.Sum {
			return r.leave(entry, "it was changed since")
		}
		w = core.Write{Op: core.OpDelete, Ref: s.Ref, If: core.Condition{Rev: s.Rev, Sum: s.Sum}}
	case there && has && s.Sum == k.Stub.Sum:
		return nil
	case !has:
		return r.leave(entry, "nothing is kept of it; that may be too long ago")
	case entry.Op == core.OpDelete && there:
		return r.leave(entry, "something else stands there now")
	case entry.Op == core.OpDelete:
		w = core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: entry.Ref.Collection}, To: entry.Ref.Collection, If: core.Condition{Absent: true}}
	case entry.Op == core.OpUpdate && (!there || s.Sum != entry.Sum):
		return r.leave(entry, "it was changed since")
	case entry.Op == core.OpUpdate:
		w = core.Write{Op: core.OpUpdate, Ref: s.Ref, If: core.Condition{Rev: s.Rev, Sum: s.Sum}}
	default:
		return r.leave(entry, "there is no way back from it")
	}
	return r.write(ctx, entry, w, k)
}

func (r *reversing) leave(entry state.Entry, why string) error {
	entry.Error = why
	r.out.Left = append(r.out.Left, entry)
	return nil
}

// write makes a write and logs it. Only an error that stops the whole is
// returned.
func (r *reversing) write(ctx context.Context, was state.Entry, w core.Write, k undo.Kept) error {
	entry := state.Entry{
		Run: r.out.Run, Time: r.engine.Now().Unix(), Side: core.Right, Op: w.Op, Ref: w.Ref, Key: was.Key, Owner: was.Owner,
		Before: was.After, After: was.Before, Where: was.Where, Same: was.Same, Why: "undo of " + r.of, Result: "done",
	}
	w.Incarnation = r.at[w.Ref.Collection].Incarnation
	if w.Op != core.OpDelete {
		body, err := r.area.Body(k)
		if err != nil {
			return r.leave(was, "its copy cannot be read: "+err.Error())
		}
		defer body.Close()
		w.Item = core.Item{Stub: k.Stub, Body: io.NopCloser(body)}
		entry.Sum = k.Stub.Sum
	}
	got, err := r.apply(ctx, w)
	switch class := core.ClassOf(err); {
	case err != nil && (class == core.Auth || ctx.Err() != nil):
		return err
	case err != nil:
		return r.leave(was, err.Error())
	}
	b := &state.Batch{Log: []state.Entry{entry}}
	if w.Op == core.OpDelete {
		delete(r.now, was.Key)
		err = r.seen(ctx, b, core.Stub{Ref: w.Ref}, true)
	} else {
		s := k.Stub
		s.Ref, s.Rev = got.Ref, got.Rev
		r.now[was.Key] = s // the copy stays, so that a second call sees that it is done
		err = r.seen(ctx, b, s, false)
	}
	if err != nil {
		return err
	}
	r.out.Undone = append(r.out.Undone, entry)
	return r.link.Store.Commit(context.WithoutCancel(ctx), b)
}

// seen records what stands on the right now, so that the next sync compares with
// it. What was made again gets a row if it has none: it is ours, and the left may
// wish it, or no more.
func (r *reversing) seen(ctx context.Context, b *state.Batch, s core.Stub, gone bool) error {
	rows, err := r.link.Store.RowsAt(ctx, core.Right, []core.Ref{s.Ref})
	if err != nil {
		return err
	}
	_, bound := rows[s.Ref]
	switch {
	case gone && !bound:
		b.Unobserve[core.Right] = []core.Ref{s.Ref}
		return nil
	case !bound:
		head, err := r.link.Store.Head(ctx)
		if err != nil {
			return err
		}
		row := core.Row{N: head.LastRow + 1, Key: s.Key, Owner: s.Owner, Size: s.Size, Origin: core.Ours}
		row.Side[core.Left].None = true
		row.Side[core.Right] = core.Bound{Ref: s.Ref, Place: s.Collection, Rev: s.Rev, Sum: s.Sum, Label: s.Label, Where: s.Where}
		b.PutRows = []core.Row{row}
	}
	b.Observe[core.Right] = []state.Observation{{Stub: s, Gone: gone}}
	return nil
}

// apply makes one write.
func (r *reversing) apply(ctx context.Context, w core.Write) (core.Stub, error) {
	right := r.link.Replicas[core.Right]
	for res, err := range right.Apply(ctx, slices.Values([]core.Write{w})) {
		if err != nil {
			return core.Stub{}, err
		}
		if f, can := right.(core.Flusher); can {
			err = f.Flush(ctx)
		}
		return res.Stub, err
	}
	return core.Stub{}, core.Errorf("engine.Reverse", core.Unknown, "no answer to the %s: undo the run again to be sure", w.Op)
}
