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
	Mail      demoMailCommand      `cmd:"" default:"withargs" help:"An IMAP account and a Maildir; so also if nothing is named."`
	Directory demoDirectoryCommand `cmd:"" help:"A directory, and the mail server that it provisions."`
	Contacts  demoContactsCommand  `cmd:"" help:"Two devices with an address book, and a CardDAV server."`
}

func (demoCommand) Help() string {
	return "Each starts a server inside this process, which only this machine can reach, fills it with sample data, and runs real commands on it. " +
		"It uses no account and no network, and asks nothing."
}

// demoFolder is the flag of all demos.
type demoFolder struct {
	Keep string `placeholder:"FOLDER" help:"Keep the data, the configuration and the state in this folder, which is made if it is missing and must be empty."`
}

// demoManners are what the demos have in common, as their help tells it.
const demoManners = "It uses no account and no network, asks nothing, " +
	"and looks neither at your configuration nor at your state; --config and --state-dir mean nothing to it. "

const demoEnd = "At the end all is removed, unless --keep names a folder.\n\n" +
	"With --output json: what the commands print as JSON, and between it objects of type demo, whose event is start, command, exit, edit, compared or end.\n\n" +
	"Exit codes: 0 every step did what it should, 1 one did not, 2 the folder cannot be used."

// play runs a demo in a folder of its own, which is removed in the end unless it
// is to be kept.
func (c *demoFolder) play(a *app, story func(*demonstration) error) (err error) {
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
	err = story(d)
	end := demoJSON{Event: "end", OK: new(err == nil)}
	if err != nil {
		end.Error = err.Error()
	}
	d.object(end)
	return err
}

// folder is an empty one, with an absolute path.
func (c *demoFolder) folder() (string, error) {
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

// demoWorld is what a demo plays with.
type demoWorld interface {
	Configuration() string
	Close() error
}

// steps plays a story; an error means that a step did not do what it should.
func (d *demonstration) steps(ctx context.Context, w demoWorld, all ...func(context.Context) error) (err error) {
	defer func() { err = errors.Join(err, w.Close()) }()
	d.configuration = w.Configuration()
	for _, step := range all {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
