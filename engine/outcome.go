package engine

import (
	"cmp"

	"lockstep/core"
	"lockstep/reconcile"
	"lockstep/state"
)

// commit takes the outcome of one job into the base and the log.
func (x *executor) commit(j *job) {
	s := j.step
	entry := x.entryOf(j)
	class := core.ClassOf(j.err)
	switch {
	case j.err == nil && j.done:
		if x.view.Commit(j.intent, j.result, j.stored) {
			x.did(s)
			x.report.side(s.Side).Count(s.Op)
			switch {
			case s.Op == core.OpDelete && s.To != "" && x.paired(s.Side, s.To):
				x.report.Again = true
			case s.Op == core.OpPlace && s.Row != 0: // a move by copying: the original is still there
				x.report.Again = true
			}
		} else {
			entry.Result = "unsettled"
			x.report.side(s.Side).Count(s.Op)
		}
	case !j.done || class == core.Transient:
		x.view.Refused(j.intent)
		entry.Result = "transient"
		x.failed(s)
	case class == core.Permanent && x.refit(j):
		x.view.Refused(j.intent)
		j.again()
		return
	case class == core.Unknown:
		entry.Result = "unknown"
		x.failed(s)
	default:
		x.view.Refused(j.intent)
		entry.Result = class.String()
		x.refused[s.Tag()] = class == core.Permanent
		x.failed(s)
		if class == core.Resync {
			x.resync[lostCollection{s.Side, s.Ref.Collection}] = true
		}
		if class == core.Permanent {
			x.plan.Notes = append(x.plan.Notes, refused(s, j.err))
		}
	}
	if len(j.without) > 0 && (j.err == nil || class == core.Unknown) {
		x.plan.Notes = append(x.plan.Notes, staysHere(s, j.without, j.room))
	}
	if j.err != nil {
		entry.Error = j.err.Error()
		if class != core.Permanent && class != core.Unknown { // an unknown one is counted by its open intent
			x.report.Dropped++
		}
		if class == core.Transient {
			x.report.PutOff++
		}
	}
	x.log = append(x.log, entry)
	if entry.Undo != "" && (j.err == nil || class == core.Unknown) {
		x.report.Kept++
	}
	e := Event{Type: EventDone, Side: s.Side, Step: &s, Error: entry.Error}
	if j.body != nil {
		e.Bytes = j.body.size
	}
	x.emit(e)
}

// entryOf makes the log's entry of a job, as if it were done.
func (x *executor) entryOf(j *job) state.Entry {
	s := j.step
	e := state.Entry{
		Run: x.run, Time: x.engine.Now().Unix(), Side: s.Side, Op: s.Op, Row: s.Row, Ref: s.Ref, To: s.To,
		Key: s.Key, Add: s.Add, Remove: s.Remove, Why: s.Why, Result: "done", Undo: j.undo,
		Owner: s.Owner, Before: s.Before, After: s.Source.Label, Where: s.Source.Where, Same: s.Source.Same,
	}
	switch {
	case x.link.Policy.Mode == reconcile.Provision && (s.Op == core.OpCreate || s.Op == core.OpUpdate):
		e.Sum = j.stub.Sum
	case s.Op == core.OpUpdate && j.body != nil: // so that undo knows it again
		e.Sum = cmp.Or(j.result.Stub.Sum, j.body.stub.Sum)
	}
	return e
}

// did remembers a step that was carried out, for those that need it.
func (x *executor) did(s core.Step) {
	if x.link.Policy.Mode != reconcile.Provision {
		return
	}
	x.done[s.Tag()] = true
	if s.Op == core.OpRename {
		x.renamedTo[s.Owner] = true
	}
}

// failed: a deletion that failed parks that of the owner (rule 31), and of a merge
// the write to the other side waits for the next pass, but not for what is refused
// for good.
func (x *executor) failed(s core.Step) {
	if s.Op == core.OpUpdate && x.link.Traits.Merger != nil && !x.refused[s.Tag()] {
		x.half[s.Row] = true
	}
	if s.Op == core.OpDelete && s.Owner != "" {
		good, again := x.failedChild[s.Owner]
		x.failedChild[s.Owner] = x.refused[s.Tag()] && (good || !again)
	}
}

// ready tells whether what a step needs is done. What needs something that was
// refused for good is parked with it; the rest is planned again in the next
// pass. Nothing else spreads: rule 31.
func (x *executor) ready(s *core.Step) bool {
	if x.link.Policy.Mode != reconcile.Provision || !x.engine.Without.Holds(reconcile.RuleOwnerParks) {
		return true
	}
	forGood, child := x.failedChild[s.Owner]
	switch {
	case s.Needs != "" && x.refused[s.Needs]:
		x.refused[s.Tag()] = true
		x.waiting = append(x.waiting, *s)
	case s.Needs != "" && !x.done[s.Needs]:
		x.report.Dropped++
	case s.Op == core.OpDelete && s.Ref.Collection == x.link.Policy.OwnerResource && child:
		x.refused[s.Tag()] = forGood
		if !forGood {
			x.report.Dropped++
		}
	case s.Op == core.OpDelete && x.renamedTo[x.view.Sides[s.Side].Stubs[s.Ref].Owner] && x.engine.Without.Holds(reconcile.RuleRename):
		x.report.Dropped++ // the path may name something else now
	default:
		return true
	}
	return false
}
