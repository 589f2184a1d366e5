// Command lockstep keeps mail, contacts, calendars and directories in step.
// It only puts the parts together: package cli reads the command line,
// connect/all opens both ends of a link, state/sqlite keeps what is known.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"lockstep/cli"
	"lockstep/connect/all"
	"lockstep/state"
	"lockstep/state/sqlite"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50) // it waits more than it computes, often beside much else
	}
	sys := cli.Process()
	sys.Open, sys.Traits, sys.Vacant, sys.Store = all.Open, all.TraitsOf, all.Vacant, store
	sys.Snapshot, sys.Holder = sqlite.OpenSnapshot, sqlite.HolderOf
	return cli.Main(ctx, sys)
}

func store(ctx context.Context, path string) (state.Store, error) {
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return s, nil
}
