package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lockstep/core"
	"lockstep/engine"
	"lockstep/format/element"
)

// live shows a pass while it runs: each write as a line with a tick, unless there
// are many, and from a few writes on how far it is, as one line that changes, on
// a terminal only; elsewhere the log tells it every few seconds, at level info.
type live struct {
	*session
	paths  paths
	folder int // width of the folders' column
	owner  int // width of the owners' column
	feeds  [2]map[core.FeedID]string

	listed [2]int
	meter  meter
	shown  time.Time
	drawn  bool // there is a line on the screen that changes
	// warns: notes about a side are shown as soon as they are known, each once.
	warns  bool
	warned map[string]bool
}

const (
	// manySteps are shown as progress and not line by line; fewSteps need none.
	manySteps = 50
	fewSteps  = 5
	drawEvery = 100 * time.Millisecond
	logEvery  = 5 * time.Second
)

// event takes one event of the engine.
func (v *live) event(ctx context.Context, e engine.Event) {
	v.log.Debug("event", "type", e.Type, "link", e.Link, "run", e.Run, "side", e.Side.String(), "path", e.Path, "count", e.Count, "total", e.Total, "error", e.Error)
	switch e.Type {
	case engine.EventStarted:
		v.listed, v.feeds, v.meter = [2]int{}, [2]map[core.FeedID]string{}, meter{}
	case engine.EventListed:
		v.listed[e.Side] += e.Count
		text := fmt.Sprintf("listing the %s: %s", e.Side, items(v.listed[e.Side], v.link.Kind))
		if folder := v.folderOf(ctx, e.Side, core.FeedID(e.Path)); folder != "" {
			text += ", " + folder
		}
		v.progress(text)
	case engine.EventLearning:
		v.progress(fmt.Sprintf("reading %s of the %s", items(e.Total, v.link.Kind), e.Side))
	case engine.EventRetry:
		v.clear()
		v.log.Warn("trying again", "link", e.Link, "side", e.Side.String(), "error", e.Error)
	case engine.EventPlanned:
		v.meter.planned(v.sys.Now(), e.Count, e.Total)
		v.findPaths(ctx)
		v.findOwners(e.Plan)
		v.warnOfHeld(e.Plan)
	case engine.EventFolder:
		v.folderStep(e)
	case engine.EventParked:
		v.warning(*e.Note)
	case engine.EventDone:
		v.step(e)
	case engine.EventEnded:
		v.clear()
	}
}

// folderOf is the folder that a feed is of; "" = it is of several, or unknown.
func (v *live) folderOf(ctx context.Context, x core.Side, feed core.FeedID) string {
	if v.feeds[x] == nil {
		v.feeds[x] = map[core.FeedID]string{}
		head, err := v.store.Head(ctx)
		if err != nil {
			return "" // the pass fails for the same reason
		}
		for _, row := range head.Collections {
			c := row.Side[x].Collection
			if _, shared := v.feeds[x][c.Feed]; shared {
				c.Path = ""
			}
			v.feeds[x][c.Feed] = c.Path
		}
	}
	return v.feeds[x][feed]
}

// findPaths reads the paths of all folders, which events do not tell. No
// iterator of the store is open when a plan is made.
func (v *live) findPaths(ctx context.Context) {
	head, err := v.store.Head(ctx)
	if err != nil {
		return // the pass fails for the same reason
	}
	v.paths = pathsOf(head)
	for x := range v.paths {
		for _, path := range v.paths[x] {
			v.folder = max(v.folder, min(cells(safe(path)), 24))
		}
	}
}

// findOwners makes the column of owners as wide as they are.
func (v *live) findOwners(p *core.Plan) {
	if p == nil || v.many() {
		return
	}
	for _, step := range p.Steps {
		v.owner = max(v.owner, min(cells(safe(step.Owner)), widest))
	}
}

// folderStep shows one change of the list of folders; what failed is among
// what is not done, at the end.
func (v *live) folderStep(e engine.Event) {
	s := folderJSON("folder", e.Link, *e.Folder)
	s.Error = e.Error
	v.out.object(s)
	if e.Error == "" {
		v.clear()
		v.out.line("%s %s", v.out.paint(green, "✓"), v.folderLine(*e.Folder, "folder "+safe(e.Folder.Path)))
	}
}

