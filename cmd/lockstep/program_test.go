package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test's own binary be the program, so that it can be run and
// killed without being built first.
func TestMain(m *testing.M) {
	if os.Getenv("LOCKSTEP_IS_THE_PROGRAM") != "" {
		if file := os.Getenv("LOCKSTEP_TELLS_GOROUTINES"); file != "" {
			tellGoroutines(file)
		}
		main()
		return
	}
	os.Exit(m.Run())
}

// program is the program with a configuration and a state of its own.
type program struct {
	dir string
	env []string
	// before is done before every command; nil = nothing.
	before func()
}

// newProgram writes a configuration. Passwords are given as env ("NAME=value").
func newProgram(t *testing.T, dir, config string, env ...string) *program {
	t.Helper()
	file := filepath.Join(dir, "lockstep.toml")
	must(t, os.WriteFile(file, []byte(config), 0o600))
	env = append(env, "LOCKSTEP_IS_THE_PROGRAM=1", "LOCKSTEP_CONFIG="+file, "LOCKSTEP_STATE_DIR="+filepath.Join(dir, "state"), "HOME="+dir)
	return &program{dir: dir, env: env}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *program) command(args ...string) *exec.Cmd {
	if p.before != nil {
		p.before()
	}
	cmd := exec.Command(os.Args[0], append(args, "--output", "json", "--no-progress")...)
	cmd.Env = append(os.Environ(), p.env...)
	return cmd
}

// run runs a command to its end and returns what it printed and its exit code.
func (p *program) run(t *testing.T, args ...string) (out output, exit int) {
	t.Helper()
	cmd := p.command(args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	stdout, err := cmd.Output()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return output{text: string(stdout), errs: errs.String()}, cmd.ProcessState.ExitCode()
}

// sync runs a sync that has to end with 0, and returns its report.
func (p *program) sync(t *testing.T, args ...string) report {
	t.Helper()
	out, exit := p.run(t, append([]string{"sync"}, args...)...)
	if exit != 0 {
		t.Fatalf("sync ended with %d:\n%s%s", exit, out.text, out.errs)
	}
	return out.report(t)
}

// output is what a command printed.
type output struct{ text, errs string }

// each hands the objects of a type over.
func (o output) each(t *testing.T, typ string, take func(line []byte)) {
	t.Helper()
	for line := range strings.Lines(o.text) {
		var head struct{ Type string }
		if err := json.Unmarshal([]byte(line), &head); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if head.Type == typ {
			take([]byte(line))
		}
	}
}

// report is what a sync of one link ends with: what it wrote and what it cost.
type report struct {
	Left, Right  struct{ Created, Updated, Marked, Moved, Deleted int }
	Parked       int
	BytesRead    int64 `json:"bytes_read"`
	BytesWritten int64 `json:"bytes_written"`
	Requests     int64
}

// writes of both sides.
func (r report) writes() int {
	n := 0
	for _, s := range []struct{ Created, Updated, Marked, Moved, Deleted int }{r.Left, r.Right} {
		n += s.Created + s.Updated + s.Marked + s.Moved + s.Deleted
	}
	return n
}

func (o output) report(t *testing.T) (r report) {
	t.Helper()
	n := 0
	o.each(t, "report", func(line []byte) { must(t, json.Unmarshal(line, &r)); n++ })
	if n != 1 {
		t.Fatalf("%d reports in:\n%s%s", n, o.text, o.errs)
	}
	return r
}

// moment is when a run is killed: after a time, or when it has told of so many
// writes.
type moment struct {
	after  time.Duration
	writes int
}

// syncKilled runs a sync and kills it with SIGKILL. It tells whether the
// program was still running, and how long it ran.
func (p *program) syncKilled(t *testing.T, at moment) (killed bool, took time.Duration) {
	t.Helper()
	cmd := p.command("sync")
	out := &countdown{left: at.writes, reached: func() { cmd.Process.Kill() }}
	cmd.Stdout, cmd.Stderr = out, out
	started := time.Now()
	must(t, cmd.Start())
	if at.writes == 0 {
		defer time.AfterFunc(at.after, func() { cmd.Process.Kill() }).Stop()
	}
	err := cmd.Wait()
	if exit := cmd.ProcessState.ExitCode(); err != nil && exit >= 0 {
		t.Fatalf("a sync that nobody killed ended with %d:\n%s", exit, out.text.String())
	}
	return err != nil, time.Since(started)
}

// countdown reads the lines of a run and acts when some have come.
type countdown struct {
	left    int
	reached func()
	text    bytes.Buffer
}

func (c *countdown) Write(b []byte) (int, error) {
	c.text.Write(b)
	if c.left > 0 {
		if c.left -= bytes.Count(b, []byte("\n")); c.left <= 0 {
			c.reached()
		}
	}
	return len(b), nil
}

// openWrites is how many writes of a killed run wait to be settled.
func (p *program) openWrites(t *testing.T) int {
	t.Helper()
	out, _ := p.run(t, "status")
	var status struct {
		Open int `json:"open_writes"`
	}
	must(t, json.Unmarshal([]byte(out.text), &status))
	return status.Open
}
