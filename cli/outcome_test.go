package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/core"
	"lockstep/state"
	"lockstep/state/sqlite"
)

// faulty is a Maildir of which something fails.
type faulty struct {
	core.Replica
	core.Tree
	core.Flusher
	// apply is the error of a write; nil = it is made.
	apply func(core.Write) error
	// look is the error of the first look.
	look error
}

func (f *faulty) Collections(ctx context.Context) (core.Survey, error) {
	if f.look != nil {
		return core.Survey{}, f.look
	}
	return f.Replica.Collections(ctx)
}

func (f *faulty) Apply(ctx context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return func(yield func(core.Result, error) bool) {
		good := func(yieldWrite func(core.Write) bool) {
			for w := range writes {
				if err := f.apply(w); err != nil {
					if !yield(core.Result{Seq: w.Seq}, err) {
						return
					}
				} else if !yieldWrite(w) {
					return
				}
			}
		}
		for res, err := range f.Replica.Apply(ctx, good) {
			if !yield(res, err) {
				return
			}
		}
	}
}

// breakRight makes the right side faulty.
func (m *machine) breakRight(f faulty) {
	m.System.Open = func(ctx context.Context, end config.End, o all.Options) (core.Replica, core.Traits, error) {
		replica, traits, err := all.Open(ctx, end, o)
		if err != nil || filepath.Base(end.Account.Address.Path) != "right" {
			return replica, traits, err
		}
		broken := f
		broken.Replica, broken.Tree, broken.Flusher = replica, replica.(core.Tree), replica.(core.Flusher)
		return &broken, traits, nil
	}
}

// TestLoginNeeded: exit code 6, and over several links it is worse than
// parked items but better than a failure.
func TestLoginNeeded(t *testing.T) {
	m := newMachine(t)
	m.breakRight(faulty{look: &core.Error{Op: "imap.login", Class: core.Auth, Err: errors.New("the password is wrong"), Remedy: "set it"}})
	m.want(exitLogin, "sync")
	if got := m.errors.String(); got != "lockstep: work: imap.login: the password is wrong (set it)\n" {
		t.Errorf("stderr is %q", got)
	}
	m.want(exitLogin, "plan")
	if got := m.want(0, "status"); !strings.Contains(got, ": a login is needed; ") {
		t.Errorf("status is %q", got)
	}
}

// TestDroppedStepsAreTriedAgain: what another pass can do is done in the same
// sync.
func TestDroppedStepsAreTriedAgain(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	m.put("left", "two")
	failed := 0
	m.breakRight(faulty{apply: func(w core.Write) error {
		if failed++; failed == 1 {
			return core.Errorf("maildir.Apply", core.Conflict, "somebody was quicker")
		}
		return nil
	}})
	out := m.want(exitDone, "sync")
	for _, part := range []string{"✗ + right", "somebody was quicker", "right: 2 created"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in\n%s", part, out)
		}
	}
}

// TestUnfinished: what three passes could not do is a failure, and told.
func TestUnfinished(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	tries := 0
	m.breakRight(faulty{apply: func(core.Write) error {
		tries++
		return core.Errorf("maildir.Apply", core.Conflict, "somebody is always quicker")
	}})
	m.want(exitFailed, "sync")
	if tries != mostPasses || !strings.Contains(m.errors.String(), "1 write could not be finished; the next sync tries again") {
		t.Errorf("%d tries: %s", tries, &m.errors)
	}
}

// TestRefusedIsParked: a write that is refused for good is parked, not failed.
func TestRefusedIsParked(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	m.put("left", "two")
	m.breakRight(faulty{apply: func(w core.Write) error {
		if w.Item.Key == "one@example.org" {
			return core.Errorf("maildir.Apply", core.Permanent, "too large for this place")
		}
		return nil
	}})
	out := m.want(exitParked, "sync")
	if !strings.Contains(out, "right: 1 created") || !strings.Contains(out, "too large for this place") {
		t.Errorf("%s", out)
	}
	m.want(exitParked, "sync", "--output", "json")
}

func TestInterrupted(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	ctx, cancel := context.WithCancel(context.Background())
	m.breakRight(faulty{apply: func(core.Write) error {
		cancel()
		return ctx.Err()
	}})
	if code := m.runWith(ctx, "sync"); code != exitFailed || !strings.Contains(m.errors.String(), "interrupted; what was done is kept") {
		t.Errorf("exit code %d: %s", code, &m.errors)
	}
	if got := m.want(exitDone, "log"); !strings.Contains(got, ": interrupted after 0.") || strings.Contains(got, "canceled") {
		t.Errorf("the log says\n%s", got)
	}
	m.breakRight(faulty{apply: func(core.Write) error { return nil }})
	m.want(exitDone, "sync")
}

