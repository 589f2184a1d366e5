package engine

import (
	"context"
	"io"
	"slices"

	"lockstep/core"
	"lockstep/state"
	"lockstep/undo"
)

// Restore puts back what a two-way run deleted or overwrote, as far as it was kept,
// on both sides; the next pass carries it over. What was deleted is made again, with its
// collection if that went, too. What was overwritten gets its body of before, if it
// still is as the run left it. What was changed since is left alone and told, and so is
// what is refused: one item never stops the others, and its copy stays. A second call
// finds nothing left to do. Auth: a login is needed. What was restored before an error stands.
func (e *Engine) Restore(ctx context.Context, link Link, area *undo.Area, run string) (Reversal, error) {
	r := &restoring{engine: e, link: link, area: area, wrote: map[string]state.Entry{}}
	kept, err := area.List(run)
	if err != nil {
		return r.out, err
	}
	log, err := link.Store.Log(ctx, run)
	if err != nil {
		return r.out, err
	}
	for _, entry := range log {
		r.wrote[entry.Undo] = entry
	}
	for _, k := range kept {
		entry, known := r.wrote[k.Name]
		if !known { // the run ended before its log was written
			entry = state.Entry{Run: run, Side: k.Side, Ref: k.Stub.Ref, Key: k.Stub.Key, Undo: k.Name, Result: "unknown", Before: k.Stub.Label}
		}
		switch err := r.one(ctx, k, entry); {
		case err == nil:
		case core.ClassOf(err) == core.Auth, ctx.Err() != nil:
			return r.out, err
		default:
			r.leave(entry, core.Reason(err))
		}
	}
	return r.out, nil
}

type restoring struct {
	engine *Engine
	link   Link
	area   *undo.Area
	// wrote is what the log has of each kept item.
	wrote   map[string]state.Entry
	surveys [2]*core.Survey
	listed  [2]map[core.CollectionID][]core.Stub
	out     Reversal
}

func (r *restoring) leave(entry state.Entry, why string) {
	entry.Error = why
	r.out.Left = append(r.out.Left, entry)
}

// one restores one item, or says why not.
func (r *restoring) one(ctx context.Context, k undo.Kept, entry state.Entry) error {
	if entry.Result != "done" && entry.Result != "unknown" && entry.Result != "unsettled" {
		return nil // nothing was changed then
	}
	c, err := r.collection(ctx, k, entry.Op != core.OpUpdate)
	if err != nil {
		return err
	}
	if k.Stub.Sum, k.Stub.Size, err = r.digestKept(k); err != nil {
		return err
	}
	now, err := r.find(ctx, k, c, entry.Op)
	if err != nil {
		return err
	}
	w := core.Write{Ref: core.Ref{Collection: c.ID}, Incarnation: c.Incarnation}
	switch {
	case now != nil && now.Sum == k.Stub.Sum: // a crash between the write and Drop, or a person was quicker
		return r.area.Drop(k)
	case now == nil && entry.Op == core.OpUpdate:
		r.leave(entry, "it is no longer there, so there is nothing to put its old body in")
		return nil
	case now == nil:
		w.Op, w.To, w.Add, w.If.Absent = core.OpCreate, c.ID, c.Vocabulary.Cut(k.Stub.Marks), r.link.Traits.UniqueKeys
		if r.link.Replicas[k.Side].Operations().Named {
			w.Ref.ID = k.Stub.ID
		}
	case entry.Op == core.OpDelete:
		r.leave(entry, "something else stands there now")
		return nil
	case entry.Op != core.OpUpdate:
		r.leave(entry, "whether the run wrote to it is not known, and it is another now")
		return nil
	case entry.Sum == "" || now.Sum != entry.Sum || now.Collection != c.ID:
		r.leave(entry, "it was changed since")
		return nil
	default:
		w.Op, w.Ref, w.If = core.OpUpdate, now.Ref, core.Condition{Rev: now.Rev, Sum: now.Sum}
	}
	if err := r.write(ctx, k, w); err != nil {
		return err
	}
	r.out.Undone = append(r.out.Undone, entry)
	return r.area.Drop(k)
}

