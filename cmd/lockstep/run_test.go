package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// running is lockstep run in a process of its own.
type running struct {
	cmd  *exec.Cmd
	out  bytes.Buffer
	errs bytes.Buffer
}

// background starts lockstep run and waits until it watches.
func (p *program) background(t *testing.T, watching int) *running {
	t.Helper()
	r := &running{cmd: p.command("run")}
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.errs
	must(t, r.cmd.Start())
	t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	eventually(t, "it watches", func() bool {
		out, _ := p.run(t, "status")
		ready := false
		out.each(t, "status", func(line []byte) {
			var s struct {
				Daemon *struct {
					Watching int
					Syncing  bool
				}
			}
			must(t, json.Unmarshal(line, &s))
			ready = s.Daemon != nil && s.Daemon.Watching == watching && !s.Daemon.Syncing
		})
		return ready
	})
	return r
}

// end asks it to end, and returns its exit code.
func (r *running) end(t *testing.T) int {
	t.Helper()
	must(t, r.cmd.Process.Signal(syscall.SIGTERM))
	done := make(chan struct{})
	go func() { defer close(done); _ = r.cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("it did not end")
	}
	return r.cmd.ProcessState.ExitCode()
}

// eventually waits until something holds, for as long as a slow machine takes.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came true: %s", what)
		}
	}
}

// messages of a folder of a Maildir, by name.
func messages(t *testing.T, root string) (names []string) {
	t.Helper()
	for _, sub := range []string{"new", "cur"} {
		all, err := os.ReadDir(filepath.Join(root, sub))
		must(t, err)
		for _, e := range all {
			names = append(names, e.Name())
		}
	}
	return names
}

// TestRun: what changes on either side is carried over while it runs, a second
// process is refused, and it ends when it is told to.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	left, right := filepath.Join(dir, "left"), filepath.Join(dir, "right")
	for _, root := range []string{left, right} {
		for _, sub := range []string{"tmp", "new", "cur"} {
			must(t, os.MkdirAll(filepath.Join(root, sub), 0o700))
		}
	}
	hooked := filepath.Join(dir, "hooked")
	config := maildirConfig("left", left) + maildirConfig("right", right) +
		"[links.mail]\nleft = \"left\"\nright = \"right\"\ninterval = \"1h\"\nafter_sync = \"cat >> '" + hooked + "'\"\n"
	p := newProgram(t, dir, config)
	r := p.background(t, 2)

	deliver := func(root, name string) {
		must(t, os.WriteFile(filepath.Join(root, "new", name), []byte("Message-ID: <"+name+"@x>\n\nText.\n"), 0o600))
	}
	deliver(left, "1.one")
	eventually(t, "one is on the right", func() bool { return len(messages(t, right)) == 1 })
	deliver(right, "2.two")
	eventually(t, "two is on the left", func() bool { return len(messages(t, left)) == 2 })
	must(t, os.Rename(filepath.Join(left, "new", "1.one"), filepath.Join(left, "cur", "1.one:2,S")))
	eventually(t, "one is seen on the right", func() bool {
		return strings.Contains(strings.Join(messages(t, right), " "), ":2,S")
	})

	if out, exit := p.run(t, "sync"); exit != 1 || !strings.Contains(out.text+out.errs, "another lockstep") {
		t.Errorf("a second process ended with %d:\n%s%s", exit, out.text, out.errs)
	}
	if out, exit := p.run(t, "run"); exit != 1 || !strings.Contains(out.text+out.errs, "another lockstep") {
		t.Errorf("a second run ended with %d:\n%s%s", exit, out.text, out.errs)
	}

	if exit := r.end(t); exit != 0 {
		t.Errorf("it ended with %d:\n%s", exit, &r.errs)
	}
	writes := 0
	for line := range strings.Lines(r.out.String()) {
		var one report
		must(t, json.Unmarshal([]byte(line), &one))
		writes += one.writes()
	}
	if text, err := os.ReadFile(hooked); writes != 3 || err != nil || strings.Count(string(text), `"type":"report"`) != strings.Count(r.out.String(), "\n") {
		t.Errorf("%d writes told, the hook was given %q, %v; it printed\n%s", writes, text, err, &r.out)
	}
	if s := p.sync(t); s.writes() != 0 {
		t.Errorf("afterwards there was %d to do", s.writes())
	}
}

