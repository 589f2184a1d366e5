package cli

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lockstep/config"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/state/memory"
)

func TestCells(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "INBOX": 5, "Entwürfe": 8, "e\u0301": 1, "送信済み": 8, "ｶﾅ": 2, "Ａ": 2, "한글": 4, "\u1112\u1161\u11ab": 2,
		"📬 mail": 7, "❤\ufe0f": 2, "…█✓": 3,
	} {
		if got := cells(text); got != want {
			t.Errorf("%q takes %d cells, not %d", text, got, want)
		}
	}
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"ähnlich", 7, "ähnlich"}, {"ähnlich", 4, "ähn…"}, {"送信済み", 8, "送信済み"}, {"送信済み", 7, "送信済…"}, {"送信済み", 6, "送信…"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"}, {"📬📬", 3, "📬…"}, {"abc", 1, "…"},
	} {
		if got := clip(c.text, c.most); got != c.want || cells(got) > c.most {
			t.Errorf("clip(%q, %d) is %q", c.text, c.most, got)
		}
	}
	if a, b := pad("送信", 6)+"|", padLeft("📬", 4)+"|"; a != "送信  |" || b != "  📬|" {
		t.Errorf("%q, %q", a, b)
	}
}

// went is a meter after a plan of total steps of which done were made, evenly,
// in so many seconds, and the time then.
func went(total, done, seconds int, bytes int64) (*meter, time.Time) {
	start := time.Unix(1_700_000_000, 0)
	m := &meter{}
	m.planned(start, 0, total)
	now := start
	for i := range done {
		now = start.Add(time.Duration(i+1) * time.Duration(seconds) * time.Second / time.Duration(done))
		m.step(now, bytes)
	}
	return m, now
}

// TestProgressLine: what is shown of a given way, in a given room.
func TestProgressLine(t *testing.T) {
	for _, c := range []struct {
		total, done, seconds int
		bytes                int64
		place                string
		most                 int
		blocks               bool
		want                 string
	}{
		{100, 1, 1, 0, "left A", 79, false, "[............]   1 of 100, left A"}, // nothing can be known yet
		{100, 10, 2, 500, "left A", 79, false, "[#...........]  10 of 100, 5.0 kB, left A"},
		{100, 50, 50, 10_000, "right Lists/go", 79, false, "[######......]  50 of 100, 500 kB, 1.0/s, 10.0 kB/s, 50 s left, right Lists/go"},
		{100, 50, 50, 10_000, "right Lists/go", 79, true, "[██████      ]  50 of 100, 500 kB, 1.0/s, 10.0 kB/s, 50 s left, right Lists/go"},
		{10_000, 1234, 40, 80_000, "right Lists/go", 79, false, "[#...........]  1,234 of 10,000, 98.7 MB, 31/s, 2.5 MB/s, 5 min left, right Li…"},
		{10_000, 1234, 40, 80_000, "right Lists/go", 79, true, "[█▍          ]  1,234 of 10,000, 98.7 MB, 31/s, 2.5 MB/s, 5 min left, right Li…"},
		{10_000, 1234, 40, 80_000, "right Lists/go", 60, true, "[█▍          ]  1,234 of 10,000, 98.7 MB, 31/s, 5 min left"},
		{10_000, 1234, 40, 80_000, "right Lists/go", 45, true, " 1,234 of 10,000, 31/s, 5 min left, right Li…"},
		{10_000, 1234, 40, 80_000, "right Lists/go", 30, true, " 1,234 of 10,000, 5 min left"},
		{10_000, 1234, 40, 80_000, "right Lists/go", 12, true, " 1,234 of 1…"},
		{100, 40, 400, 0, "left 送信済み", 60, false, "[####........]  40 of 100, 6/min, 10 min left, left 送信済み"},
		{100, 40, 400, 0, "left 送信済み送信済み", 58, false, "[####........]  40 of 100, 6/min, 10 min left, left 送信…"},
		{1000, 998, 100, 0, "left A", 79, false, "[###########.]   998 of 1,000, 10/s, a moment left, left A"},
		{1000, 1000, 100, 0, "left A", 79, true, "[████████████] 1,000 of 1,000, 10/s, left A"},
		{100_000, 1000, 100, 0, "", 79, false, "[............]   1,000 of 100,000, 10/s, 2 h 50 min left"},
	} {
		m, now := went(c.total, c.done, c.seconds, c.bytes)
		if got := m.line(now, c.place, c.most, c.blocks); got != c.want || cells(got) > c.most {
			t.Errorf("%d of %d in %d s, %d cells:\n%q, not\n%q", c.done, c.total, c.seconds, c.most, got, c.want)
		}
	}
}

func TestTimeLeftInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "a moment", 4 * time.Second: "a moment", 5 * time.Second: "5 s", 51 * time.Second: "55 s", 56 * time.Second: "1 min",
		61 * time.Second: "2 min", 90 * time.Minute: "90 min", 91 * time.Minute: "1 h 40 min", 115 * time.Minute: "2 h", 60 * time.Hour: "3 days",
	} {
		if got := inWords(d); got != want {
			t.Errorf("%s is %q, not %q", d, got, want)
		}
	}
}

