package dav_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/connect/dav"
	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/format/ical"
	"lockstep/merge"
	mergeevent "lockstep/merge/event"
	"lockstep/peers/davd"
	"lockstep/reconcile"
	"lockstep/replicatest"
	statemem "lockstep/state/memory"
	"lockstep/undo"
)

// TestConformanceWindow: a window changes nothing of the contract, wherever it begins.
func TestConformanceWindow(t *testing.T) {
	f := flavours()["caldav"]
	for name, oldest := range map[string]time.Time{
		"all in": time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), "all out": time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		"between": time.Date(2026, 1, 7, 0, 2, 30, 0, time.UTC), // item 2 is out, item 3 is in
	} {
		t.Run(name, func(t *testing.T) {
			h := harness(f, nil)
			h.New = func(t *testing.T) replicatest.Peer {
				a := serve(t, f, davd.Options{}, "Friends & <Family>", "Büro/100%")
				a.books[h.Paths[1]] = a.books["Büro/100%"]
				a.config.Oldest, a.config.Ends = func(time.Time) time.Time { return oldest }, ical.Ends
				return a
			}
			replicatest.Run(t, h)
		})
	}
}

// agenda is a calendar in memory on the left, one on a server on the right of which a
// window is shown, and a link between them.
type agenda struct {
	*desk
	days int // of the window; 0 = there is none
}

func newAgenda(t *testing.T, o davd.Options) *agenda {
	merger := merge.Properties{Format: mergeevent.Format{}}
	sum := func(b []byte) core.Sum { s, _ := merger.Sum(b); return s }
	key := func(b []byte) core.Key { uid, _, _ := ical.Describe(b); return core.Key(uid) }
	a := &agenda{days: 90, desk: &desk{t: t, merger: merger, store: statemem.New(), undo: undo.Open(filepath.Join(t.TempDir(), "undo")), now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}}
	a.account = serve(t, flavours()["caldav"], o, "Work", "Home")
	a.config.Now = func() time.Time { return a.now }
	a.config.Ends = ical.Ends
	a.config.Digest = a.digest
	a.local = memory.NewServer("left", memory.Shape{
		Ops:        core.Operations{Create: core.Checked, Update: core.Checked, Move: core.Checked, Delete: core.Checked, Named: true},
		UniqueKeys: true, TellsRev: true, TellsSum: true, TellsID: true, Exact: true, Deltas: true, Digest: sum, Keys: key,
	})
	a.local.AddFolder("Work", core.RoleNone, core.Vocabulary{})
	a.local.AddFolder("Home", core.RoleNone, core.Vocabulary{})
	return a
}

// meeting is an event that was on a day, or recurs from then on by a rule.
func meeting(uid, day, summary string, more ...string) []byte {
	lines := append([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", "BEGIN:VEVENT", "UID:" + uid, "DTSTAMP:20260101T000000Z",
		"DTSTART:" + strings.ReplaceAll(day, "-", "") + "T100000Z", "SUMMARY:" + summary}, more...)
	return []byte(strings.Join(append(lines, "END:VEVENT", "END:VCALENDAR", ""), "\r\n"))
}

// pass syncs once, an hour later, and returns how many writes were planned.
func (a *agenda) pass() int {
	a.t.Helper()
	a.runs++
	a.now = a.now.Add(time.Hour)
	config, scope := a.config, ""
	if a.days > 0 {
		config.Oldest = func(now time.Time) time.Time { return now.AddDate(0, 0, -a.days) }
		scope = fmt.Sprint("window=", a.days)
	}
	r, err := dav.Open(context.Background(), config)
	must(a.t, err)
	defer r.Close()
	e := engine.Engine{Now: func() time.Time { return a.now }, Sleep: func(context.Context, time.Duration) error { return nil },
		NewRun: func() string { return fmt.Sprint("run", a.runs) }, Attempts: 3, BatchItems: 100, BatchBytes: 1 << 20}
	report, err := e.Pass(a.t.Context(), engine.Link{Name: "events", Replicas: [2]core.Replica{memory.Open(a.local), r}, Local: [2]bool{true, false}, Store: a.store, Undo: a.undo,
		Traits: core.Traits{UniqueKeys: true, Digest: a.digest, Merger: a.merger}, Mapper: sameNames{}, Scope: scope,
		Policy: reconcile.Policy{Mode: reconcile.TwoWay, Write: [2]bool{true, true}, Deletes: [2]bool{true, true}}}, engine.Options{})
	must(a.t, err)
	for _, n := range report.Plan.Notes {
		if n.Parked {
			a.t.Errorf("parked: %+v", n)
		}
	}
	return len(report.Plan.Steps)
}