// TestRunGoesOn: an account that fails delays no other, and is taken up again
// when it is there.
func TestRunGoesOn(t *testing.T) {
	dir := t.TempDir()
	side := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"a", "b", "c"} {
		for _, sub := range []string{"tmp", "new", "cur"} {
			must(t, os.MkdirAll(filepath.Join(side(name), sub), 0o700))
		}
	}
	config := ""
	for _, name := range []string{"a", "b", "c", "d"} {
		config += maildirConfig(name, side(name))
	}
	config += "[links.good]\nleft = \"a\"\nright = \"b\"\n[links.bad]\nleft = \"c\"\nright = \"d\"\n"
	must(t, os.WriteFile(side("d"), []byte("not a folder"), 0o600))
	p := newProgram(t, dir, config)
	r := &running{cmd: p.command("run")}
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.errs
	must(t, r.cmd.Start())
	t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	for _, name := range []string{"a", "c"} {
		must(t, os.WriteFile(filepath.Join(side(name), "new", "1.x"), []byte("Message-ID: <1@x>\n\nText.\n"), 0o600))
	}
	eventually(t, "the good link is in step", func() bool { return len(messages(t, side("b"))) == 1 })
	must(t, os.Remove(side("d")))
	eventually(t, "the bad link is in step", func() bool {
		_, err := os.Stat(filepath.Join(side("d"), "new"))
		return err == nil && len(messages(t, side("d"))) == 1
	})
	if exit := r.end(t); exit != 0 {
		t.Errorf("it ended with %d:\n%s", exit, &r.errs)
	}
}

// TestRunIMAP: a server tells of new mail, and the file system of a flag; after
// the connections were lost both do so again.
func TestRunIMAP(t *testing.T) {
	a, server := inProcess(t)
	runIMAP(t, a, server.Disconnect)
}

// TestRunDovecot is TestRunIMAP with a real server.
func TestRunDovecot(t *testing.T) { runIMAP(t, dovecot(t), func() {}) }

func runIMAP(t *testing.T, a account, cut func()) {
	dir := t.TempDir()
	mail := filepath.Join(dir, "mail")
	p := newProgram(t, dir, a.config("left")+maildirConfig("right", mail)+"[links.mail]\nleft = \"left\"\nright = \"right\"\ninterval = \"1h\"\n", a.env())
	user := newIMAPUser(t, a)
	user.add(t, "INBOX", []byte("Message-ID: <0@x>\n\nText.\n"), "")
	r := p.background(t, 2)
	arrive := func(n int) {
		t.Helper()
		user.add(t, "INBOX", []byte(fmt.Sprintf("Message-ID: <%d@x>\n\nText.\n", n)), "")
		eventually(t, "a message is in the Maildir", func() bool { return len(messages(t, mail)) == n+1 })
	}
	arrive(1)
	arrive(2)
	cut() // the user's connection, too
	user = &imapUser{account: a, conn: a.login(t)}
	arrive(3)
	one := messages(t, mail)[0]
	from := filepath.Join(mail, "new", one)
	if _, err := os.Stat(from); err != nil {
		from = filepath.Join(mail, "cur", one)
	}
	name, _, _ := strings.Cut(one, ":2,")
	must(t, os.Rename(from, filepath.Join(mail, "cur", name+":2,S")))
	eventually(t, "it is seen on the server", func() bool {
		for _, at := range user.list(t) {
			if strings.Contains(string(at.marks), `\Seen`) {
				return true
			}
		}
		return false
	})
	if exit := r.end(t); exit != 0 {
		t.Errorf("it ended with %d:\n%s", exit, &r.errs)
	}
	if s := p.sync(t); s.writes() != 0 {
		t.Errorf("afterwards there was %d to do", s.writes())
	}
}
