package cli

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lockstep/config"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/state"
	"lockstep/state/memory"
)

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"Entwürfe/a b":      "Entwürfe/a b",
		"\x1b[2J":           `\x1b[2J`,
		"a\nb":              `a\x0ab`,
		"evil\u202egnp.exe": `evil\u202egnp.exe`,
		"\xff\x9b":          "\ufffd",
	} {
		if got := safe(in); got != want {
			t.Errorf("safe(%q) is %q", in, got)
		}
	}
}

func TestWords(t *testing.T) {
	for n, want := range map[int64]string{-1: "", 0: "0 B", 999: "999 B", 1200: "1.2 kB", 150_000: "150 kB", 999_600: "1.0 MB", 25_000_000: "25.0 MB"} {
		if got := size(n); got != want {
			t.Errorf("size(%d) is %q", n, got)
		}
	}
	for n, want := range map[int]string{1: "1", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) is %q", n, got)
		}
	}
	for _, c := range []struct{ got, want string }{
		{items(1, core.Mail), "1 message"}, {items(2, core.Entry), "2 elements"}, {plural(2, "entry"), "2 entries"}, {plural(3, "write"), "3 writes"},
		{list([]string{"a", "b", "c"}), "a, b and c"}, {quoted("maildir:/a b"), "'maildir:/a b'"},
	} {
		if c.got != c.want {
			t.Errorf("%q is not %q", c.got, c.want)
		}
	}
}

