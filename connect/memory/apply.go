package memory

import (
	"context"
	"io"
	"iter"

	"lockstep/core"
)

// Apply implements core.Replica.
func (r *Replica) Apply(ctx context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		for w := range writes {
			if ctx.Err() != nil {
				return
			}
			res, err := r.write(w)
			res.Seq = w.Seq
			if !yield(res, err) {
				return
			}
		}
	}
}

// write makes one write, unless something goes wrong around it.
func (r *Replica) write(w core.Write) (core.Result, error) {
	r.call()
	s := r.server
	if r.chance(40) {
		return core.Result{}, transient("memory.Apply")
	}
	if s.Mischief != nil && s.Mischief.Before(s, w) {
		return core.Result{}, core.Errorf("memory.Apply", core.Unknown, "the request was lost")
	}
	res, err := r.do(w)
	if s.Mischief != nil && s.Mischief.After(s, w, err) {
		return core.Result{}, core.Errorf("memory.Apply", core.Unknown, "the answer was lost")
	}
	return res, err
}

func (r *Replica) do(w core.Write) (core.Result, error) {
	s := r.server
	f := s.folders[w.Ref.Collection]
	if f == nil {
		return core.Result{}, missing("memory.Apply", string(w.Ref.Collection))
	}
	if w.Incarnation != "" && w.Incarnation != f.collection.Incarnation && s.Shape.Ordered {
		return core.Result{}, core.Errorf("memory.Apply", core.Resync, "%s has another incarnation", w.Ref.Collection)
	}
	if w.Op == core.OpCreate {
		return r.create(w)
	}
	m := s.At(w.Ref)
	if m == nil {
		return core.Result{}, missing("memory.Apply", string(w.Ref.ID))
	}
	if w.If.Rev != "" && w.If.Rev != s.stub(w.Ref).Rev && s.stub(w.Ref).Rev != "" || w.If.Rev == "" && w.If.Sum != "" && w.If.Sum != m.Sum {
		return core.Result{}, core.Errorf("memory.Apply", core.Conflict, "%s was changed by somebody else", w.Ref.ID)
	}
	if w.If.Of.Cut(m.Marks) != w.If.Marks {
		return core.Result{}, core.Errorf("memory.Apply", core.Conflict, "the marks of %s were changed by somebody else", w.Ref.ID)
	}
	switch w.Op {
	case core.OpUpdate:
		return r.update(w)
	case core.OpMark:
		s.Mark(w.Ref, m.Marks.Minus(w.Remove).Union(w.Add))
		return r.answer(w.Ref, false), nil
	case core.OpMove:
		return r.move(w)
	case core.OpRename:
		return r.rename(w)
	case core.OpPlace:
		if s.Shape.Ops.Shared {
			s.AddPlace(w.Ref, w.To)
			return r.answer(core.Ref{Collection: w.To, ID: w.Ref.ID}, true), nil
		}
		return r.answer(s.Add(w.To, *m), true), nil
	case core.OpDelete:
		s.Remove(w.Ref)
	}
	return core.Result{}, nil
}

func (r *Replica) create(w core.Write) (core.Result, error) {
	s := r.server
	body, err := io.ReadAll(w.Item.Body)
	if err != nil {
		return core.Result{}, transient("memory.Apply")
	}
	to := w.Ref.Collection
	if s.folders[to] == nil {
		return core.Result{}, missing("memory.Apply", string(to))
	}
	if s.Shape.Refuses != nil {
		if why := s.Shape.Refuses(s, to, w.Item); why != "" {
			return core.Result{}, core.Errorf("memory.Apply", core.Permanent, "%s", why)
		}
	}
	if s.Shape.Fold != nil {
		w.Item.Key = s.Shape.Fold(w.Item.Key)
	}
	if s.Shape.UniqueKeys && (w.If.Absent || !s.Shape.Careless) {
		if ref, there := s.ByKey(w.Item.Key); there && (!s.Shape.NamedIDs || ref.Collection == to) {
			return core.Result{}, core.Errorf("memory.Apply", core.Conflict, "%s is there already", w.Item.Key)
		}
	}
	if s.Shape.Ops.Named && s.folders[to].items[w.Ref.ID] != nil {
		return core.Result{}, core.Errorf("memory.Apply", core.Conflict, "%s is there already", w.Ref.ID)
	}
	if s.Shape.Rewrite != nil {
		body = s.Shape.Rewrite(body)
	}
	m := Message{Body: body, Key: w.Item.Key, Marks: w.Add, Time: w.Item.Time, Owner: w.Item.Owner, Named: w.Ref.ID, Label: w.Item.Label}
	if s.Shape.Keys != nil {
		m.Key = s.Shape.Keys(body)
	}
	return r.answer(s.Add(to, m), true), nil
}

func (r *Replica) update(w core.Write) (core.Result, error) {
	body, err := io.ReadAll(w.Item.Body)
	if err != nil {
		return core.Result{}, transient("memory.Apply")
	}
	if r.server.Shape.Rewrite != nil {
		body = r.server.Shape.Rewrite(body)
	}
	r.server.At(w.Ref).Label = w.Item.Label
	r.server.Edit(w.Ref, body)
	return r.answer(w.Ref, false), nil
}

func (r *Replica) move(w core.Write) (core.Result, error) {
	s := r.server
	if s.folders[w.To] == nil {
		return core.Result{}, missing("memory.Apply", string(w.To))
	}
	if s.Shape.Ops.Shared && s.folders[w.To].items[w.Ref.ID] != nil {
		return core.Result{}, core.Errorf("memory.Apply", core.Conflict, "it is in %s already", w.To)
	}
	return r.answer(s.Move(w.Ref, w.To), true), nil
}

// answer tells what a write did, as much as the shape tells.
func (r *Replica) answer(ref core.Ref, newID bool) core.Result {
	s := r.server
	if newID && !s.Shape.TellsID {
		return core.Result{}
	}
	res := core.Result{Stub: s.stub(ref), AsSent: s.Shape.Exact}
	res.Stub.Sum = ""
	if s.Shape.HidesRev && r.chance(3) {
		res.Stub.Rev = ""
	}
	return res
}
