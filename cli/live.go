package cli

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"lockstep/core"
	"lockstep/engine"
)

// live shows a pass while it runs: each write as a line with a tick, or, where
// there are many, how far it is: as a bar on a terminal, else as a line every
// few seconds.
type live struct {
	*session
	// quiet: nothing is written in this pass; only listing shows.
	quiet  bool
	paths  paths
	folder int // width of the folders' column

	listed      [2]int
	done, total int
	bytes       int64
	shown       time.Time
	bar         bool // there is one on the screen
}

const (
	// manySteps are shown as progress and not line by line.
	manySteps = 50
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
)

// event takes one event of the engine.
func (v *live) event(ctx context.Context, e engine.Event) {
	v.log.Debug("event", "type", e.Type, "link", e.Link, "run", e.Run, "side", e.Side.String(), "path", e.Path, "count", e.Count, "total", e.Total, "error", e.Error)
	switch e.Type {
	case engine.EventListed:
		v.listed[e.Side] += e.Count
		v.progress(fmt.Sprintf("listing the %s: %s", e.Side, items(v.listed[e.Side], v.link.Kind)))
	case engine.EventLearning:
		v.progress(fmt.Sprintf("reading %s of the %s", items(e.Total, v.link.Kind), e.Side))
	case engine.EventRetry:
		v.clear()
		v.log.Warn("trying again", "link", e.Link, "side", e.Side.String(), "error", e.Error)
	case engine.EventPlanned:
		v.done, v.total, v.bytes = 0, e.Total, 0
		v.findPaths(ctx)
	case engine.EventDone:
		v.step(e)
	}
}

// findPaths reads the paths of all folders, which events do not tell. No
// iterator of the store is open when a plan is made.
func (v *live) findPaths(ctx context.Context) {
	head, err := v.store.Head(ctx)
	if err != nil {
		return // the pass fails for the same reason
	}
	for _, x := range core.Sides() {
		v.paths[x] = map[core.CollectionID]string{}
		for _, row := range head.Collections {
			c := row.Side[x].Collection
			v.paths[x][c.ID] = c.Path
			v.folder = max(v.folder, min(utf8.RuneCountInString(c.Path), 24))
		}
	}
}

// step shows one write that was tried.
func (v *live) step(e engine.Event) {
	v.done++
	v.bytes += e.Bytes
	if v.out.json {
		s := v.paths.stepJSON("step", e.Link, *e.Step)
		s.Error = e.Error
		v.out.object(s)
		return
	}
	if e.Error == "" && v.many() {
		v.progress(v.how())
		return
	}
	v.clear()
	tick := v.out.paint(green, "✓")
	l := v.planLine(*e.Step, v.paths)
	if e.Error != "" {
		tick, l.why = v.out.paint(red, "✗"), l.why+": "+safe(e.Error)
	}
	where := pad(e.Step.Side.String(), 5) + "  " + pad(safe(v.paths.folderOf(*e.Step)), v.folder)
	v.out.line("%s %s %s  %s  %s  %s  %s", tick, v.out.paint(colourOf(l.op), string(rune(l.op))), where,
		pad(l.when, 16), padLeft(l.size, 7), pad(l.what, widest), strings.Join(nonempty(l.to, v.out.paint(dim, l.why)), "  "))
}

func (v *live) many() bool { return v.total > manySteps && !v.globals.Verbose }

func (v *live) how() string {
	return fmt.Sprintf("%s of %s done, %s", number(v.done), number(v.total), size(v.bytes))
}

// progress shows how far the pass is, unless it did so just now.
func (v *live) progress(text string) {
	now := v.sys.Now()
	switch {
	case v.globals.NoProgress || v.out.json:
	case v.sys.Watched && now.Sub(v.shown) >= barEvery:
		v.shown, v.bar = now, true
		fmt.Fprintf(v.sys.Stderr, "\r\x1b[K%s%s", v.meter(), safe(text))
	case !v.sys.Watched && v.shown.IsZero():
		v.shown = now // a short pass says nothing
	case !v.sys.Watched && now.Sub(v.shown) >= lineEvery:
		v.shown = now
		fmt.Fprintf(v.sys.Stderr, "%s: %s\n", safe(v.link.Name), text)
	}
}

// meter is the bar; "" while the end is not known.
func (v *live) meter() string {
	if v.total == 0 || v.done == 0 {
		return ""
	}
	const width = 24
	full := min(width, v.done*width/v.total)
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", width-full) + "] "
}

// clear takes the bar off the screen.
func (v *live) clear() {
	if v.bar {
		fmt.Fprint(v.sys.Stderr, "\r\x1b[K")
		v.bar = false
	}
}

// end is called after the pass.
func (v *live) end() { v.clear() }
