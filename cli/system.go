package cli

import (
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/core"
	"lockstep/state"
)

// System is what the commands use of the outside world.
type System struct {
	// Args of the command line, without the program's name.
	Args   []string
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
	// Now is the clock; its location is the one that times are printed in.
	Now func() time.Time
	// Terminal tells whether Stdout is one, Watched whether Stderr is.
	Terminal, Watched bool
	// Columns of the terminal that Stderr is; 0, or a nil function = not known.
	Columns func() int
	// Open opens an end for one pass.
	Open func(context.Context, config.End, all.Options) (core.Replica, core.Traits, error)
	// Traits tells what the engine must know of a kind.
	Traits func(core.Kind) (core.Traits, error)
	// Vacant tells whether an end is a place of this machine with nothing in it.
	Vacant func(config.End) bool
	// Store opens the state in a file, which is made if it is missing.
	Store func(ctx context.Context, path string) (state.Store, error)
	// Snapshot opens it for reading, as it is at this moment; nil = there is
	// none yet.
	Snapshot func(ctx context.Context, path string) (state.Store, error)
	// Holder tells which process has it open for writing; zero = none.
	Holder func(path string) (state.Holder, error)
}

// Process is the System of this process; what opens ends and stores is the
// caller's to add.
func Process() System {
	return System{
		Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now,
		Terminal: term.IsTerminal(int(os.Stdout.Fd())), Watched: term.IsTerminal(int(os.Stderr.Fd())),
		Columns: func() int {
			columns, _, err := term.GetSize(int(os.Stderr.Fd()))
			if err != nil {
				return 0 // it is no terminal
			}
			return columns
		},
	}
}
