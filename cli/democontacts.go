package cli

import (
	"context"

	"lockstep/core"
	"lockstep/demo/contacts"
)

// demoContactsCommand is lockstep demo contacts.
type demoContactsCommand struct{ demoFolder }

func (demoContactsCommand) Help() string {
	return "Starts a CardDAV server inside this process, which only this machine can reach, and writes the address book of a rowing club, as two devices keep it: " +
		"a directory with a file for each card. Then it runs real commands on them: plan, sync, edits of one card in two places, which are merged, " +
		"a conflict that is shown and settled, and a week without a network. " + demoManners +
		"After each step it reads every card in all three places itself and compares. " + demoEnd
}

// Run implements the command.
func (c *demoContactsCommand) Run(ctx context.Context, a *app) error {
	return c.play(a, func(d *demonstration) error {
		world, err := contacts.New(d.dir)
		if err != nil {
			return err
		}
		s := contactsDemo{d, world}
		return d.steps(ctx, world, s.start, s.first, s.merge, s.collide, s.settle, s.offline, s.end)
	})
}

// contactsDemo is the story of the Heron Rowing Club.
type contactsDemo struct {
	*demonstration
	world *contacts.World
}

// start tells what there is.
func (d contactsDemo) start(context.Context) error {
	d.object(demoJSON{Event: "start", Folder: d.dir})
	d.out.line("%s", d.out.paint(bold, "Two devices and a CardDAV server are kept in step: no account, no network, sample people."))
	d.out.line("")
	d.out.line("  laptop  the address book of the Heron Rowing Club: %d cards, a file for each", d.world.Count())
	d.out.line("  phone   nothing yet")
	d.out.line("  server  inside this process, at %s; it has no address book yet", d.world.Address())
	d.out.line("")
	d.out.line("Each device is linked to the server, as two programs on two machines would be.")
	d.out.line("")
	d.out.line("$ export LOCKSTEP_CONFIG=%s LOCKSTEP_STATE_DIR=%s", quoted(d.world.Configuration()), quoted(d.stateDir()))
	return nil
}

func (d contactsDemo) first(ctx context.Context) error {
	d.title("What would a sync do?", "plan changes nothing; the exit code is 3.")
	if err := d.run(ctx, exitDiffers, "plan", "laptop"); err != nil {
		return err
	}
	d.title("The first sync", "From the laptop to the server, and from the server to the phone.")
	if err := d.run(ctx, exitDone, "sync"); err != nil {
		return err
	}
	return d.compare()
}

// edits lets people change cards, and tells where.
func (d contactsDemo) edits(chapter int) error {
	place := contacts.Place("")
	for _, e := range contacts.Edits()[chapter] {
		if e.Place != place {
			place = e.Place
			d.out.line("On the %s somebody", place)
		}
		if e.Text != "" {
			d.object(demoJSON{Event: "edit", Side: string(e.Place), Text: e.Text})
			d.out.line("  - %s", e.Text)
		}
		if err := d.world.Edit(e); err != nil {
			return err
		}
	}
	return nil
}

func (d contactsDemo) merge(ctx context.Context) error {
	d.title("Then life goes on in three places", "")
	if err := d.edits(0); err != nil {
		return err
	}
	d.title("One card, edited in two places, is merged property by property", "The second sync of the laptop brings what came from the phone.")
	for _, args := range [][]string{{"sync"}, {"sync", "laptop"}} {
		if err := d.run(ctx, exitDone, args...); err != nil {
			return err
		}
	}
	return d.compare()
}

func (d contactsDemo) collide(ctx context.Context) error {
	d.title("Two people disagree", "")
	if err := d.edits(1); err != nil {
		return err
	}
	d.title("Nothing is lost", "Each keeps its own title, and all else of the card is synced. The exit code is 5 while a conflict is open.")
	if err := d.run(ctx, exitParked, "sync"); err != nil {
		return err
	}
	if err := d.run(ctx, exitDone, "sync", "laptop"); err != nil {
		return err
	}
	return d.compare()
}

func (d contactsDemo) settle(ctx context.Context) error {
	d.title("Somebody decides", "")
	for _, args := range [][]string{{"conflicts", "list"}, {"conflicts", "show", "1"}, {"conflicts", "resolve", "1", "right"}, {"sync"}} {
		if err := d.run(ctx, exitDone, args...); err != nil {
			return err
		}
	}
	d.world.Settle()
	return d.compare()
}

func (d contactsDemo) offline(ctx context.Context) error {
	d.title("A week without a network", "")
	if err := d.edits(2); err != nil {
		return err
	}
	d.title("An edit beats a deletion", "So Jonas is back.")
	for _, args := range [][]string{{"sync"}, {"sync", "laptop"}} {
		if err := d.run(ctx, exitDone, args...); err != nil {
			return err
		}
	}
	if err := d.compare(); err != nil {
		return err
	}
	d.title("Once more", "")
	return d.run(ctx, exitDone, "plan")
}

// end says what to try next.
func (d contactsDemo) end(context.Context) error {
	d.title("What next?", "")
	if d.kept {
		d.out.line("Look around: all is in %s; the server is gone with the demo.", quoted(d.dir))
		d.out.line("  less %s/*.vcf", d.world.Folder(contacts.Phone))
		for _, command := range []string{"log laptop", "explain aroha"} {
			d.out.line("  lockstep %s --config %s --state-dir %s", command, quoted(d.world.Configuration()), quoted(d.stateDir()))
		}
	} else {
		d.out.line("Everything the demo made is removed now. To keep it and look around:")
		d.out.line("  lockstep demo contacts --keep FOLDER")
	}
	d.out.line("With an address book of your own; plan changes nothing:")
	d.out.line("  read -rs LOCKSTEP_PASSWORD_RIGHT && export LOCKSTEP_PASSWORD_RIGHT")
	d.out.line("  lockstep plan vdir:contacts carddav+https://you@dav.example.org/")
	d.out.line("For a configuration file, and all that can be set in it:")
	d.out.line("  lockstep config describe")
	return nil
}

// compare reads every card in every place, without Lockstep's help.
func (d contactsDemo) compare() error {
	n, differences := d.world.Compare()
	return d.judge(demoJSON{Elements: n}, differences, "the "+items(n, core.Contact)+" on the laptop, the phone and the server say what they should")
}
