package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lockstep/bench/internal/program"
)

// tool is a program that is measured.
type tool struct {
	name string
	// user whose address book is the other side.
	user string
	// configure writes what the program needs to know into the chain's home.
	configure func(context.Context, *chain) error
	// args of the program, its name first, and what is added to its environment.
	args func(*chain) (args, env []string)
}

// tools in the order in which they take turns in the first round.
func tools(dir string) []*tool {
	return []*tool{
		{
			name: "lockstep", user: "alice",
			// By its address, as vdirsyncer does: a book that Radicale got in one request
			// has no name of its own.
			configure: func(_ context.Context, c *chain) error {
				text := fmt.Sprintf(`[accounts.server]
address = "carddav+http://%s@%s/%s/"
names = "address"
password = {env = "LOCKSTEP_BENCH_PASSWORD"}

[links.contacts]
left = "vdir:%s#contacts"
right = "server#contacts"
`, c.tool.user, c.proxy.Addr(), c.tool.user, c.vdir)
				return os.WriteFile(filepath.Join(c.home, "lockstep.toml"), []byte(text), 0o600)
			},
			args: func(c *chain) (args, env []string) {
				return []string{filepath.Join(dir, "bin", "lockstep"), "--config", filepath.Join(c.home, "lockstep.toml"),
					"--state-dir", filepath.Join(c.home, "state"), "--no-progress", "sync", "contacts"}, []string{"LOCKSTEP_BENCH_PASSWORD=" + password}
			},
		},
		{
			name: "vdirsyncer", user: "bob",
			configure: configureVdirsyncer,
			args: func(c *chain) (args, env []string) {
				return []string{"vdirsyncer", "-c", filepath.Join(c.home, "vdirsyncer"), "sync"}, nil
			},
		},
	}
}

// configureVdirsyncer asks for the same as lockstep does by itself, and lets it
// discover the address book, which is a command of its own that is not timed.
func configureVdirsyncer(ctx context.Context, c *chain) error {
	text := `[general]
status_path = "` + filepath.Join(c.home, "status") + `"

[pair contacts]
a = "near"
b = "far"
collections = ["contacts"]

[storage near]
type = "filesystem"
path = "` + filepath.Dir(c.vdir) + `"
fileext = ".vcf"

[storage far]
type = "carddav"
url = "http://` + c.proxy.Addr() + `/` + c.tool.user + `/"
username = "` + c.tool.user + `"
password = "` + password + `"
`
	file := filepath.Join(c.home, "vdirsyncer")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	cmd := program.Command(ctx, "vdirsyncer", "-c", file, "discover")
	cmd.Stdin = strings.NewReader("")
	_, err := program.Output(cmd)
	return err
}