// TestInterruptedHalfway: what was done before is told.
func TestInterruptedHalfway(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	m.want(exitDone, "sync")
	ctx, cancel := context.WithCancel(context.Background())
	m.put("right", "two")
	m.put("left", "three")
	m.breakRight(faulty{apply: func(core.Write) error {
		cancel()
		return ctx.Err()
	}})
	code := m.runWith(ctx, "sync")
	if code != exitFailed || !strings.Contains(m.out.String(), "left: 1 created, before it was interrupted") || !strings.Contains(m.errors.String(), "the next sync goes on from there") {
		t.Errorf("exit code %d\n%s%s", code, &m.out, &m.errors)
	}
}

// TestTwoProcesses: while another process writes to a link, a second one that
// would is refused with a line that says who it is; those that only look show
// what is committed, and that it runs.
func TestTwoProcesses(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	m.want(exitDone, "sync")
	m.addConflicts(1)
	path := filepath.Join(m.dir, "state", "links", "link-work", "state.db")
	writer, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	now := m.System.Now()
	if err := writer.Commit(t.Context(), &state.Batch{Run: &state.Run{ID: "now", Started: now.Unix()}}); err != nil {
		t.Fatal(err)
	}
	m.System.Now = func() time.Time { return now.Add(5 * time.Minute) }
	m.put("left", "two")

	me := fmt.Sprintf("process %d", os.Getpid())
	for _, command := range [][]string{{"sync"}, {"check"}, {"conflicts", "resolve", "1", "left"}} {
		m.want(exitFailed, command...)
		got := m.errors.String()
		if !strings.Contains(got, "work: busy: another lockstep ("+me+") has been at work on this link since 2") ||
			!strings.Contains(got, "5 minutes ago (wait until it ends, or stop it: kill") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: %q", command, got)
		}
	}
	for _, c := range []struct {
		code  int
		args  []string
		shows string
	}{
		{exitDone, []string{"status"}, "running       " + me + " has been at work"},
		{exitDone, []string{"log"}, "5 minutes ago: running"},
		{exitDone, []string{"log", "now"}, "nothing was written"},
		{exitDone, []string{"explain", "one"}, "Both sides agreed on it"},
		{exitDone, []string{"conflicts"}, "both sides changed it"},
		{exitDone, []string{"conflicts", "show", "1"}, "both sides changed it"},
		{exitDone, []string{"doctor"}, "✓ sound"},
		{exitDiffers, []string{"plan"}, "two@example.org"},
		{exitDiffers, []string{"plan"}, me + " has been at work"},
		{exitDiffers, []string{"plan", "--output", "json"}, fmt.Sprintf(`"running":{"process":%d,`, os.Getpid())},
		{exitDone, []string{"status", "--output", "json"}, fmt.Sprintf(`"running":{"process":%d,`, os.Getpid())},
	} {
		if got := m.want(c.code, c.args...); !strings.Contains(got, c.shows) {
			t.Errorf("%s does not show %q:\n%s", c.args, c.shows, got)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	m.want(exitDone, "conflicts", "resolve", "1", "left")
	if got := m.want(exitDone, "status"); strings.Contains(got, "running") || strings.Contains(got, "never") {
		t.Errorf("status goes on to say that it runs:\n%s", got)
	}
	if got := m.want(exitDone, "log"); !strings.Contains(got, ": interrupted") {
		t.Errorf("the run without an end does not show as interrupted:\n%s", got)
	}
}

// TestStaleLock: what a killed process leaves behind holds nobody up.
func TestStaleLock(t *testing.T) {
	m := newMachine(t)
	m.want(exitDone, "sync")
	m.write(filepath.Join("state", "links", "link-work", "state.db.lock"), "1\n")
	if got := m.want(exitDone, "status"); strings.Contains(got, "running") {
		t.Errorf("nobody runs:\n%s", got)
	}
	m.want(exitDone, "sync")
}

// TestPlanWritesNothing: neither the state nor a side is afterwards other than
// before, to the byte, whether there was a state or not.
func TestPlanWritesNothing(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	same := func(args ...string) {
		t.Helper()
		was := m.tree()
		m.want(exitDiffers, args...)
		if is := m.tree(); is != was {
			t.Errorf("%s: was\n%s\nand is\n%s", args, was, is)
		}
	}
	same("plan")
	same("plan", "--output", "json")
	m.want(exitDone, "sync")
	m.put("left", "two")
	m.put("right", "three")
	same("plan")
	if err := os.Rename(filepath.Join(m.dir, "left", "new", "1700000000.one.test"), filepath.Join(m.dir, "left", "cur", "1700000000.one.test:2,S")); err != nil {
		t.Fatal(err)
	}
	same("plan")
	same("plan", "maildir:"+m.dir+"/left", "maildir:"+m.dir+"/elsewhere")
	if got := m.want(exitDone, "log"); strings.Count(got, "just now") != 1 {
		t.Errorf("the log tells of plans:\n%s", got)
	}
}

// tree is every file below the machine's folder, with its bytes in short.
func (m *machine) tree() string {
	m.t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(m.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			fmt.Fprintln(&out, path)
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&out, "%s %x\n", path, sha256.Sum256(text))
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return out.String()
}

// TestCheckIsRemembered: what only check can see, the next sync mends.
func TestCheckIsRemembered(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	m.want(exitDone, "sync")
	m.blind()
	m.put("left", "two")
	m.want(exitDone, "plan")
	m.want(exitDiffers, "check")
	if got := m.want(exitDone, "sync"); !strings.Contains(got, "right: 1 created") {
		t.Errorf("the sync after a check does nothing:\n%s", got)
	}
}

// blind makes the left side say that nothing has changed since it was listed.
func (m *machine) blind() {
	m.System.Open = func(ctx context.Context, end config.End, o all.Options) (core.Replica, core.Traits, error) {
		replica, traits, err := all.Open(ctx, end, o)
		if err != nil || filepath.Base(end.Account.Address.Path) != "left" {
			return replica, traits, err
		}
		return &deaf{replica, replica.(core.Tree), replica.(core.Flusher)}, traits, nil
	}
}

// deaf is a replica that misses every change.
type deaf struct {
	core.Replica
	core.Tree
	core.Flusher
}

func (d *deaf) Changes(ctx context.Context, feed core.FeedID, since core.Token) (core.Delta, error) {
	if since != "" {
		return core.Delta{Next: since}, nil
	}
	return d.Replica.Changes(ctx, feed, since)
}

// TestInterruptedBetweenLinks: the links that were not begun are told, each
// with its report.
func TestInterruptedBetweenLinks(t *testing.T) {
	m := newMachine(t)
	m.write("lockstep.toml", "[links.a]\nleft = \"maildir:left\"\nright = \"maildir:right\"\n[links.b]\nleft = \"maildir:left\"\nright = \"maildir:third\"\n")
	m.put("left", "one")
	m.put("left", "two")
	ctx, cancel := context.WithCancel(context.Background())
	m.breakRight(faulty{apply: func(core.Write) error {
		cancel()
		return nil
	}})
	code := m.runWith(ctx, "sync", "--output", "json")
	if code != exitFailed || !strings.Contains(m.errors.String(), "b: interrupted before this link") ||
		!strings.Contains(m.out.String(), `"type":"report","link":"b"`) {
		t.Errorf("exit code %d: %s\n%s", code, &m.errors, &m.out)
	}
}

func TestWorse(t *testing.T) {
	order := []int{exitUsage, exitFailed, exitLogin, exitHeld, exitParked, exitDiffers, exitDone}
	for i, a := range order {
		for j, b := range order {
			if got := worse(a, b); got != order[min(i, j)] {
				t.Errorf("worse(%d, %d) is %d", a, b, got)
			}
		}
	}
}

// Sides with an open conflict are not equal: neither before a sync has recorded it nor
// after. What was settled for both sides to keep their own is no difference any more.
func TestCheckTellsConflicts(t *testing.T) {
	m := newMachine(t)
	m.write("lockstep.toml", "[links.work]\nleft = \"vdir:one\"\nright = \"vdir:two\"\nkind = \"contact\"\n")
	for _, side := range []string{"one", "two"} {
		if err := os.MkdirAll(filepath.Join(m.dir, side, "friends"), 0o700); err != nil {
			t.Fatal(err)
		}
		m.write(side+"/friends/a.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:Ann "+side+"\r\nEND:VCARD\r\n")
	}
	differs := "the sides differ in what is in conflict: 1 open"
	if got := m.want(exitDiffers, "check"); !strings.Contains(got, differs) {
		t.Errorf("before a sync check says:\n%s", got)
	}
	m.want(exitParked, "sync")
	if got := m.want(exitDiffers, "check"); !strings.Contains(got, differs) || strings.Contains(got, "equal") {
		t.Errorf("after a sync check says:\n%s", got)
	}
	m.want(exitDone, "conflicts", "resolve", "1", "both")
	m.want(exitDone, "sync")
	m.want(exitDone, "check")
}

// A file of an item in step that cannot be read any more is told once, and nothing of
// it is fetched, whatever the other side does.
func TestBrokenItemIsToldOnce(t *testing.T) {
	m := newMachine(t)
	m.write("lockstep.toml", "[links.work]\nleft = \"vdir:one\"\nright = \"vdir:two\"\nkind = \"contact\"\n")
	for _, side := range []string{"one", "two"} {
		if err := os.MkdirAll(filepath.Join(m.dir, side, "friends"), 0o700); err != nil {
			t.Fatal(err)
		}
		m.write(side+"/friends/a.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:Ann\r\nEND:VCARD\r\n")
	}
	m.want(exitDone, "sync")
	m.write("one/friends/a.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\n")
	for _, edit := range []string{"", "TEL:1\r\n"} {
		m.write("two/friends/a.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:Ann\r\n"+edit+"END:VCARD\r\n")
		got := m.want(exitParked, "sync", "--output", "json")
		if strings.Count(got, `"type":"parked"`) != 1 || !strings.Contains(got, `"parked":1,`) || !strings.Contains(got, `"bytes_read":0,`) {
			t.Errorf("it is told so:\n%s", got)
		}
	}
	m.write("one/friends/a.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:Ann\r\nEND:VCARD\r\n")
	m.want(exitDone, "sync")
	m.want(exitDone, "check")
}
