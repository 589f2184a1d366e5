package engine

import (
	"context"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
)

// execute carries the plan out, phase by phase and side by side, in batches:
// the intents of a batch are committed, its writes made and flushed, and their
// effects committed. A bad item is parked and never stops the others.
func (p *pass) execute(ctx context.Context) error {
	x := &executor{pass: p, resync: map[lostCollection]bool{}, done: map[string]bool{}, refused: map[string]bool{}, renamedTo: map[string]bool{}, failedChild: map[string]bool{}, half: map[int64]bool{}}
	for _, side := range core.Sides() {
		x.keepRows = x.keepRows || p.view.Sides[side].Ops.Shared
	}
	x.keepRows = x.keepRows || slices.ContainsFunc(p.plan.Steps, func(s core.Step) bool { return s.Op == core.OpDelete })
	for steps := p.plan.Steps; len(steps) > 0; {
		n := 1
		for n < len(steps) && steps[n].Phase == steps[0].Phase && steps[n].Side == steps[0].Side {
			n++
		}
		if err := x.group(ctx, steps[:n]); err != nil {
			return err
		}
		if steps = steps[n:]; p.report.Yielded {
			break
		}
	}
	p.plan.Notes = append(p.plan.Notes, reconcile.Waiting(x.waiting)...)
	p.report.Again = p.report.Again || p.plan.Again && p.report.Writes() > 0
	return nil
}

type executor struct {
	*pass
	// resync: collections whose incarnation changed; their steps are dropped.
	resync map[lostCollection]bool
	// done and refused steps, by their tag, for those that need them; waiting are
	// the ones whose need was refused for good. With failedChild: rule 31.
	done, refused map[string]bool
	waiting       []core.Step
	// failedChild: owners of whom something could not be deleted; the value
	// tells that it was refused for good.
	failedChild map[string]bool
	// half: rows of which one side could not be given what a merge has for it.
	half map[int64]bool
	// renamedTo: names that owners have got in this pass.
	renamedTo map[string]bool
	// smaller are jobs that were refused for their size and go again with less.
	smaller []*job
	// keepRows: what is agreed on stays in the view.
	keepRows bool
}

// job is one step on its way.
type job struct {
	step   core.Step
	body   *spooled
	stub   core.Stub // of the source, as it was read
	intent *core.Intent
	result core.Result
	err    error
	done   bool
	stored []byte
	undo   string
	// without are the properties that it leaves out, for which there is no room.
	without []string
	room    room
}

// group runs steps of one phase and side. The bodies of a batch are read while
// the one before it is written.
func (x *executor) group(ctx context.Context, steps []core.Step) error {
	part, steps := x.cut(steps)
	next := x.readAhead(ctx, part)
	defer func() {
		if next != nil {
			next.drop()
		}
	}()
	for next != nil {
		if x.yields(part[0]) {
			return nil
		}
		now := next
		next = nil
		jobs, err := now.take()
		if err != nil {
			closeBodies(now.jobs)
			return err
		}
		if len(steps) > 0 {
			part, steps = x.cut(steps)
			next = x.readAhead(ctx, part)
		}
		for len(jobs) > 0 { // copies of one body wait for each other: rule 4
			later, err := x.batch(ctx, jobs)
			if err != nil {
				closeBodies(now.jobs)
				return err
			}
			jobs, x.smaller = append(later, x.smaller...), nil // what was refused for its size goes with less
		}
		closeBodies(now.jobs)
	}
	return nil
}

// yields tells whether the pass ends before a batch, for something newer; it
// gets somewhere first.
func (x *executor) yields(s core.Step) bool {
	if x.options.Yield == nil || s.Op != core.OpCreate || x.report.Writes() == 0 || !x.options.Yield() {
		return false
	}
	x.report.Yielded, x.report.Again = true, true
	return true
}

// cut takes a batch off the steps.
func (x *executor) cut(steps []core.Step) (part, rest []core.Step) {
	n, size := 0, int64(0)
	for n < len(steps) && n < max(x.engine.BatchItems, 1) && (n == 0 || size+max(steps[n].Size, 0) <= x.engine.BatchBytes) {
		size += max(steps[n].Size, 0)
		n++
	}
	return steps[:n], steps[n:]
}

