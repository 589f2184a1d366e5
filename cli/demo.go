package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"lockstep/core"
)

// demoCommand is lockstep demo.
type demoCommand struct {
	Keep string `placeholder:"FOLDER" help:"Keep the Maildir, the configuration and the state in this folder, which is made if it is missing and must be empty."`
}

func (demoCommand) Help() string {
	return "Starts an IMAP server inside this process, which only this machine can reach, fills it and a Maildir with sample mail, and runs real " +
		"commands on them: sync, changes on both sides, plan, sync, explain, undo, check. It uses no account and no network, asks nothing, " +
		"and looks neither at your configuration nor at your state; --config and --state-dir mean nothing to it. " +
		"After each sync it reads every file and every message itself and compares. At the end all is removed, unless --keep names a folder.\n\n" +
		"With --output json: what the commands print as JSON, and between it objects of type demo, whose event is start, command, exit, edit, compared or end.\n\n" +
		"Exit codes: 0 every step did what it should, 1 one did not, 2 the folder cannot be used."
}

// Run implements the command.
func (c *demoCommand) Run(ctx context.Context, a *app) (err error) {
	dir, err := c.folder()
	if err != nil {
		return err
	}
	if c.Keep == "" {
		// A reader that has seen enough, such as head, must not end the process
		// before everything is removed.
		signal.Ignore(syscall.SIGPIPE)
		defer signal.Reset(syscall.SIGPIPE)
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	d := &demonstration{app: a, dir: dir, kept: c.Keep != ""}
	err = d.play(ctx)
	end := demoJSON{Event: "end", OK: new(err == nil)}
	if err != nil {
		end.Error = err.Error()
	}
	d.object(end)
	return err
}

// folder is an empty one, with an absolute path.
func (c *demoCommand) folder() (string, error) {
	if c.Keep == "" {
		dir, err := os.MkdirTemp("", "lockstep-demo-")
		if err != nil {
			return "", &core.Error{Op: "demo", Class: core.Permanent, Thing: os.TempDir(), Err: err, Remedy: "make room for temporary files, or name a folder with --keep"}
		}
		return dir, nil
	}
	dir, err := filepath.Abs(c.Keep)
	if err != nil {
		return "", err
	}
	names, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.MkdirAll(dir, 0o700)
	case err == nil && len(names) > 0:
		return "", usage("--keep %s: the folder is not empty; name one that is empty or not there yet", quoted(c.Keep))
	}
	if err != nil {
		return "", usage("--keep %s: %v", quoted(c.Keep), err)
	}
	return dir, nil
}
