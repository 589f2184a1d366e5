package cli

import (
	"context"
	"path/filepath"
	"strings"

	"lockstep/core"
)

// demonstration is one run of a demo.
type demonstration struct {
	*app
	dir  string
	kept bool
	// configuration is the file that the demo's commands read.
	configuration string
}

func (d *demonstration) stateDir() string { return filepath.Join(d.dir, "state") }

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
	// Messages that both sides must hold; Elements that people have a right to
	// on the mail server.
	Messages int `json:"messages,omitempty"`
	Elements int `json:"elements,omitempty"`
	// OK tells of events exit, compared and end that all was as it should be.
	OK    *bool  `json:"ok,omitempty"`
	Error string `json:"error,omitempty"`
}

func (d *demonstration) object(o demoJSON) {
	o.Type = "demo"
	d.out.object(o)
}

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
	out := []string{"--config", d.configuration, "--state-dir", d.stateDir(), "--output", d.globals.Output, "--log-level", d.globals.LogLevel}
	if d.globals.NoProgress {
		out = append(out, "--no-progress")
	}
	if d.globals.Verbose {
		out = append(out, "--verbose")
	}
	return out
}

// judge tells what a comparison has found; an error, if that is anything.
func (d *demonstration) judge(out demoJSON, differences []string, same string) error {
	out.Event, out.OK = "compared", new(len(differences) == 0)
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
	d.out.line("%s", d.out.paint(green, "✓ compared: "+same))
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