// batch makes one batch of writes durable; it returns the jobs that have to
// wait for it.
func (x *executor) batch(ctx context.Context, jobs []*job) (later []*job, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	side := jobs[0].step.Side
	jobs = slices.DeleteFunc(jobs, func(j *job) bool { return !x.resolve(j) })
	ready, later := x.oneOfEach(side, jobs)
	if len(ready) == 0 {
		return nil, nil
	}
	survey, err := x.positions(ctx, side, ready)
	if err != nil {
		return nil, err
	}
	if ready, err = x.keepForUndo(ctx, side, ready); err != nil || len(ready) == 0 {
		return later, err
	}
	if err := x.fit(side, ready); err != nil {
		return nil, err
	}
	for _, j := range ready {
		j.intent = x.view.Begin(j.step, x.run, survey, j.stub)
	}
	b := x.viewBatch()
	x.forgetRevs(b, side, ready)
	if err := x.commitBatch(ctx, b); err != nil {
		return nil, err
	}
	return later, x.apply(ctx, side, ready)
}

// resolve brings a step up to date with what earlier batches did; false = it
// is dropped and the next pass plans again.
func (x *executor) resolve(j *job) bool {
	if x.upToDate(&j.step) {
		return true
	}
	x.failed(j.step)
	return false
}

func (x *executor) upToDate(s *core.Step) bool {
	if x.resync[lostCollection{s.Side, s.Ref.Collection}] {
		x.report.Dropped++
		return false
	}
	if !x.ready(s) {
		return false
	}
	if s.Op == core.OpUpdate && x.half[s.Row] { // of what its server may drop for this, the other side has no copy yet
		x.report.Dropped++
		return false
	}
	if s.Row == 0 && s.Op == core.OpDelete { // an old name may have got a row of its own meanwhile
		s.Row = x.view.Sides[s.Side].Bound[s.Ref]
	}
	if s.Row == 0 {
		_, there := x.view.Sides[s.Side].Stubs[s.Ref]
		if s.Op == core.OpDelete && !there { // it has followed its owner
			x.report.Dropped++
			return false
		}
		return true
	}
	row := x.view.Rows[s.Row]
	if row == nil {
		x.report.Dropped++
		return false
	}
	for _, in := range x.view.Intents {
		if in.Row == s.Row { // its last write is not settled
			x.report.Dropped++
			return false
		}
	}
	if !s.Restore && !(s.Op == core.OpCreate) {
		now, there := x.view.Written(row, *s)
		if !there {
			x.report.Dropped++
			return false
		}
		s.Ref = now.Ref
	}
	return true
}

// oneOfEach holds back copies of a body that another create of this batch, or
// an unsettled one, is making on the same side.
func (x *executor) oneOfEach(side core.Side, jobs []*job) (ready, later []*job) {
	if !x.engine.Without.Holds(reconcile.RuleOneCreate) {
		return jobs, nil
	}
	open, now := map[string]bool{}, map[string]bool{}
	evidence := func(key core.Key, sum core.Sum) string { // what an unanswered create is found by
		if x.link.Traits.UniqueKeys {
			return string(key)
		}
		return string(sum)
	}
	for _, in := range x.view.Intents {
		if in.Side == side && (in.Op == core.OpCreate || in.Op == core.OpPlace) {
			open[evidence(in.Key, in.Sum)] = true
		}
	}
	for _, j := range jobs {
		sum := evidence(j.step.Key, j.stub.Sum)
		switch {
		case j.step.Op != core.OpCreate && j.step.Op != core.OpPlace || sum == "":
			ready = append(ready, j)
		case open[sum]:
			x.report.Dropped++
		case now[sum]:
			later = append(later, j)
		default:
			now[sum] = true
			ready = append(ready, j)
		}
	}
	return ready, later
}

// positions surveys the written side before blind creates, so that what they
// make can be told from what was there.
func (x *executor) positions(ctx context.Context, side core.Side, jobs []*job) (core.Survey, error) {
	ops := x.view.Sides[side].Ops
	blind := slices.ContainsFunc(jobs, func(j *job) bool {
		return (j.step.Op == core.OpCreate || j.step.Op == core.OpPlace) && ops.Of(j.step.Op) == core.Blind
	})
	if !blind {
		return core.Survey{}, nil
	}
	var s core.Survey
	err := x.retry(ctx, side, func() (err error) {
		x.report.Requests++
		s, err = x.link.Replicas[side].Collections(ctx)
		return err
	})
	return s, err
}