// TestTimeLeftIsSteady: after a short stop the expected rest moves by a part, and
// comes to what is true; it never jumps.
func TestTimeLeftIsSteady(t *testing.T) {
	m, now := went(2000, 200, 20, 0)
	if left := m.rest(now); left != 180*time.Second {
		t.Fatalf("%s left", left)
	}
	now = now.Add(6 * time.Second) // nothing comes for a while
	before := m.rest(now)
	for i := range 300 {
		now = now.Add(100 * time.Millisecond)
		m.step(now, 0)
		after := m.rest(now)
		if jump := (after - before).Abs(); jump > 40*time.Second {
			t.Fatalf("after step %d: %s left, and %s before", i, after, before)
		}
		before = after
	}
	if left := m.rest(now); left < 145*time.Second || left > 155*time.Second {
		t.Errorf("%s left of 1500 steps at 10/s", left)
	}
}

// TestBarNeverFalls: totals of portions are estimates, which grow and shrink, and
// more may be done than was thought.
func TestBarNeverFalls(t *testing.T) {
	now := time.Unix(0, 0)
	m := &meter{}
	last := 0.0
	look := func(what string) {
		if m.full < last || m.full > 1 || m.done > m.total {
			t.Errorf("%s: %f after %f, %d of %d", what, m.full, last, m.done, m.total)
		}
		last = m.full
	}
	for _, part := range []struct{ before, total, steps int }{{0, 100, 30}, {40, 300, 50}, {90, 200, 60}, {150, 160, 20}} {
		m.planned(now, part.before, part.total)
		look("a plan")
		for range part.steps {
			now = now.Add(time.Second)
			m.step(now, 1)
			look("a step")
		}
	}
	if last != 1 || m.done != 170 || m.total != 170 {
		t.Errorf("%f, %d of %d", last, m.done, m.total)
	}
}

// terminal plays events to a terminal of so many columns; the clock goes on by a
// step with each write.
func terminal(t *testing.T, columns, steps int, each time.Duration, env map[string]string) (out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	now := time.Unix(1_700_000_000, 0).UTC()
	a := &app{out: &printer{w: &stdout}, log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	a.sys = System{Stderr: &stderr, Watched: true, Columns: func() int { return columns }, Now: func() time.Time { return now },
		Getenv: func(name string) string { return env[name] }}
	v := &live{session: &session{app: a, link: &config.Link{Name: "work", Kind: core.Mail}, store: memory.New()}}
	ctx := context.Background()
	v.event(ctx, engine.Event{Type: engine.EventStarted})
	v.event(ctx, engine.Event{Type: engine.EventPlanned, Total: steps})
	for range steps {
		now = now.Add(each)
		v.event(ctx, engine.Event{Type: engine.EventDone, Bytes: 1000,
			Step: &core.Step{Op: core.OpCreate, Side: core.Right, Key: "k", Ref: core.Ref{Collection: "送信済み/📬 and a name that is rather long"}}})
	}
	v.event(ctx, engine.Event{Type: engine.EventEnded})
	if !strings.HasSuffix(stderr.String(), "\r\x1b[K") && stderr.Len() > 0 {
		t.Errorf("the line stays when the pass has ended: %q", &stderr)
	}
	return stdout.String(), stderr.String()
}

func TestProgressOnTerminals(t *testing.T) {
	utf8 := map[string]string{"LANG": "de_DE.UTF-8"}
	for _, columns := range []int{200, 80, 60, 40, 20, 2, 0} {
		out, errs := terminal(t, columns, 200, 250*time.Millisecond, utf8)
		if out != "" {
			t.Errorf("%d columns: many steps are told one by one:\n%s", columns, out)
		}
		most := 79
		if columns > 1 && columns < 80 {
			most = columns - 1
		}
		for _, line := range strings.Split(errs, "\r")[1:] {
			if text := strings.TrimSuffix(line, "\x1b[K"); cells(text) > most || strings.ContainsAny(text, "\n\x1b") {
				t.Errorf("%d columns: %q takes %d cells", columns, text, cells(text))
			}
		}
	}
	if _, errs := terminal(t, 80, 1000, 10*time.Millisecond, utf8); strings.Count(errs, "\r") != 101 { // and one that clears
		t.Errorf("in 10 seconds it is drawn %d times", strings.Count(errs, "\r"))
	}
	for _, c := range []struct {
		env    map[string]string
		blocks bool
	}{
		{utf8, true}, {map[string]string{"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, false}, {map[string]string{"LC_CTYPE": "en_US.utf8"}, true}, {nil, false},
		{map[string]string{"LANG": "C.UTF-8", "NO_COLOR": "1"}, true},
	} {
		_, errs := terminal(t, 80, 200, time.Second, c.env)
		if strings.Contains(errs, "█") != c.blocks || strings.Contains(errs, "#") == c.blocks || strings.Contains(errs, "\x1b[3") {
			t.Errorf("%v: %q", c.env, errs)
		}
	}
	if _, errs := terminal(t, 80, 200, time.Second, map[string]string{"TERM": "dumb", "LANG": "C.UTF-8"}); errs != "" {
		t.Errorf("on a dumb terminal: %q", errs)
	}
	out, errs := terminal(t, 80, fewSteps, time.Second, utf8)
	if strings.Count(out, "✓ + right") != fewSteps || errs != "" {
		t.Errorf("few steps: %q %q", out, errs)
	}
	out, errs = terminal(t, 80, 20, time.Second, utf8)
	if strings.Count(out, "✓ + right") != 20 || !strings.Contains(errs, "10 of 20, 10.0 kB, 1.0/s, 1.0 kB/s, 10 s left, right") {
		t.Errorf("some steps: %q %q", out, errs)
	}
}
