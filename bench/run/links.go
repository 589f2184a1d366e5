package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// links is lockstep run with a number of links: account n of the server with a
// Maildir n.
type links struct {
	dir   string
	count int
	cmd   *exec.Cmd
	errs  bytes.Buffer
	ended chan error
}

// startLinks starts the program; users from first on are its own.
func startLinks(ctx context.Context, program, dir, address string, first, count int) (*links, error) {
	l := &links{dir: dir, count: count, ended: make(chan error, 1)}
	secret := filepath.Join(dir, "password")
	var conf strings.Builder
	for n := range count {
		fmt.Fprintf(&conf, "[accounts.server%d]\naddress = \"imap://%s@%s/?tls=none\"\npassword = {file = %q}\n", n, userName(first+n), address, secret)
		fmt.Fprintf(&conf, "[accounts.files%d]\naddress = \"maildir:%s\"\n", n, l.maildir(n))
		fmt.Fprintf(&conf, "[links.%s]\nleft = \"server%d\"\nright = \"files%d\"\ninterval = \"1h\"\n", l.name(n), n, n)
		for _, sub := range []string{"tmp", "new", "cur"} {
			if err := os.MkdirAll(filepath.Join(l.maildir(n), sub), 0o700); err != nil {
				return nil, err
			}
		}
	}
	file := filepath.Join(dir, "lockstep.toml")
	if err := errors.Join(os.WriteFile(secret, []byte(password+"\n"), 0o600), os.WriteFile(file, []byte(conf.String()), 0o600)); err != nil {
		return nil, err
	}
	l.cmd = exec.CommandContext(ctx, program, "run")
	l.cmd.Env = append(os.Environ(), "LOCKSTEP_CONFIG="+file, "XDG_STATE_HOME="+filepath.Join(dir, "state"), "HOME="+dir)
	l.cmd.Stderr = &l.errs
	if err := l.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { l.ended <- l.cmd.Wait() }()
	return l, nil
}

func (l *links) name(n int) string    { return fmt.Sprintf("link%d", n) }
func (l *links) maildir(n int) string { return filepath.Join(l.dir, fmt.Sprintf("mail%d", n)) }

// idle waits until every link watches both sides and has looked once.
func (l *links) idle(ctx context.Context) error {
	for n := 0; n < l.count; {
		var r struct {
			Watching int   `json:"watching"`
			Syncing  bool  `json:"syncing"`
			Failures int   `json:"failures"`
			Next     int64 `json:"next"`
		}
		text, err := os.ReadFile(filepath.Join(l.dir, "state", "lockstep", "links", "link-"+l.name(n), "running.json"))
		if err == nil && json.Unmarshal(text, &r) == nil && r.Watching == 2 && !r.Syncing && r.Failures == 0 && r.Next != 0 {
			n++
			continue
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s never came to rest (%+v): %w\n%s", l.name(n), r, ctx.Err(), &l.errs)
		case err := <-l.ended:
			return fmt.Errorf("it ended: %w\n%s", err, &l.errs)
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// stop ends the program.
func (l *links) stop() error {
	if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-l.ended:
		return err
	case <-time.After(time.Minute):
		return errors.Join(errors.New("it does not end"), l.cmd.Process.Kill())
	}
}