// collection finds where a kept item was. One that was deleted with its items is made
// again, if need be, for these to come back.
func (r *restoring) collection(ctx context.Context, k undo.Kept, again bool) (core.Collection, error) {
	const op = "engine.Restore"
	replica := r.link.Replicas[k.Side]
	if replica == nil {
		return core.Collection{}, core.Errorf(op, core.Permanent, "the %s is not open", k.Side)
	}
	if r.surveys[k.Side] == nil {
		survey, err := replica.Collections(ctx)
		if err != nil {
			return core.Collection{}, err
		}
		r.surveys[k.Side], r.listed[k.Side] = &survey, map[core.CollectionID][]core.Stub{}
		if recaller, can := replica.(core.Recaller); can {
			recaller.Recall(func(refs []core.Ref) map[core.Ref]core.Stub {
				out, _, _ := remembered(ctx, r.link.Store, k.Side, refs)
				return out
			})
		}
	}
	all := r.surveys[k.Side].Collections
	i := slices.IndexFunc(all, func(c core.Collection) bool { return c.Path == k.Path })
	if i >= 0 {
		return all[i], nil
	}
	tree, can := replica.(core.Tree)
	if !can || !again || !r.surveys[k.Side].Complete {
		return core.Collection{}, core.Errorf(op, core.Missing, "the collection %q is no longer there; make it again first", k.Path)
	}
	c, err := tree.CreateCollection(ctx, k.Path, core.RoleNone)
	if err != nil {
		return core.Collection{}, core.Errorf(op, core.ClassOf(err), "the collection %q is no longer there, and cannot be made again: %s", k.Path, core.Reason(err))
	}
	r.surveys[k.Side].Collections = append(all, c)
	return c, nil
}

func (r *restoring) digestKept(k undo.Kept) (core.Sum, int64, error) {
	body, err := r.area.Body(k)
	if err != nil {
		return "", 0, err
	}
	defer body.Close()
	return r.link.Traits.Digest(body)
}

// find looks for what became of a kept item: what bears its Key where Keys are unique,
// wherever that is; else the item of its ID, if it was overwritten, or one like it.
// What is found has its Sum.
func (r *restoring) find(ctx context.Context, k undo.Kept, c core.Collection, op core.Op) (*core.Stub, error) {
	at := []core.Collection{c}
	if r.link.Traits.UniqueKeys {
		at = append(at, r.surveys[k.Side].Collections...)
	}
	for _, c := range at {
		stubs, err := r.list(ctx, k.Side, c)
		if err != nil {
			return nil, err
		}
		for _, s := range stubs {
			if s.Key != k.Stub.Key || !r.link.Traits.UniqueKeys && op == core.OpUpdate && s.ID != k.Stub.ID {
				continue
			}
			if s.Sum == "" {
				if err := r.learn(ctx, k.Side, &s); err != nil {
					return nil, err
				}
			}
			if r.link.Traits.UniqueKeys || op == core.OpUpdate || s.Sum == k.Stub.Sum {
				return &s, nil
			}
		}
	}
	return nil, nil
}

// list reads a collection once.
func (r *restoring) list(ctx context.Context, x core.Side, c core.Collection) ([]core.Stub, error) {
	all, known := r.listed[x][c.ID]
	if known || c.Lazy {
		return all, nil
	}
	for since := core.Token(""); ; {
		d, err := r.link.Replicas[x].Changes(ctx, c.Feed, since)
		if err != nil {
			return nil, err
		}
		for _, s := range d.Changed {
			if s.Collection == c.ID && s.Bad == "" {
				all = append(all, s)
			}
		}
		if since = d.Next; !d.More {
			break
		}
	}
	r.listed[x][c.ID] = all
	return all, nil
}

// learn reads a body for its Sum.
func (r *restoring) learn(ctx context.Context, x core.Side, s *core.Stub) error {
	for item, err := range r.link.Replicas[x].Fetch(ctx, []core.Ref{s.Ref}) {
		if err != nil {
			return err
		}
		defer item.Body.Close()
		if item.Rev != "" {
			s.Rev = item.Rev
		}
		s.Sum, s.Size, err = r.link.Traits.Digest(item.Body)
		return err
	}
	return core.Errorf("engine.Restore", core.Transient, "what stands there now cannot be read")
}

// write makes one write, durably.
func (r *restoring) write(ctx context.Context, k undo.Kept, w core.Write) error {
	body, err := r.area.Body(k)
	if err != nil {
		return err
	}
	defer body.Close()
	w.Item = core.Item{Stub: k.Stub, Body: io.NopCloser(body)}
	replica := r.link.Replicas[k.Side]
	answered := false
	for _, err := range replica.Apply(ctx, slices.Values([]core.Write{w})) {
		if err != nil {
			return err
		}
		answered = true
	}
	if !answered {
		return core.Errorf("engine.Restore", core.Unknown, "no answer to the %s: undo the run again to be sure", w.Op)
	}
	if f, can := replica.(core.Flusher); can {
		return f.Flush(ctx)
	}
	return nil
}
