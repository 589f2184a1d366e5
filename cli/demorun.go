package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"lockstep/core"
)

// run runs a command line in this process, as it is printed, and wants this
// exit code.
func (d *demonstration) run(ctx context.Context, want int, args ...string) error {
	command := "lockstep " + strings.Join(args, " ")
	d.object(demoJSON{Event: "command", Command: command})
	d.out.line("%s", d.out.paint(bold, "$ "+command))
	sys := d.sys
	sys.Args = append(d.flags(), args...)
	got := Main(ctx, sys)
	d.object(demoJSON{Event: "exit", Command: command, Exit: new(got), OK: new(got == want)})
	if got != want {
		return core.Errorf("demo", core.Permanent, "%q ended with %d, not with %d", command, got, want)
	}
	return nil
}

// flags of the demo go to every command; instead of the user's configuration
// and state they get those of the demo, as by the exported variables.
func (d *demonstration) flags() []string {
	out := []string{"--config", d.world.Configuration(), "--state-dir", d.stateDir(), "--output", d.globals.Output, "--log-level", d.globals.LogLevel}
	if d.globals.NoProgress {
		out = append(out, "--no-progress")
	}
	if d.globals.Verbose {
		out = append(out, "--verbose")
	}
	return out
}

// compare holds both sides against what people did, without Lockstep's help.
func (d *demonstration) compare() error {
	n, differences, err := d.world.Compare()
	if err != nil {
		return err
	}
	out := demoJSON{Event: "compared", Messages: n, OK: new(len(differences) == 0)}
	if len(differences) > 0 {
		out.Error = differences[0]
	}
	d.object(out)
	for _, diff := range differences {
		d.out.line("%s %s", d.out.paint(red, "✗"), safe(diff))
	}
	if len(differences) > 0 {
		return core.Errorf("demo", core.Permanent, "the sides are not as they should be: %s", plural(len(differences), "difference"))
	}
	d.out.line("%s", d.out.paint(green, fmt.Sprintf("✓ compared: both sides hold the same %s: bytes, folders and marks", items(n, core.Mail))))
	return nil
}

// title opens a step, after an empty line.
func (d *demonstration) title(title, text string) {
	d.out.line("")
	d.heading(title, text)
}

func (d *demonstration) heading(title, text string) {
	d.out.line("%s", d.out.paint(cyan, "# "+title))
	if text != "" {
		d.out.line("%s", d.out.paint(dim, "# "+text))
	}
}

// lastWithUndo is the newest run that something is kept of.
func (d *demonstration) lastWithUndo(ctx context.Context) (run string, err error) {
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