// apply makes the writes, flushes, and commits what became of each.
func (x *executor) apply(ctx context.Context, side core.Side, jobs []*job) error {
	err := x.retry(ctx, side, func() error { return x.write(ctx, side, jobs) })
	if err != nil && core.ClassOf(err) != core.Transient && core.ClassOf(err) != core.Unknown {
		x.commitView(context.WithoutCancel(ctx)) // what is known so far
		return err
	}
	if err := x.readBack(ctx, side, jobs); err != nil {
		return err
	}
	if f, can := x.link.Replicas[side].(core.Flusher); can {
		if err := f.Flush(ctx); err != nil {
			return err // the intents stay open and are settled by what is there
		}
	}
	last := x.view.LastRow()
	for _, j := range jobs {
		x.commit(j)
	}
	b := x.viewBatch()
	b.Log, x.log = x.log, nil
	if err := x.commitBatch(ctx, b); err != nil {
		return err
	}
	x.evict(last)
	return nil
}

// evict drops the rows that were made since a number and are as agreed, so
// that a first sync does not end with everything in memory. Deletions look for
// twins, and on a side with places rows share items: there they stay.
func (x *executor) evict(last int64) {
	if x.keepRows {
		return
	}
	for n := last + 1; n <= x.view.LastRow(); n++ {
		row := x.view.Rows[n]
		if row == nil {
			continue
		}
		agreed := true
		for _, side := range core.Sides() {
			s, there := x.view.Stub(row, side)
			agreed = agreed && there && x.agreedOn(row, side, s)
		}
		if agreed {
			x.view.Evict(row)
		}
	}
}

// write sends the jobs that have no outcome yet. Transient: some of them were
// not made and may be tried again.
func (x *executor) write(ctx context.Context, side core.Side, jobs []*job) error {
	var transient error
	sent := map[int]bool{}
	writes := func(yield func(core.Write) bool) {
		for i, j := range jobs {
			if j.done {
				continue
			}
			w, err := x.writeOf(j, i)
			if err != nil {
				j.done, j.err = true, err
				continue
			}
			sent[i] = true
			if !yield(w) {
				return
			}
		}
	}
	x.report.Requests++
	answered := map[int]bool{}
	for res, err := range x.link.Replicas[side].Apply(ctx, writes) {
		if res.Seq < 0 || res.Seq >= len(jobs) {
			continue
		}
		j := jobs[res.Seq]
		answered[res.Seq] = true
		if err != nil && core.ClassOf(err) == core.Transient {
			transient, j.err = err, err
			continue
		}
		j.done, j.result, j.err = true, res, err
	}
	for i := range sent {
		if j := jobs[i]; !answered[i] {
			j.done, j.err = true, core.Errorf("engine.Apply", core.Unknown, "no answer")
		}
	}
	for i, j := range jobs { // never sent: nothing was changed
		if !j.done && !sent[i] {
			j.err = core.Errorf("engine.Apply", core.Transient, "not sent")
			if transient == nil {
				transient = j.err
			}
		}
	}
	for _, j := range jobs {
		if j.done && j.err != nil && core.ClassOf(j.err) == core.Auth {
			return j.err
		}
	}
	return transient
}

// writeOf makes the Write of a job.
func (x *executor) writeOf(j *job, seq int) (core.Write, error) {
	w := writeOf(j.step, j.stub)
	w.Seq, w.Incarnation = seq, j.intent.Incarnation
	if w.Op == core.OpCreate {
		w.Ref = j.intent.At
	}
	if j.body != nil && (w.Op == core.OpCreate || w.Op == core.OpUpdate) {
		body, err := j.body.open()
		if err != nil {
			return w, err
		}
		w.Item.Body, w.Item.Size, w.Item.Sum = body, j.body.stub.Size, j.body.stub.Sum
		x.report.BytesWritten += j.body.size
	}
	return w, nil
}
