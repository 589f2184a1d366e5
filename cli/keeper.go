package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"lockstep/connect/all"
	"lockstep/core"
	"lockstep/daemon"
	"lockstep/engine"
)

// keeper keeps one link in step.
type keeper struct {
	*session
	// trouble is what was last said to be wrong, so that it is said once.
	trouble string
	syncs   int
	rest    rest
}

func (k *keeper) link() daemon.Link {
	l := daemon.Link{Name: k.session.link.Name, Sync: k.sync, Every: k.session.link.Interval, Told: k.post}
	for _, x := range core.Sides() {
		l.Watches = append(l.Watches, k.watch(x))
	}
	return l
}

// pruneEvery so many syncs the log is cut; a link may be looked at every second.
const pruneEvery = 200

// sync is one sync, of which only what is worth a line is said. It found a change
// where the other side was written to.
func (k *keeper) sync(ctx context.Context, pending func() bool) (found [2]bool, err error) {
	if err := k.rest.end(ctx, k.store); err != nil {
		return found, err
	}
	defer k.rest.begin(k.store, func(err error) { k.log.Warn("the state cannot rest", "link", k.session.link.Name, "error", err) })
	defer k.forget()
	if k.syncs++; k.syncs%pruneEvery == 1 {
		defer func() { err = errors.Join(err, k.prune(context.WithoutCancel(ctx))) }()
	}
	audit, err := k.openAudit(ctx)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, audit.close(ctx)) }()
	t := newTally(k.session.link.Name)
	err = k.look(ctx, t, pending)
	if err != nil && ctx.Err() != nil {
		k.sayCut(t)
	} else {
		k.say(t, err)
	}
	if err == nil && t.Unfinished > 0 {
		err = core.Errorf("sync", core.Transient, "%s could not be finished", plural(t.Unfinished, "write"))
	}
	return [2]bool{t.Right.Total() > 0, t.Left.Total() > 0}, err
}

// look runs passes until one leaves nothing undone that another could do, and then
// the hook.
func (k *keeper) look(ctx context.Context, t *tally, pending func() bool) (err error) {
	for n := 0; n < mostPasses; n++ {
		o := engine.Options{}
		emit := k.event(ctx)
		o.Yield, emit = k.yields(pending, emit)
		report, err := k.pass(ctx, o, emit)
		t.add(report)
		if err != nil {
			return err
		}
		if unfinished(report) == 0 && !report.Again {
			break
		}
		if report.Yielded {
			n = -1 // it goes on until all is done
		}
	}
	if t.Conflicts, err = k.openConflicts(ctx); err != nil {
		return err
	}
	if t.changed() {
		return k.hook(ctx, t)
	}
	return nil
}

// A long copying ends early for what was hinted at meanwhile, so that a first
// sync does not keep new mail waiting: not before it has copied for yieldAfter,
// and for much longer than it took to begin, because the next pass begins anew.
const (
	yieldAfter = 10 * time.Second
	yieldTimes = 5
)

// yields tells the engine when to end early.
func (k *keeper) yields(pending func() bool, emit func(engine.Event)) (func() bool, func(engine.Event)) {
	began, copies := time.Now(), time.Time{}
	yield := func() bool {
		return !copies.IsZero() && time.Since(copies) > max(yieldAfter, yieldTimes*copies.Sub(began)) && pending()
	}
	return yield, func(e engine.Event) {
		if e.Type == engine.EventPlanned && copies.IsZero() {
			copies = time.Now()
		}
		emit(e)
	}
}

// event shows each write with -v, and else only logs.
func (k *keeper) event(ctx context.Context) func(engine.Event) {
	if k.globals.Verbose && !k.out.json {
		v := &live{session: k.session}
		return func(e engine.Event) { v.event(ctx, e) }
	}
	return func(e engine.Event) {
		k.log.Debug("event", "type", e.Type, "link", e.Link, "run", e.Run, "side", e.Side.String(), "path", e.Path, "count", e.Count, "total", e.Total, "error", e.Error)
	}
}

// say tells of a sync that wrote something, or in which something is wrong that
// was not so before.
func (k *keeper) say(t *tally, err error) {
	trouble := ""
	switch {
	case err != nil:
		trouble = problemsOf(err)[0].Error()
	case t.Held > 0:
		trouble = fmt.Sprintf("%s held back; lockstep plan shows them, and how to consent", plural(t.Held, "deletion"))
	case t.Parked > 0:
		trouble = fmt.Sprintf("%s parked; lockstep status shows them", items(t.Parked, k.session.link.Kind))
	case t.Conflicts > 0:
		trouble = fmt.Sprintf("%s open; lockstep conflicts shows them", plural(t.Conflicts, "conflict"))
	}
	news := trouble != k.trouble
	k.trouble = trouble
	if !news && !t.changed() {
		return
	}
	if k.out.json {
		t.end(k.app, err)
		return
	}
	name := k.out.paint(bold, safe(k.session.link.Name))
	if t.changed() {
		k.out.line("%s: %s (%s)", name, t.summary(false), seconds(t.Seconds))
	}
	if news && trouble != "" {
		k.out.line("%s: %s %s", name, k.out.paint(yellow, "!"), safe(trouble))
	} else if news {
		k.out.line("%s: %s all is well again", name, k.out.paint(green, "✓"))
	}
}

// sayCut tells of a sync that was told to end: what it wrote until then, if anything.
// That it was is no trouble, for somebody asked for it, and the next look goes on.
func (k *keeper) sayCut(t *tally) {
	if !t.changed() {
		return
	}
	if k.out.json {
		t.end(k.app, nil)
		return
	}
	k.out.line("%s: %s, before it was told to end (%s)", k.out.paint(bold, safe(k.session.link.Name)), t.summary(false), seconds(t.Seconds))
}

// watch opens a side to be told when it changes.
func (k *keeper) watch(x core.Side) daemon.Watch {
	return func(ctx context.Context) iter.Seq2[core.FeedID, error] {
		return func(yield func(core.FeedID, error) bool) {
			l := k.session.link
			o := all.Options{Kind: l.Kind, Link: l, Kept: k.kept, Watch: true}
			if x == core.Left {
				o.Also = l.Also
			}
			replica, _, err := k.sys.Open(ctx, l.Ends()[x], o)
			if err != nil {
				// It may come to be: a Maildir that the first sync makes.
				yield("", &core.Error{Op: "watch", Class: core.Transient, Err: fmt.Errorf("the %s: %w", x, err)})
				return
			}
			defer func() { _ = replica.Close() }()
			w, can := replica.(core.Watcher)
			if !can {
				yield("", core.Errorf("watch", core.Permanent, "the %s does not tell when it changes", x))
				return
			}
			for feed, err := range w.Watch(ctx) {
				if !yield(feed, err) {
					return
				}
			}
		}
	}
}
