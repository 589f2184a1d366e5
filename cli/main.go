package cli

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"github.com/alecthomas/kong"

	"lockstep/config"
)

// Main runs one command line and returns its exit code.
func Main(ctx context.Context, sys System) int {
	a := &app{sys: sys, out: &printer{w: sys.Stdout}, log: slog.New(slog.DiscardHandler)}
	if len(sys.Args) == 0 {
		return a.fail("", usage(`no command is given; "lockstep --help" lists them`))
	}
	g := &grammar{}
	parser, err := g.parser(sys)
	if err != nil {
		return a.fail("", err)
	}
	if sys.Args[0] == "help" {
		sys.Args = append(slices.Clone(sys.Args[1:]), "--help")
	}
	parsed, err := parser.Parse(sys.Args)
	switch {
	case errors.Is(err, errHelp):
		return exitDone
	case err != nil:
		return a.fail("", usageOf(err))
	}
	a.globals, a.model = g.Globals, parser.Model
	a.setOutput()
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(a); err != nil {
		return a.failed("", err)
	}
	return a.code
}

// app is one run of one command.
type app struct {
	sys     System
	globals globals
	model   *kong.Application
	out     *printer
	log     *slog.Logger
	loaded  *config.Config
	code    int
}

// exit makes the exit code of the command at least as bad as this one.
func (a *app) exit(code int) { a.code = worse(a.code, code) }

// config is read when it is first needed, so that version and the like work
// with a broken one.
func (a *app) config() (*config.Config, error) {
	if a.loaded == nil {
		c, err := config.Load(a.globals.Config, a.sys.Getenv)
		if err != nil {
			return nil, err
		}
		a.loaded = c
	}
	return a.loaded, nil
}

// stateDir is where all state is.
func (a *app) stateDir() (string, error) {
	if a.globals.StateDir != "" {
		return a.globals.StateDir, nil
	}
	return config.DefaultStateDir(a.sys.Getenv)
}

// setOutput follows --output, --log-level and NO_COLOR.
func (a *app) setOutput() {
	a.out.json = a.globals.Output == "json"
	a.out.colour = a.sys.Terminal && !a.out.json && a.sys.Getenv("NO_COLOR") == "" && a.sys.Getenv("TERM") != "dumb"
	var level slog.Level
	if err := level.UnmarshalText([]byte(a.globals.LogLevel)); err != nil {
		level = slog.LevelWarn // the grammar allows no other word
	}
	options := &slog.HandlerOptions{Level: level}
	if a.out.json {
		a.log = slog.New(slog.NewJSONHandler(a.sys.Stderr, options))
	} else {
		a.log = slog.New(slog.NewTextHandler(a.sys.Stderr, options))
	}
}
