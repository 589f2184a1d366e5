package cli_test

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"lockstep/cli"
	"lockstep/connect/all"
	"lockstep/state"
	"lockstep/state/sqlite"
)

// TestMain makes this test binary lockstep itself, and the helpers of the
// scripts, when it is run under their names.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"lockstep": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
			context.AfterFunc(ctx, stop)
			os.Exit(cli.Main(ctx, system(cli.Process())))
		},
		"mails":  func() { os.Exit(mails(os.Args[1:])) },
		"record": func() { os.Exit(record(os.Args[1:])) },
		"exits":  func() { os.Exit(exits(os.Args[1:])) },
		"with":   func() { os.Exit(with(os.Args[1:])) },
	})
}

// system adds the parts that cmd/lockstep adds.
func system(sys cli.System) cli.System {
	sys.Open, sys.Traits, sys.Vacant = all.Open, all.TraitsOf, all.Vacant
	sys.Store = func(ctx context.Context, path string) (state.Store, error) { return sqlite.Open(ctx, path) }
	sys.Snapshot, sys.Holder = sqlite.OpenSnapshot, sqlite.HolderOf
	return sys
}

// TestScripts runs the stories in testdata, each a session at the command
// line. With LOCKSTEP_TEST_UPDATE=1 it rewrites what they expect.
func TestScripts(t *testing.T) { runScripts(t, "testdata") }

func runScripts(t *testing.T, dir string) {
	testscript.Run(t, testscript.Params{
		Dir:           dir,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"webadmin": webadmin, "imapd": startIMAP, "davd": startDAV, "ldapd": startLDAP},
		UpdateScripts: os.Getenv("LOCKSTEP_TEST_UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("TZ", "UTC")
			env.Setenv("LOCKSTEP_STATE_DIR", filepath.Join(env.WorkDir, "state"))
			env.Values[webadminKey{}] = &holder{}
			return os.MkdirAll(home, 0o700)
		},
	})
}