// remotely puts an event onto the server, as another program does.
func (a *agenda) remotely(calendar string, body []byte) {
	a.t.Helper()
	uid, _, err := ical.Describe(body)
	must(a.t, err)
	for path, text := range a.Truth() {
		if is, _, err := ical.Describe([]byte(text)); err == nil && is == uid {
			must(a.t, a.Server.Put(path, string(body)))
			return
		}
	}
	must(a.t, a.Server.Put(a.books[calendar]+uid+".ics", string(body)))
}

func (a *agenda) locally(body []byte) {
	a.t.Helper()
	uid, _, err := ical.Describe(body)
	must(a.t, err)
	if ref, is := a.local.ByKey(core.Key(uid)); is {
		a.local.Edit(ref, body)
		return
	}
	a.local.Add("Work", memory.Message{Body: body, Key: core.Key(uid)})
}

// here and there are the events of a side, "uid: summary" with its calendar, in order;
// an event that is there twice is named twice.
func (a *agenda) here() string {
	var all []string
	for _, ref := range a.local.Refs() {
		uid, label, _ := ical.Describe(a.local.At(ref).Body)
		all = append(all, fmt.Sprintf("%s: %s (%s)", uid, label, ref.Collection))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func (a *agenda) there() string {
	var all []string
	for path, text := range a.Truth() {
		for name, at := range a.books {
			if strings.HasPrefix(path, at) && path != at {
				uid, label, _ := ical.Describe([]byte(text))
				all = append(all, fmt.Sprintf("%s: %s (%s)", uid, label, name))
			}
		}
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// synced syncs, wants writes, and these events on both sides; then a further sync
// writes nothing.
func (a *agenda) synced(what string, writes int, here, there string) {
	a.t.Helper()
	if n := a.pass(); n != writes {
		a.t.Errorf("%s: %d writes, want %d", what, n, writes)
	}
	if got := a.here(); got != here {
		a.t.Errorf("%s, here:\n%s\nwant\n%s", what, got, here)
	}
	if got := a.there(); got != there {
		a.t.Errorf("%s, there:\n%s\nwant\n%s", what, got, there)
	}
	if n := a.pass(); n != 0 {
		a.t.Errorf("%s: one more sync makes %d writes", what, n)
	}
}

// drop deletes an event on a side.
func (a *agenda) drop(uid string, side core.Side) {
	a.t.Helper()
	if side == core.Left {
		ref, _ := a.local.ByKey(core.Key(uid))
		a.local.Remove(ref)
		return
	}
	for path, text := range a.Truth() {
		if strings.Contains(text, "UID:"+uid+"\r\n") {
			must(a.t, a.Delete(path))
		}
	}
}

// TestCase86: an event that slides out of the window is deleted nowhere, stays in step,
// and comes twice nowhere; what was outside from the beginning comes in when it is
// moved into the window, or the window is widened. It is so on every rung.
func TestCase86(t *testing.T) {
	worlds := map[string]davd.Profile{
		"the letter": {}, "ctag": {Name: "ctag", Changes: davd.CTag}, "nothing": {Name: "nothing", Changes: davd.Nothing}, "pages": {PageSize: 2}, "no ETags": {NoETag: true},
	}
	for _, p := range davd.Profiles() {
		if p.Name != "" && !p.Shards {
			worlds[p.Name] = p
		}
	}
	for _, name := range slices.Sorted(maps.Keys(worlds)) {
		t.Run(name, func(t *testing.T) { slide(newAgenda(t, davd.Options{Profile: worlds[name]})) })
	}
}

func slide(a *agenda) {
	for _, body := range [][]byte{
		meeting("both", "2025-01-01", "Old"), meeting("old", "2025-01-02", "Old"), meeting("recent", "2026-02-01", "Recent"),
		meeting("series", "2020-01-01", "Series", "RRULE:FREQ=WEEKLY"), meeting("ended", "2020-01-01", "Ended", "RRULE:FREQ=WEEKLY;COUNT=10"),
	} {
		a.remotely("Work", body)
	}
	a.locally(meeting("both", "2025-01-01", "Old"))
	a.locally(meeting("mine", "2025-01-03", "Mine"))
	a.synced("the first sync", 3,
		"both: Old (Work), mine: Mine (Work), recent: Recent (Work), series: Series (Work)",
		"both: Old (Work), ended: Ended (Work), mine: Mine (Work), old: Old (Work), recent: Recent (Work), series: Series (Work)")

	a.now = a.now.AddDate(0, 0, 200) // all but the series is old now, and a full list is due
	a.synced("when they slid out", 0, a.here(), a.there())

	a.remotely("Work", meeting("recent", "2026-02-01", "Recent, edited there"))
	a.locally(meeting("mine", "2025-01-03", "Mine, edited here"))
	a.remotely("Work", meeting("old", "2025-01-02", "Old, edited there"))
	a.remotely("Work", meeting("older", "2024-01-02", "Older"))
	a.synced("after edits", 2,
		"both: Old (Work), mine: Mine, edited here (Work), recent: Recent, edited there (Work), series: Series (Work)",
		"both: Old (Work), ended: Ended (Work), mine: Mine, edited here (Work), old: Old, edited there (Work), older: Older (Work), recent: Recent, edited there (Work), series: Series (Work)")

	a.drop("mine", core.Left)
	a.drop("older", core.Right)
	a.drop("recent", core.Right)
	a.remotely("Work", meeting("old", "2026-12-24", "Old, again"))
	a.synced("after deletions, and a move into the window", 3,
		"both: Old (Work), old: Old, again (Work), series: Series (Work)",
		"both: Old (Work), ended: Ended (Work), old: Old, again (Work), series: Series (Work)")

	a.days = 900
	a.synced("with a wider window", 0, a.here(), a.there())
	a.locally(meeting("both", "2025-01-01", "Old, edited here"))
	a.synced("an edit of what was outside", 1,
		"both: Old, edited here (Work), old: Old, again (Work), series: Series (Work)",
		"both: Old, edited here (Work), ended: Ended (Work), old: Old, again (Work), series: Series (Work)")
	a.days = 30
	a.synced("with a narrower window", 0, a.here(), a.there())
	a.days = 0
	a.synced("without a window", 1,
		"both: Old, edited here (Work), ended: Ended (Work), old: Old, again (Work), series: Series (Work)",
		"both: Old, edited here (Work), ended: Ended (Work), old: Old, again (Work), series: Series (Work)")
}

// TestWindowMove: an event in step that grew old and is put into another calendar there
// is deleted nowhere.
func TestWindowMove(t *testing.T) {
	a := newAgenda(t, davd.Options{})
	a.remotely("Work", meeting("recent", "2026-02-01", "Recent"))
	a.synced("the first sync", 1, "recent: Recent (Work)", "recent: Recent (Work)")
	a.now = a.now.AddDate(0, 0, 200)
	a.drop("recent", core.Right)
	a.remotely("Home", meeting("recent", "2026-02-01", "Recent"))
	a.synced("moved there", 0, "recent: Recent (Work)", "recent: Recent (Home)")
	a.remotely("Home", meeting("recent", "2026-12-01", "Recent again"))
	a.synced("and into the window", 2, "recent: Recent again (Home)", "recent: Recent again (Home)")
}

// TestWindowCost: of a thousand events that are outside each is read once, and none is
// fetched; after that a sync reads what changed, and a full list nothing.
func TestWindowCost(t *testing.T) {
	a := newAgenda(t, davd.Options{})
	for n := range 1000 {
		must(t, a.Server.Put(fmt.Sprintf("%sold%d.ics", a.books["Work"], n), string(meeting(fmt.Sprint("old", n), "2020-01-01", "Old"))))
	}
	a.remotely("Work", meeting("recent", "2026-02-01", "Recent"))
	reads := func(what string, want int) {
		t.Helper()
		before := a.Counts()
		a.pass()
		after := a.Counts()
		if n := after["REPORT calendar-multiget"] - before["REPORT calendar-multiget"] + after["GET"] - before["GET"]; n != want {
			t.Errorf("%s: %d multigets, want %d", what, n, want)
		}
	}
	reads("the first sync", 21) // of 50 each
	reads("a quiet one", 0)
	a.remotely("Work", meeting("recent", "2026-02-01", "Recent, edited"))
	reads("after an edit", 1)
	a.now = a.now.AddDate(0, 0, 200)
	reads("a full list", 0)
	if got := a.here(); got != "recent: Recent, edited (Work)" {
		t.Error(got)
	}
}

// TestWindowNeedsEnds: an account that could not tell what is old is refused.
func TestWindowNeedsEnds(t *testing.T) {
	a := serve(t, flavours()["caldav"], davd.Options{}, "Work")
	a.config.Oldest = func(now time.Time) time.Time { return now }
	_, err := dav.NewAccount(a.config)
	wantClass(t, err, core.Permanent)
}
