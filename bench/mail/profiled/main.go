// Command profiled is lockstep that writes a CPU profile of its run to the file
// that LOCKSTEP_BENCH_PROFILE names. It is for benchmarks, and never installed.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime/pprof"

	"lockstep/cli"
	"lockstep/connect/all"
	"lockstep/state"
	"lockstep/state/sqlite"
)

func main() {
	code, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "profiled:", err)
		code = 1
	}
	os.Exit(code)
}

func run() (code int, err error) {
	out, err := os.Create(os.Getenv("LOCKSTEP_BENCH_PROFILE"))
	if err != nil {
		return 0, err
	}
	defer func() {
		if closed := out.Close(); err == nil {
			err = closed
		}
	}()
	if err := pprof.StartCPUProfile(out); err != nil {
		return 0, err
	}
	defer pprof.StopCPUProfile()
	sys := cli.Process()
	sys.Open, sys.Traits, sys.Vacant, sys.Store = all.Open, all.TraitsOf, all.Vacant, store
	sys.Snapshot, sys.Holder = sqlite.OpenSnapshot, sqlite.HolderOf
	return cli.Main(context.Background(), sys), nil
}

func store(ctx context.Context, path string) (state.Store, error) {
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return s, nil
}
