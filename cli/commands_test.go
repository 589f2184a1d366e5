package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/connect/all"
	"lockstep/state"
	"lockstep/state/sqlite"
)

// machine is a System of its own: two Maildirs, a configuration with the link
// "work" between them, and what was printed.
type machine struct {
	t           *testing.T
	dir         string
	System      System
	out, errors bytes.Buffer
}

func newMachine(t *testing.T) *machine {
	m := &machine{t: t, dir: t.TempDir()}
	m.write("lockstep.toml", "[links.work]\nleft = \"maildir:left\"\nright = \"maildir:right\"\n")
	for _, side := range []string{"left", "right"} {
		for _, sub := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(m.dir, side, sub), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	m.System = System{
		Stdout: &m.out, Stderr: &m.errors, Now: time.Now,
		Getenv: func(name string) string { return map[string]string{"HOME": m.dir, "XDG_CONFIG_HOME": ""}[name] },
		Open:   all.Open, Traits: all.TraitsOf, Vacant: all.Vacant,
		Store:    func(ctx context.Context, path string) (state.Store, error) { return sqlite.Open(ctx, path) },
		Snapshot: sqlite.OpenSnapshot, Holder: sqlite.HolderOf,
	}
	return m
}

func (m *machine) write(name, text string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// put delivers a message to a Maildir.
func (m *machine) put(side, name string) {
	m.t.Helper()
	m.write(filepath.Join(side, "new", "1700000000."+name+".test"), "Message-ID: <"+name+"@example.org>\n\nThis is "+name+".\n")
}

// run runs a command line and returns its exit code.
func (m *machine) run(args ...string) int {
	return m.runWith(context.Background(), args...)
}

func (m *machine) runWith(ctx context.Context, args ...string) int {
	m.out.Reset()
	m.errors.Reset()
	sys := m.System
	sys.Args = append([]string{"--config", filepath.Join(m.dir, "lockstep.toml"), "--state-dir", filepath.Join(m.dir, "state")}, args...)
	return Main(ctx, sys)
}

// want runs a command line that must end with an exit code, and returns what
// it printed.
func (m *machine) want(code int, args ...string) string {
	m.t.Helper()
	if got := m.run(args...); got != code {
		m.t.Fatalf("lockstep %s: exit code %d, not %d\n%s%s", strings.Join(args, " "), got, code, &m.out, &m.errors)
	}
	return m.out.String()
}

// TestEveryCommand: every command explains itself, and has a form for
// programs, of which every line is JSON.
func TestEveryCommand(t *testing.T) {
	m := newMachine(t)
	m.put("left", "one")
	m.want(0, "sync")
	m.put("left", "two")
	var runs struct {
		Run string `json:"run"`
	}
	first, _, _ := strings.Cut(m.want(0, "log", "--output", "json"), "\n")
	if err := json.Unmarshal([]byte(first), &runs); err != nil {
		t.Fatal(err)
	}
	m.addConflicts(2)
	m.write("cards.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEND:VCARD\n")

	examples := map[string][]string{
		"demo mail": nil, "demo directory": nil, "demo contacts": nil,
		"plan": {"work"}, "sync": {"work"}, "run": {"work"}, "check": nil, "status": nil, "log": {runs.Run}, "explain": {"one"},
		"conflicts list": nil, "conflicts show": {"1"}, "conflicts resolve": {"1", "both"}, "undo": {runs.Run}, "doctor": {"maildir:" + m.dir + "/left"},
		"import lsc": {"../migrate/lsc/testdata/all.xml"}, "import mbsync": {"../migrate/mbsync/testdata/all.mbsyncrc"},
		"import vdirsyncer": {"../migrate/vdirsyncer/testdata/all.config"},
		"import file":       {m.dir + "/cards.vcf", "vdir:" + m.dir + "/book#book"}, "export": {"vcf:" + m.dir + "/cards.vcf", m.dir + "/again.vcf"},
		"config show": nil, "config check": nil, "config describe": nil, "completion": {"bash"}, "version": nil,
	}
	g := &grammar{}
	parser, err := g.parser(m.System)
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range parser.Model.Leaves(true) {
		name := strings.TrimPrefix(node.FullPath(), "lockstep ")
		words := strings.Fields(name)
		if node.Help == "" || node.Detail == "" {
			t.Errorf("%s does not say what it does", name)
		}
		for _, arg := range node.Positional {
			if arg.Help == "" {
				t.Errorf("%s does not say what its argument %s is", name, arg.Name)
			}
		}
		for _, group := range node.AllFlags(true) {
			for _, flag := range group {
				if flag.Help == "" || flag.Name != "help" && (len(flag.Envs) != 1 || !strings.HasPrefix(flag.Envs[0], "LOCKSTEP_")) {
					t.Errorf("--%s of %s has no help or no variable", flag.Name, name)
				}
			}
		}
		if help := m.want(0, append(words, "--help")...); !strings.Contains(help, "Usage: lockstep "+words[0]) {
			t.Errorf("%s --help prints %q", name, help)
		}
		args, ok := examples[name]
		if !ok {
			t.Errorf("%s has no example here", name)
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		if name == "run" { // until it is told to end
			m.put("left", "three")
			time.AfterFunc(time.Second, cancel)
		}
		m.runWith(ctx, append(append(words, args...), "--output", "json")...)
		cancel()
		lines := strings.Split(strings.TrimSuffix(m.out.String(), "\n"), "\n")
		if m.out.Len() == 0 {
			t.Errorf("%s prints nothing for programs\n%s", name, &m.errors)
			continue
		}
		for _, line := range lines {
			if !json.Valid([]byte(line)) || !strings.HasPrefix(line, "{") {
				t.Errorf("%s --output json prints %q", name, line)
			}
		}
	}
}

// addConflicts writes open conflicts into the state, as a pass does.
func (m *machine) addConflicts(n int) {
	m.t.Helper()
	ctx := context.Background()
	s, err := sqlite.Open(ctx, filepath.Join(m.dir, "state", "links", "link-work", "state.db"))
	if err != nil {
		m.t.Fatal(err)
	}
	defer s.Close()
	b := &state.Batch{}
	for range n {
		c := state.Conflict{}
		c.Key, c.Why, c.Open = "one@example.org", "both sides changed it", true
		b.Conflicts = append(b.Conflicts, c)
	}
	if err := s.Commit(ctx, b); err != nil {
		m.t.Fatal(err)
	}
}