// step shows one write that was tried.
func (v *live) step(e engine.Event) {
	v.meter.step(v.sys.Now(), e.Bytes)
	if v.out.json {
		s := v.stepJSON(v.paths, "step", *e.Step)
		s.Error = e.Error
		v.out.object(s)
		return
	}
	if e.Error != "" || !v.many() {
		v.tell(e)
	}
	if v.meter.total > fewSteps {
		v.progress(v.place(*e.Step))
	}
}

// tell prints one write that was tried.
func (v *live) tell(e engine.Event) {
	v.clear()
	tick := v.out.paint(green, "✓")
	if e.Error != "" {
		tick = v.out.paint(red, "✗")
	}
	if provisions(v.link) {
		v.element(tick, *e.Step, e.Error)
		return
	}
	l := v.planLine(*e.Step, v.paths)
	if e.Error != "" {
		l.why += ": " + safe(e.Error)
	}
	where := pad(e.Step.Side.String(), 5) + "  " + pad(safe(v.paths.folderOf(*e.Step)), v.folder)
	v.out.line("%s %s %s  %s  %s  %s  %s", tick, v.out.paint(colourOf(l.op), string(rune(l.op))), where,
		pad(l.when, 16), padLeft(l.size, 7), pad(l.what, widest), strings.Join(nonempty(l.to, v.out.paint(dim, l.why)), "  "))
}

// element shows one write of a provisioning.
func (v *live) element(tick string, step core.Step, failed string) {
	l := v.elementLine(step)
	if failed != "" {
		l.why += ": " + safe(failed)
	}
	v.out.line("%s %s %s  %s  %s", tick, v.out.paint(colourOf(l.op), string(rune(l.op))), pad(safe(step.Owner), v.owner),
		pad(l.resource, len(element.Identity)), strings.Join(nonempty(l.what, v.out.paint(dim, l.why)), "  "))
	if l.call != "" {
		v.out.line("      %s", v.out.paint(dim, l.call))
	}
}

// warning shows a note about a side or a resource as a whole before anything is
// written, because it tells what this pass will not do.
func (v *live) warning(n core.Note) {
	if n.Ref.ID == "" && n.Key == "" && n.Owner == "" && n.Count == 0 {
		v.warn("the " + n.Side.String() + ": " + n.Why)
	}
}

// warnOfHeld says that deletions are held back, before anything is written.
func (v *live) warnOfHeld(p *core.Plan) {
	if p == nil || len(p.Held) == 0 {
		return
	}
	why := strings.Join(p.HeldWhy, "; ")
	if why == "" {
		why = p.Held[0].Why
	}
	v.warn(plural(len(p.Held), "deletion") + " held back, and nothing of that is written: " + why)
}

func (v *live) warn(text string) {
	if !v.warns || !provisions(v.link) || v.warned[text] {
		return
	}
	if v.warned == nil {
		v.warned = map[string]bool{}
	}
	v.warned[text] = true
	v.clear()
	v.out.line("%s %s", v.out.paint(yellow, "!"), safe(text))
}

func (v *live) many() bool { return v.meter.total > manySteps && !v.globals.Verbose }

// place is where a write was made.
func (v *live) place(s core.Step) string {
	if provisions(v.link) {
		return s.Owner + " " + resourceOf(s)
	}
	return s.Side.String() + " " + v.paths.folderOf(s)
}

// progress shows how far the pass is, unless it did so just now.
func (v *live) progress(text string) {
	now := v.sys.Now()
	switch {
	case v.globals.NoProgress:
	case v.out.json || !v.sys.drawsLine():
		if v.shown.IsZero() {
			v.shown = now // a short pass says nothing
		} else if now.Sub(v.shown) >= logEvery {
			v.shown = now
			if v.meter.known() {
				text = v.meter.text(now) + ", " + text
			}
			v.log.Info("progress", "link", v.link.Name, "at", text)
		}
	case now.Sub(v.shown) >= drawEvery:
		v.shown, v.drawn = now, true
		line := clip(safe(text), v.sys.room())
		if v.meter.known() {
			line = v.meter.line(now, safe(text), v.sys.room(), v.sys.drawsBlocks())
		}
		// Written over what is there, and the rest taken away after, it does not flicker.
		fmt.Fprintf(v.sys.Stderr, "\r%s\x1b[K", line)
	}
}

// clear takes the line that changes off the screen.
func (v *live) clear() {
	if v.drawn {
		fmt.Fprint(v.sys.Stderr, "\r\x1b[K")
		v.drawn = false
	}
}

// end is called after the pass.
func (v *live) end() { v.clear() }
