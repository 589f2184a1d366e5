package cli

import (
	"context"
	"fmt"

	"lockstep/core"
	"lockstep/demo/directory"
)

// demoDirectoryCommand is lockstep demo directory.
type demoDirectoryCommand struct{ demoFolder }

func (demoDirectoryCommand) Help() string {
	return "Starts a mail server inside this process, as James and TMail are one, which only this machine can reach, and writes a directory of twenty people " +
		"into an LDIF file. Then it runs real commands on them: plan, sync, changes of the directory and of the server, plan, sync, explain, and an export gone wrong, which would " +
		"delete many and is refused. " + demoManners +
		"After each sync it asks the server itself for all that it holds and compares. " + demoEnd
}

// Run implements the command.
func (c *demoDirectoryCommand) Run(ctx context.Context, a *app) error {
	return c.play(a, func(d *demonstration) error {
		world, err := directory.New(d.dir)
		if err != nil {
			return err
		}
		s := directoryDemo{d, world}
		return d.steps(ctx, world, s.start, s.first, s.edits, s.second, s.explain, s.wrong, s.right, s.end)
	})
}

// directoryDemo is the story of the Lantern Theatre.
type directoryDemo struct {
	*demonstration
	world *directory.World
}

// start tells what there is.
func (d directoryDemo) start(context.Context) error {
	f := d.world.Figures()
	d.object(demoJSON{Event: "start", Folder: d.dir})
	d.out.line("%s", d.out.paint(bold, "A mail server is made to hold what a directory says: no account, no network, sample people."))
	d.out.line("")
	d.out.line("  left   the directory of the Lantern Theatre: %d people in an LDIF file, as ldapsearch writes them", f.People)
	d.out.line("  right  a mail server inside this process, as James and TMail are one: its webadmin at %s,", f.Address)
	d.out.line("         with %d accounts that were made by hand, one of them of nobody in the directory", f.Accounts)
	d.out.line("")
	d.out.line("Of each person the server is to hold the account, aliases, forwards, a quota, a contact and an identity. The")
	d.out.line("directory has two mistakes: a quota that is no number, and an alias in a domain that nobody knows.")
	d.out.line("")
	d.out.line("$ export LOCKSTEP_CONFIG=%s LOCKSTEP_STATE_DIR=%s", quoted(d.world.Configuration()), quoted(d.stateDir()))
	return nil
}

// first brings a server up to the directory that it never saw.
func (d directoryDemo) first(ctx context.Context) error {
	d.title("The plan", "What stands there already is taken over; Nanami's alias of last season goes. Nothing is changed yet; the exit code is 3.")
	if err := d.run(ctx, exitDiffers, "plan"); err != nil {
		return err
	}
	d.title("The first sync", "The two mistakes are parked, and all else is done; so the exit code is 5.")
	if err := d.run(ctx, exitParked, "sync"); err != nil {
		return err
	}
	if err := d.compare(); err != nil {
		return err
	}
	d.title("Once more", "")
	return d.run(ctx, exitDone, "plan")
}

// edits lets people change both.
func (d directoryDemo) edits(context.Context) error {
	d.title("Then life goes on", "")
	done, err := d.world.Edit()
	if err != nil {
		return err
	}
	for _, on := range []bool{false, true} {
		side, where := core.Left, "In the directory"
		if on {
			side, where = core.Right, "On the mail server"
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

func (d directoryDemo) second(ctx context.Context) error {
	d.title("The plan", "A new name is no new person: the account is renamed, with all its mail. Who has left keeps everything for now.")
	if err := d.run(ctx, exitDiffers, "plan"); err != nil {
		return err
	}
	d.title("The sync", "It does what the plan says.")
	if err := d.run(ctx, exitParked, "sync"); err != nil {
		return err
	}
	return d.compare()
}

func (d directoryDemo) explain(ctx context.Context) error {
	d.title("What becomes of Quentin?", "An account is deleted only after a grace, here of 7 days.")
	return d.run(ctx, exitDone, "explain", directory.Gone)
}

// wrong is the export that looks as if many had left.
func (d directoryDemo) wrong(ctx context.Context) error {
	all, missing, err := d.world.ExportWrongly()
	if err != nil {
		return err
	}
	text := fmt.Sprintf("exports the directory with the filter %s: %d of %d people are missing", directory.WrongFilter, missing, all)
	d.object(demoJSON{Event: "edit", Side: core.Left.String(), Text: text})
	// explain has left an empty line
	d.heading("Then somebody "+text, "Taken at its word it would delete them, whatever the grace. It is refused, with exit code 4.")
	if err := d.run(ctx, exitHeld, "sync"); err != nil {
		return err
	}
	return d.compare()
}

func (d directoryDemo) right(ctx context.Context) error {
	if err := d.world.ExportAgain(); err != nil {
		return err
	}
	d.title("The right export is back", "")
	if err := d.run(ctx, exitDone, "plan"); err != nil {
		return err
	}
	return d.compare()
}

// end says what to try next.
func (d directoryDemo) end(context.Context) error {
	d.title("What next?", "")
	if d.kept {
		d.out.line("Look around: all is in %s; the server is gone with the demo.", quoted(d.dir))
		d.out.line("  less %s", quoted(d.world.Directory()))
		d.out.line("  less %s", quoted(d.world.Configuration()))
		for _, command := range []string{"log", "explain " + directory.Married} {
			d.out.line("  lockstep %s --config %s --state-dir %s", command, quoted(d.world.Configuration()), quoted(d.stateDir()))
		}
	} else {
		d.out.line("Everything the demo made is removed now. To keep it and look around:")
		d.out.line("  lockstep demo directory --keep FOLDER")
	}
	d.out.line("With a directory and a server of your own; plan changes nothing:")
	d.out.line("  read -rs LOCKSTEP_PASSWORD_RIGHT && export LOCKSTEP_PASSWORD_RIGHT")
	d.out.line("  lockstep plan ldif:people.ldif james+https://james.example.org:8000")
	d.out.line("For a configuration file, and all that can be set in it:")
	d.out.line("  lockstep config describe")
	return nil
}

// compare holds the server against what people have a right to, without
// Lockstep's help.
func (d directoryDemo) compare() error {
	n, differences := d.world.Compare()
	return d.judge(demoJSON{Elements: n}, differences, "the server holds "+items(n, core.Entry)+" of the directory, and what is nobody else's business is untouched")
}
