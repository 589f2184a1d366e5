package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"lockstep/cli"
	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/core"
	"lockstep/state/sqlite"
)

// provisioning is the program of this process with a directory in LDIF, a mail
// server, and a clock that the test moves.
type provisioning struct {
	server *mailServer
	dir    string
	now    time.Time
	env    map[string]string
	// open opens an end; nil = as the program does.
	open func(context.Context, config.End, all.Options) (core.Replica, core.Traits, error)
}

// newProvisioning writes a configuration with the accounts "people" and "server"
// and the link "staff" of them; tables are what comes below "[links.staff]".
func newProvisioning(t *testing.T, s *mailServer, tables string) *provisioning {
	t.Helper()
	p := &provisioning{server: s, dir: t.TempDir(), now: time.Date(2026, 3, 1, 2, 30, 0, 0, time.UTC), env: map[string]string{}}
	p.people(t, "")
	p.configure(t, `address = "ldif:`+p.ldif()+`"`, tables)
	return p
}

// configure writes the configuration: the keys of the account "people", and what
// comes below "[links.staff]".
func (p *provisioning) configure(t *testing.T, people, tables string) {
	t.Helper()
	config := "[accounts.people]\n" + people + "\n" +
		"[accounts.server]\naddress = \"" + p.server.address() + "\"\npassword = {file = \"" + p.server.tokenFile + "\"}\n" + p.server.careful() +
		"[links.staff]\nleft = \"people\"\nright = \"server\"\n" + p.server.fill(tables)
	must(t, os.WriteFile(p.path("lockstep.toml"), []byte(config), 0o600))
}

// address of the server as a configuration has it.
func (s *mailServer) address() string { return "james+" + s.url }

// careful is what an account says of a real James, whose memory loses writes that
// meet.
func (s *mailServer) careful() string {
	if s.fake != nil {
		return ""
	}
	return "max_connections = 1\n"
}

func (p *provisioning) path(name string) string { return filepath.Join(p.dir, name) }

func (p *provisioning) ldif() string { return p.path("people.ldif") }

// people writes the directory: entries in LDIF, separated by empty lines.
func (p *provisioning) people(t *testing.T, entries string) {
	t.Helper()
	must(t, os.WriteFile(p.ldif(), []byte("version: 1\n\n"+p.server.fill(entries)+"\n"), 0o600))
}

// ended is what a command printed and ended with.
type ended struct {
	output
	exit int
}

// run runs a command in this process, as main does.
func (p *provisioning) run(t *testing.T, args ...string) ended {
	t.Helper()
	var out, errs bytes.Buffer
	where := []string{"--config", p.path("lockstep.toml"), "--state-dir", p.path("state"), "--no-progress"}
	sys := cli.System{Args: append(where, args...), Stdout: &out, Stderr: &errs, Now: func() time.Time { return p.now }, Getenv: p.getenv,
		Open: all.Open, Traits: all.TraitsOf, Vacant: all.Vacant, Store: store,
		Snapshot: sqlite.OpenSnapshot, Holder: sqlite.HolderOf}
	if p.open != nil {
		sys.Open = p.open
	}
	defer func() { // one command that panics is no reason to end the other tests
		if r := recover(); r != nil {
			t.Fatalf("lockstep %s panicked: %v\n%s", strings.Join(args, " "), r, debug.Stack())
		}
	}()
	exit := cli.Main(t.Context(), sys)
	// Two runs must not have one moment.
	p.now = p.now.Add(time.Second)
	return ended{output{out.String(), errs.String()}, exit}
}

func (p *provisioning) getenv(name string) string {
	if name == "HOME" {
		return p.dir
	}
	return p.env[name]
}

// sync syncs and has to end with this code.
func (p *provisioning) sync(t *testing.T, exit int, args ...string) ended {
	t.Helper()
	return p.ends(t, exit, append([]string{"sync", "staff"}, args...)...)
}

// ends runs a command that has to end with this code.
func (p *provisioning) ends(t *testing.T, exit int, args ...string) ended {
	t.Helper()
	got := p.run(t, args...)
	if got.exit != exit {
		t.Fatalf("lockstep %s ended with %d, not %d:\n%s%s", strings.Join(args, " "), got.exit, exit, got.text, got.errs)
	}
	return got
}

// quiet: one more sync finds nothing to do.
func (p *provisioning) quiet(t *testing.T, exit int, args ...string) {
	t.Helper()
	got := p.sync(t, exit, append(args, "--output", "json")...)
	if n := got.report(t).writes(); n > 0 {
		t.Errorf("one more sync made %d writes:\n%s", n, got.text)
	}
}

// says: the output has all of these texts.
func (e ended) says(t *testing.T, texts ...string) ended {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(e.text+e.errs, text) {
			t.Errorf("it does not say %q:\n%s%s", text, e.text, e.errs)
		}
	}
	return e
}
