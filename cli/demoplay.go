package cli

import (
	"context"
	"errors"
	"path/filepath"

	"lockstep/core"
	"lockstep/demo"
)

// demonstration is one run of the demo.
type demonstration struct {
	*app
	dir   string
	kept  bool
	world *demo.World
}

// demoJSON is what the demo says between the commands, for programs.
type demoJSON struct {
	Type  string `json:"type"`  // demo
	Event string `json:"event"` // start, command, exit, edit, compared, end
	// Command of events command and exit, and its exit code.
	Command string `json:"command,omitempty"`
	Exit    *int   `json:"exit,omitempty"`
	// Folder that the demo works in.
	Folder string `json:"folder,omitempty"`
	// Side and Text of an edit.
	Side string `json:"side,omitempty"`
	Text string `json:"text,omitempty"`
	// Messages that both sides must hold.
	Messages int `json:"messages,omitempty"`
	// OK tells of events exit, compared and end that all was as it should be.
	OK    *bool  `json:"ok,omitempty"`
	Error string `json:"error,omitempty"`
}

func (d *demonstration) object(o demoJSON) {
	o.Type = "demo"
	d.out.object(o)
}

// play is the whole story; an error means that a step did not do what it should.
func (d *demonstration) play(ctx context.Context) (err error) {
	if d.world, err = demo.New(d.dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.world.Close()) }()
	steps := []func(context.Context) error{d.start, d.first, d.edits, d.plan, d.second, d.explain, d.undo, d.end}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// start tells what there is.
func (d *demonstration) start(context.Context) error {
	f, err := d.world.Figures()
	if err != nil {
		return err
	}
	d.object(demoJSON{Event: "start", Folder: d.dir})
	d.out.line("%s", d.out.paint(bold, "An IMAP account and a Maildir are brought in step: no account, no network, sample mail."))
	d.out.line("")
	d.out.line("  left   %s: an IMAP server inside this process, at %s with TLS;", f.Login, f.Address)
	d.out.line("         %s, and its folders have German names", items(f.Server, core.Mail))
	d.out.line("  right  a Maildir, as mutt and notmuch read it: %s,", items(f.Local, core.Mail))
	d.out.line("         %s of which some other program copied from the account half a year ago", number(f.Both))
	d.out.line("")
	d.out.line("The mail is in %d languages and %d character sets: letters, a mailing list, newsletters, attachments up to", f.Languages, f.Charsets)
	d.out.line("%s, invitations, forwarded messages, two without a Message-ID, and one that is there twice.", size(f.Largest))
	d.out.line("")
	d.out.line("$ export LOCKSTEP_CONFIG=%s LOCKSTEP_STATE_DIR=%s", quoted(d.world.Configuration()), quoted(d.stateDir()))
	return nil
}

func (d *demonstration) stateDir() string { return filepath.Join(d.dir, "state") }

// first syncs two sides that were never in step.
func (d *demonstration) first(ctx context.Context) error {
	d.title("The first sync", "What is on both sides is paired; only what is missing is copied.")
	if err := d.run(ctx, exitDone, "sync"); err != nil {
		return err
	}
	return d.compare()
}

// edits lets people work on both sides.
func (d *demonstration) edits(context.Context) error {
	d.title("Then people go on working, on both sides at once", "")
	done, err := d.world.Edit()
	if err != nil {
		return err
	}
	for _, on := range []bool{false, true} {
		side, where := core.Right, "On this machine, in the Maildir, Ida"
		if on {
			side, where = core.Left, "On the server, with her phone, Ida"
		}
		d.out.line("%s", where)
		for _, e := range done {
			if e.Server == on {
				d.object(demoJSON{Event: "edit", Side: side.String(), Text: e.Text})
				d.out.line("  - %s", e.Text)
			}
		}
	}
	return nil
}

func (d *demonstration) plan(ctx context.Context) error {
	d.title("The plan", "Every line has its reason. Nothing is changed; the exit code is 3, because there is something to do.")
	return d.run(ctx, exitDiffers, "plan")
}

func (d *demonstration) second(ctx context.Context) error {
	d.title("The sync", "It does what the plan says.")
	if err := d.run(ctx, exitDone, "sync"); err != nil {
		return err
	}
	if err := d.compare(); err != nil {
		return err
	}
	d.title("Once more", "")
	return d.run(ctx, exitDone, "sync")
}

func (d *demonstration) explain(ctx context.Context) error {
	d.title("Why is it as it is?", "Tom's mail was flagged here and forwarded there, at the same time. Both count.")
	return d.run(ctx, exitDone, "explain", demo.Shared)
}

// undo has back what was deleted on the server by mistake.
func (d *demonstration) undo(ctx context.Context) error {
	run, err := d.lastWithUndo(ctx)
	if err != nil {
		return err
	}
	// explain has left an empty line
	d.heading("Undo", "The recording was deleted by mistake. What a sync deletes on this machine is kept for 30 days.")
	for _, args := range [][]string{{"undo", run}, {"sync"}} {
		if err := d.run(ctx, exitDone, args...); err != nil {
			return err
		}
	}
	d.world.Restored()
	if err := d.compare(); err != nil {
		return err
	}
	d.out.line("")
	return d.run(ctx, exitDone, "check")
}

// end says what to try next.
func (d *demonstration) end(context.Context) error {
	d.title("What next?", "")
	if d.kept {
		d.out.line("Look around: the Maildir, the configuration and the state are in %s; the server is gone with the demo.", quoted(d.dir))
		d.out.line("  mutt -f %s", quoted(filepath.Join(d.dir, "Mail")))
		d.out.line("  lockstep log --config %s --state-dir %s", quoted(d.world.Configuration()), quoted(d.stateDir()))
	} else {
		d.out.line("Everything the demo made is removed now. To keep it and look around:")
		d.out.line("  lockstep demo --keep FOLDER")
	}
	d.out.line("With mail of your own; plan changes nothing:")
	d.out.line("  read -rs LOCKSTEP_PASSWORD_LEFT && export LOCKSTEP_PASSWORD_LEFT")
	d.out.line("  lockstep plan imap://you%%40example.org@mail.example.org/ maildir:~/Mail")
	d.out.line("For a configuration file, and all that can be set in it:")
	d.out.line("  lockstep config describe")
	return nil
}
