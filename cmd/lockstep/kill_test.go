package main

import (
	"flag"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	kills    = flag.Int("kills", 8, "how often the program is killed")
	killSeed = flag.Int64("killseed", 0, "what the users do; 0 = by the clock")
)

// TestMain lets the test's own binary be the program, so that it can be killed
// without being built first.
func TestMain(m *testing.M) {
	if os.Getenv("LOCKSTEP_IS_THE_PROGRAM") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// mailbox is one side of the kill test, edited as a mail program does.
type mailbox struct {
	root string
	rnd  *rand.Rand
	n    int
}

var folders = []string{"", ".Work", ".Lists.go"}

func newMailbox(t *testing.T, root string, rnd *rand.Rand) *mailbox {
	m := &mailbox{root: root, rnd: rnd}
	for _, f := range folders {
		for _, d := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(root, f, d), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	return m
}

func (m *mailbox) files() []string {
	var out []string
	for _, f := range folders {
		for _, d := range []string{"cur", "new"} {
			entries, _ := os.ReadDir(filepath.Join(m.root, f, d))
			for _, e := range entries {
				out = append(out, filepath.Join(m.root, f, d, e.Name()))
			}
		}
	}
	return out
}

func (m *mailbox) add(side string, truth *truth) {
	m.n++
	id := fmt.Sprintf("%s%d@example.org", side, m.n)
	body := fmt.Sprintf("From: a@example.org\nSubject: %s\nMessage-ID: <%s>\n\n%s\n", id, id, strings.Repeat("text ", m.rnd.Intn(2000)))
	f := folders[m.rnd.Intn(len(folders))]
	name := fmt.Sprintf("%d.%s%d.host:2,", time.Now().Unix(), side, m.n)
	tmp := filepath.Join(m.root, f, "tmp", name)
	os.WriteFile(tmp, []byte(body), 0o600)
	os.Rename(tmp, filepath.Join(m.root, f, "cur", name))
	truth.made[id] = true
}

// truth is what users did.
type truth struct{ made, deleted map[string]bool }

func idOf(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(b), "Message-ID: <")
	id, _, _ := strings.Cut(rest, ">")
	return id
}

// edit does one thing to one message.
func (m *mailbox) edit(side string, truth *truth) {
	all := m.files()
	if len(all) == 0 || m.rnd.Intn(3) == 0 {
		m.add(side, truth)
		return
	}
	file := all[m.rnd.Intn(len(all))]
	base, flags, _ := strings.Cut(filepath.Base(file), ":2,")
	switch m.rnd.Intn(4) {
	case 0:
		if id := idOf(file); id != "" && os.Remove(file) == nil {
			truth.deleted[id] = true
		}
	case 1:
		os.Rename(file, filepath.Join(m.root, folders[m.rnd.Intn(len(folders))], "cur", filepath.Base(file)))
	default:
		if strings.Contains(flags, "F") {
			flags = strings.ReplaceAll(flags, "F", "")
		} else {
			flags = "F" + flags
		}
		os.Rename(file, filepath.Join(filepath.Dir(filepath.Dir(file)), "cur", base+":2,"+flags))
	}
}

// contents says where each message is, with its flags.
func (m *mailbox) contents(t *testing.T) []string {
	var out []string
	for _, file := range m.files() {
		_, flags, _ := strings.Cut(filepath.Base(file), ":2,")
		folder, _ := filepath.Rel(m.root, filepath.Dir(filepath.Dir(file)))
		id := idOf(file)
		if id == "" {
			t.Errorf("%s has no Message-ID: it is not whole", file)
		}
		letters := strings.Split(flags, "")
		slices.Sort(letters)
		out = append(out, fmt.Sprintf("%s %s %s", id, folder, strings.Join(letters, "")))
	}
	slices.Sort(out)
	return out
}

// program runs the program and kills it after a while; 0 = never. What it said
// is logged if it failed without being killed.
func program(t *testing.T, after time.Duration, dir string, env []string, args ...string) error {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), "LOCKSTEP_IS_THE_PROGRAM=1", "LOCKSTEP_STATE_DIR="+filepath.Join(dir, "state"), "HOME="+dir), env...)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
		defer timer.Stop()
	}
	err := cmd.Wait()
	if err != nil && after == 0 {
		t.Logf("%s", out.String())
	}
	return err
}

// TestKill kills the program at random moments of syncs with new mail, flags,
// moves and deletions on both sides. Afterwards both sides are equal, every
// message is there once, and none that nobody deleted is missing.
func TestKill(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	t.Logf("replay the users with -killseed %d", seed)
	rnd := rand.New(rand.NewSource(seed))
	dir := t.TempDir()
	truth := &truth{made: map[string]bool{}, deleted: map[string]bool{}}
	left, right := newMailbox(t, filepath.Join(dir, "left"), rnd), newMailbox(t, filepath.Join(dir, "right"), rnd)
	for range 150 {
		left.add("l", truth)
		right.add("r", truth)
	}
	sync := func(after time.Duration) error {
		return program(t, after, dir, nil, "sync", "maildir:"+left.root, "maildir:"+right.root, "--no-progress")
	}
	killed := 0
	for range *kills {
		if sync(time.Duration(5+rnd.Intn(250))*time.Millisecond) != nil {
			killed++
		}
		for range rnd.Intn(12) {
			left.edit("l", truth)
			right.edit("r", truth)
		}
	}
	for range 3 {
		if err := sync(0); err != nil {
			t.Fatalf("a sync that nobody killed: %v", err)
		}
	}
	l, r := left.contents(t), right.contents(t)
	if !slices.Equal(l, r) {
		t.Errorf("the sides differ: %d and %d messages", len(l), len(r))
		for _, line := range append(l, r...) {
			if slices.Contains(l, line) != slices.Contains(r, line) {
				t.Log(line)
			}
		}
	}
	count := map[string]int{}
	for _, line := range l {
		id, _, _ := strings.Cut(line, " ")
		if count[id]++; count[id] > 1 {
			t.Errorf("%s is there twice", id)
		}
	}
	for id := range truth.made {
		if count[id] == 0 && !truth.deleted[id] {
			t.Errorf("%s is lost", id)
		}
	}
	t.Logf("%d of %d runs were killed; %d messages on both sides", killed, *kills, len(l))
}
