package cli

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/core"
	"lockstep/peers/webadmind"
)

// TestDemoSeesAWrongSync: a sync that ends well, but of another Maildir than
// the demo's, is found out.
func TestDemoSeesAWrongSync(t *testing.T) {
	m := newMachine(t)
	t.Setenv("TMPDIR", t.TempDir())
	m.System.Open = func(ctx context.Context, end config.End, o all.Options) (core.Replica, core.Traits, error) {
		if end.Account.Address.Local() {
			other := *end.Account
			other.Address.Path = filepath.Join(m.dir, "right")
			end.Account = &other
		}
		return all.Open(ctx, end, o)
	}
	if code := m.run("demo"); code != exitFailed {
		t.Errorf("exit code %d, not %d\n%s", code, exitFailed, m.out.String())
	}
	if !strings.Contains(m.out.String(), "✗ the Maildir misses 1 of ") || !strings.Contains(m.errors.String(), "the sides are not as they should be") {
		t.Errorf("%s\n%s", m.out.String(), m.errors.String())
	}
	nothingIsLeft(t)
}

// TestDemoDirectorySeesAWrongSync: a sync that ends well, but of another mail
// server than the demo's, is found out.
func TestDemoDirectorySeesAWrongSync(t *testing.T) {
	m := newMachine(t)
	t.Setenv("TMPDIR", t.TempDir())
	other := webadmind.New(webadmind.Options{Version: webadmind.V310, TMail: true, Domains: []string{"lantern.example"}})
	defer other.Close()
	if err := other.AddAlias("nanami.fujimoto@lantern.example", "drums@lantern.example"); err != nil {
		t.Fatal(err)
	}
	at, err := other.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(strings.TrimPrefix(at, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	m.System.Open = func(ctx context.Context, end config.End, o all.Options) (core.Replica, core.Traits, error) {
		if end.Account.Address.Type == config.James {
			wrong := *end.Account
			wrong.Address.Port, _ = strconv.Atoi(port)
			end.Account = &wrong
		}
		return all.Open(ctx, end, o)
	}
	if code := m.run("demo", "directory"); code != exitFailed {
		t.Errorf("exit code %d, not %d\n%s", code, exitFailed, m.out.String())
	}
	if !strings.Contains(m.out.String(), "✗ the server misses users/emre.yildiz@lantern.example") || !strings.Contains(m.errors.String(), "the sides are not as they should be") {
		t.Errorf("%s\n%s", m.out.String(), m.errors.String())
	}
	nothingIsLeft(t)
}

// TestDemoContactsSeesAWrongSync: a sync that ends well, but into another folder
// than the phone's, is found out.
func TestDemoContactsSeesAWrongSync(t *testing.T) {
	m := newMachine(t)
	t.Setenv("TMPDIR", t.TempDir())
	other := filepath.Join(t.TempDir(), "other")
	m.System.Open = func(ctx context.Context, end config.End, o all.Options) (core.Replica, core.Traits, error) {
		if filepath.Base(end.Account.Address.Path) == "phone" {
			wrong := *end.Account
			wrong.Address.Path = other
			end.Account = &wrong
		}
		return all.Open(ctx, end, o)
	}
	if code := m.run("demo", "contacts"); code != exitFailed {
		t.Errorf("exit code %d, not %d\n%s", code, exitFailed, m.out.String())
	}
	if !strings.Contains(m.out.String(), "✗ the phone misses the card aroha") || !strings.Contains(m.errors.String(), "the sides are not as they should be") {
		t.Errorf("%s\n%s", m.out.String(), m.errors.String())
	}
	nothingIsLeft(t)
}

// TestDemoInterrupted: it ends, fails, and leaves nothing behind.
func TestDemoInterrupted(t *testing.T) {
	for _, command := range [][]string{{"demo"}, {"demo", "directory"}, {"demo", "contacts"}} {
		m := newMachine(t)
		t.Setenv("TMPDIR", t.TempDir())
		ctx, cancel := context.WithCancel(context.Background())
		m.System.Open = func(_ context.Context, end config.End, o all.Options) (core.Replica, core.Traits, error) {
			cancel()
			return all.Open(ctx, end, o)
		}
		if code := m.runWith(ctx, command...); code != exitFailed {
			t.Errorf("%q: exit code %d, not %d\n%s", command, code, exitFailed, m.out.String())
		}
		nothingIsLeft(t)
	}
}

func nothingIsLeft(t *testing.T) {
	t.Helper()
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left in the temporary folder, %v", left, err)
	}
}

// TestReadmeSession: every line of the session that the README shows is one
// that the demo prints; times and names of runs may differ.
func TestReadmeSession(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, session, _ := strings.Cut(string(readme), "Parts of what `lockstep demo` prints:")
	session, _, _ = strings.Cut(session, "With mail of your own:")
	m := newMachine(t)
	m.System.Now = func() time.Time { return time.Now().UTC() }
	if code := m.run("demo"); code != exitDone {
		t.Fatalf("exit code %d\n%s", code, m.errors.String())
	}
	varies := regexp.MustCompile(`\([0-9.]+ s\)|[0-9]{8}T[0-9.]+Z|2026-[0-9-]+ [0-9:]+`)
	printed := map[string]bool{}
	for line := range strings.Lines(m.out.String()) {
		printed[strings.TrimRight(varies.ReplaceAllString(line, "*"), "\n")] = true
	}
	shown := 0
	for line := range strings.Lines(session) {
		line, is := strings.CutPrefix(strings.TrimRight(line, "\n"), "    ")
		if !is {
			continue
		}
		shown++
		if !printed[varies.ReplaceAllString(line, "*")] {
			t.Errorf("the README shows a line that the demo does not print: %s", line)
		}
	}
	if shown < 10 {
		t.Errorf("only %d lines of the session were found", shown)
	}
}
