package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lockstep/bench/internal/program"
)

// tool is a program that is measured.
type tool struct {
	name string
	// configure writes what the program needs to know into the chain's home.
	configure func(*chain) error
	args      func(*chain) []string
	// repeats: some entries may fail, which the next run makes good. It is not
	// measured.
	repeats bool
}

// tools in the order in which they take turns in the first round.
func tools(bin string) []*tool {
	return []*tool{
		{
			name: "lockstep",
			configure: func(c *chain) error {
				left := fmt.Sprintf("address = \"ldap://%s/%s?tls=none\"\nuser = %q\npassword = {env = \"LOCKSTEP_BENCH_PASSWORD\"}\n", c.front.ldapAddress(), base, reader)
				return os.WriteFile(filepath.Join(c.home, "lockstep.toml"), []byte(configuration(left, c.front.webadminURL(), c.server.token(), c.contacts)), 0o600)
			},
			args: func(c *chain) []string { return lockstep(bin, c.home, "sync") },
		},
		{
			name: "model", repeats: true,
			configure: func(*chain) error { return nil },
			args: func(c *chain) []string {
				return []string{filepath.Join(bin, "model"), "-ldap", "ldap://" + c.front.ldapAddress(), "-base", people, "-user", reader,
					"-webadmin", c.front.webadminURL(), "-token", c.server.token(), fmt.Sprintf("-contacts=%v", c.contacts)}
			},
		},
	}
}

// lockstep is a command line of it.
func lockstep(bin, home, command string) []string {
	return []string{filepath.Join(bin, "lockstep"), "--config", filepath.Join(home, "lockstep.toml"), "--state-dir", filepath.Join(home, "state"), "--no-progress", command}
}

// configuration of a link that provisions everything; left is how the directory
// is reached.
func configuration(left, webadmin, token string, contacts bool) string {
	text := fmt.Sprintf(`[accounts.directory]
%s
[accounts.server]
address = "james+%s"
password = {file = %q}

[links.staff]
left = "directory"
right = "server"
[links.staff.users]
[links.staff.aliases]
values = "mailAlias"
[links.staff.mappings]
values = "otherMailbox"
[links.staff.forwards]
values = "mailForward"
[links.staff.quotas]
value = "mailQuotaSize"
[links.staff.identities]
`, left, webadmin, token)
	if contacts {
		text += "[links.staff.contacts]\n"
	}
	return text
}

// chain is one tool with a mail server of its own, through the jobs of a round.
type chain struct {
	tool   *tool
	server server
	// front is where the tool finds the directory and the mail server.
	front    *front
	contacts bool
	// home holds what the tool remembers.
	home string
	// pids are the files that name the servers' processes.
	pids []string
}

// begin makes an empty home.
func (c *chain) begin() error {
	if err := os.RemoveAll(c.home); err != nil {
		return err
	}
	if err := os.MkdirAll(c.home, 0o700); err != nil {
		return err
	}
	return c.tool.configure(c)
}

// someFailed is how the model ends when entries have failed.
const someFailed = 3

// run runs the tool once and has its work judged.
func (c *chain) run(ctx context.Context, all []person) (program.Cost, count, error) {
	p := program.Program{Home: c.home, Args: c.tool.args(c), Env: []string{"LOCKSTEP_BENCH_PASSWORD=" + readerPassword},
		Servers: func() (time.Duration, error) { return program.Processor(c.pids...) }}
	if c.tool.repeats {
		p.Exits = []int{someFailed}
	}
	c.front.since()
	m, err := p.Run(ctx)
	so := c.front.since()
	if err == nil && m.Exit == someFailed {
		p.Exits = nil
		_, err = p.Run(ctx)
	}
	if err != nil {
		return program.Cost{}, count{}, err
	}
	have, err := c.server.holds(ctx)
	if err != nil {
		return program.Cost{}, count{}, err
	}
	if err := compare(wants(all, c.contacts), have); err != nil {
		return program.Cost{}, count{}, fmt.Errorf("%w\n%s", err, strings.TrimSpace(p.Tail()))
	}
	return m, so, nil
}