// TestPlanText: the steps of all sorts, grouped by side and folder, in
// columns, with colour on a terminal only.
func TestPlanText(t *testing.T) {
	at := paths{{"I": "INBOX", "A": "Archive"}, {"I": "INBOX", "A": "Archive"}}
	ref := func(c core.CollectionID, id core.ID) core.Ref { return core.Ref{Collection: c, ID: id} }
	p := core.Plan{
		Collections: []core.CollectionStep{{Side: core.Right, Op: core.DeleteCollection, Path: "Old", Why: "deleted on the left"}},
		Steps: []core.Step{
			{Side: core.Right, Op: core.OpMove, Ref: ref("I", "1"), To: "A", Key: "a@x", Size: 5, Time: 1767323045, Why: "moved on the left"},
			{Side: core.Right, Op: core.OpMark, Ref: ref("I", "2"), Key: "b@x", Size: 1234, Add: core.NewMarks(core.Seen, "todo"), Remove: core.NewMarks(core.Flagged), Why: "marks changed on the left"},
			{Side: core.Left, Op: core.OpCreate, Ref: ref("A", ""), To: "A", Source: core.Stub{Ref: ref("A", "9")}, Size: 5, Why: "new on the right"},
			{Side: core.Right, Op: core.OpDelete, Ref: ref("I", "3"), Key: "c@x", Size: 7, Why: "deleted on the left"},
		},
	}
	var out bytes.Buffer
	a := &app{sys: System{Now: func() time.Time { return time.Unix(0, 0).UTC() }}, out: &printer{w: &out}}
	a.showPlan(p, at)
	want := `folders
  - right  Old  deleted on the left

left  Archive
  +                      5 B  9                                      new on the right

right  INBOX
  > 2026-01-02 03:04     5 B  a@x  to Archive                        moved on the left
  #                   1.2 kB  b@x  +\Seen +todo -\Flagged            marks changed on the left
  -                      7 B  c@x                                    deleted on the left
`
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	if squeeze(out.String()) != squeeze(want) {
		t.Errorf("got\n%s", &out)
	}
	column := -1
	for line := range strings.Lines(out.String()) {
		for _, why := range []string{"new on", "moved on", "marks changed", "deleted on the left\n"} {
			if i := strings.Index(line, why); i > 0 && !strings.Contains(line, "Old") {
				if column >= 0 && i != column {
					t.Errorf("the reasons do not stand in a column:\n%s", &out)
				}
				column = i
			}
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Error("there is colour where no terminal is")
	}
	a.out.colour = true
	out.Reset()
	a.showPlan(p, at)
	if !strings.Contains(out.String(), "\x1b[31m-\x1b[0m") {
		t.Errorf("there is no colour on a terminal:\n%s", &out)
	}
}

// TestProgress: many steps show as one line that changes, on a terminal;
// elsewhere the log tells how far it is, if it was asked; else there is nothing.
func TestProgress(t *testing.T) {
	steps := func(watched, never bool, level slog.Level) string {
		var errs bytes.Buffer
		now := time.Unix(0, 0)
		a := &app{out: &printer{w: &bytes.Buffer{}}, log: slog.New(slog.NewTextHandler(&errs, &slog.HandlerOptions{Level: level})), globals: globals{NoProgress: never}}
		a.sys = System{Stderr: &errs, Watched: watched, Getenv: func(string) string { return "" }, Now: func() time.Time { return now }}
		store, ctx := memory.New(), context.Background()
		at := core.CollectionAt{Collection: core.Collection{ID: "b", Path: "Lists/go", Feed: "f"}}
		if err := store.Commit(ctx, &state.Batch{Collections: []core.CollectionRow{{N: 1, Side: [2]core.CollectionAt{at, at}}}}); err != nil {
			t.Fatal(err)
		}
		v := &live{session: &session{app: a, link: &config.Link{Name: "work", Kind: core.Mail}, store: store}}
		v.event(ctx, engine.Event{Type: engine.EventListed, Count: 1000, Path: "f"})
		v.event(ctx, engine.Event{Type: engine.EventPlanned, Total: 100})
		for range 100 {
			now = now.Add(time.Second)
			v.event(ctx, engine.Event{Type: engine.EventDone, Step: &core.Step{Op: core.OpCreate, Side: core.Right, Ref: core.Ref{Collection: "b"}}, Bytes: 10_000})
		}
		v.end()
		return errs.String()
	}
	got := steps(true, false, slog.LevelWarn)
	for _, part := range []string{"\rlisting the left: 1,000 messages, Lists/go\x1b[K", "\r[######......]  50 of 100, 500 kB, 1.0/s, 10.0 kB/s, 50 s left, right Lists/go\x1b[K"} {
		if !strings.Contains(got, part) {
			t.Errorf("on a terminal there is no %q in %q", part, got)
		}
	}
	if !strings.HasSuffix(got, "\r\x1b[K") || strings.Contains(got, "\n") {
		t.Errorf("the line is not taken away again: %q", got)
	}
	if got := steps(false, false, slog.LevelWarn); got != "" {
		t.Errorf("on a pipe: %q", got)
	}
	if got := steps(false, false, slog.LevelInfo); strings.Contains(got, "\x1b") || strings.Count(got, "\n") != 20 || !strings.Contains(got, `at="50 of 100, 500 kB, 1.0/s, 10.0 kB/s, 50 s left, right Lists/go"`) {
		t.Errorf("in the log: %q", got)
	}
	if got := steps(true, true, slog.LevelInfo); got != "" {
		t.Errorf("with --no-progress: %q", got)
	}
}

func TestNotesAreGrouped(t *testing.T) {
	var notes []core.Note
	for i := range 5 {
		notes = append(notes, core.Note{Side: core.Left, Ref: core.Ref{Collection: "INBOX", ID: "x"}, Key: core.Key(fmt.Sprintf("k%d", i)), Why: fmt.Sprintf("larger than 1 kB (%d kB)", i+2)})
	}
	notes = append(notes, core.Note{Side: core.Right, Ref: core.Ref{Collection: "Junk"}, Why: `"Junk" is not synced: excluded`})
	got := groupNotes(notes, paths{})
	if len(got) != 2 || len(got[0].names) != 5 || got[0].names[1] != "k1 (3 kB)" || got[0].why != "larger than 1 kB" || !got[1].whole {
		t.Errorf("%+v", got)
	}
}

// TestNotesOfFolders: what a note of a folder as a whole says at its end, what to do, is
// printed, and two that differ in it are two.
func TestNotesOfFolders(t *testing.T) {
	var out bytes.Buffer
	s := &session{app: &app{out: &printer{w: &out}}, link: &config.Link{Kind: core.Contact}}
	note := func(folder, why string) core.Note {
		return core.Note{Side: core.Right, Ref: core.Ref{Collection: core.CollectionID(folder)}, Why: why}
	}
	s.showNotes("not done", []core.Note{
		note("friends", "cannot give friends the colour #ff8800: 403 Forbidden (its owner can allow it)"),
		note("work", "cannot give work the colour #ff8800: it says \"red\" (let the file color say #rrggbb)"),
	}, paths{})
	want := "not done\n  right  friends: cannot give friends the colour #ff8800: 403 Forbidden (its owner can allow it)\n" +
		"  right  work: cannot give work the colour #ff8800: it says \"red\" (let the file color say #rrggbb)\n"
	if out.String() != want {
		t.Errorf("it is\n%s\nand not\n%s", &out, want)
	}
}
