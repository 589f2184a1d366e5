package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"lockstep/core"
	"lockstep/demo"
)

// demoMailCommand is lockstep demo mail, and lockstep demo.
type demoMailCommand struct{ demoFolder }

func (demoMailCommand) Help() string {
	return "Starts an IMAP server inside this process, which only this machine can reach, fills it and a Maildir with sample mail, and runs real " +
		"commands on them: sync, changes on both sides, plan, sync, explain, undo, check. " + demoManners +
		"After each sync it reads every file and every message itself and compares. " + demoEnd + "\n\n" +
		"lockstep demo directory shows how a mail server is made to hold what a directory says."
}

// Run implements the command.
func (c *demoMailCommand) Run(ctx context.Context, a *app) error {
	return c.play(a, func(d *demonstration) error {
		world, err := demo.New(d.dir)
		if err != nil {
			return err
		}
		m := mailDemo{d, world}
		return d.steps(ctx, world, m.start, m.first, m.edits, m.plan, m.second, m.explain, m.undo, m.end)
	})
}

// mailDemo is the story of Ida's mail.
type mailDemo struct {
	*demonstration
	world *demo.World
}

// start tells what there is.
func (d mailDemo) start(context.Context) error {
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

// first syncs two sides that were never in step.
func (d mailDemo) first(ctx context.Context) error {
	d.title("The first sync", "What is on both sides is paired; only what is missing is copied.")
	if err := d.run(ctx, exitDone, "sync"); err != nil {
		return err
	}
	return d.compare()
}

// edits lets people work on both sides.
func (d mailDemo) edits(context.Context) error {
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

func (d mailDemo) plan(ctx context.Context) error {
	d.title("The plan", "Every line has its reason. Nothing is changed; the exit code is 3, because there is something to do.")
	return d.run(ctx, exitDiffers, "plan")
}

func (d mailDemo) second(ctx context.Context) error {
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

func (d mailDemo) explain(ctx context.Context) error {
	d.title("Why is it as it is?", "Tom's mail was flagged here and forwarded there, at the same time. Both count.")
	return d.run(ctx, exitDone, "explain", demo.Shared)
}

// undo has back what was deleted on the server by mistake.
func (d mailDemo) undo(ctx context.Context) error {
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
func (d mailDemo) end(context.Context) error {
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

// compare holds both sides against what people did, without Lockstep's help.
func (d mailDemo) compare() error {
	n, differences, err := d.world.Compare()
	if err != nil {
		return err
	}
	return d.judge(demoJSON{Messages: n}, differences, fmt.Sprintf("both sides hold the same %s: bytes, folders and marks", items(n, core.Mail)))
}

// lastWithUndo is the newest run that something is kept of.
func (d mailDemo) lastWithUndo(ctx context.Context) (run string, err error) {
	a := &app{sys: d.sys, globals: globals{Config: d.world.Configuration(), StateDir: d.stateDir()}, out: &printer{w: io.Discard}, log: d.log}
	links, err := a.selected(nil)
	if err != nil {
		return "", err
	}
	s, err := a.open(ctx, links[0])
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	entries, err := s.store.Log(ctx, "")
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.Undo != "" {
			run = max(run, e.Run) // their names sort by time
		}
	}
	if run == "" {
		return "", core.Errorf("demo", core.Permanent, "nothing was kept for undo, although the sync deleted a message on this machine")
	}
	return run, nil
}
