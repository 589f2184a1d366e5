package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"lockstep/peers/fault"
)

// tool is a program that is measured.
type tool struct {
	name, program string
	// users of the accounts, by the scenario that starts with them.
	users map[string]string
	// configure writes what the program needs to know into the chain's home.
	configure func(*chain) error
	// args of the program and what is added to its environment.
	args func(*chain) (args, env []string)
}

// tools in the order in which they take turns.
func tools(dir string) []*tool {
	return []*tool{
		{
			name: "lockstep", program: filepath.Join(dir, "bin", "lockstep"),
			users:     map[string]string{"first sync down": "a", "first sync up": "b"},
			configure: func(c *chain) error { return os.WriteFile(filepath.Join(c.home, "lockstep.toml"), nil, 0o600) },
			args: func(c *chain) (args, env []string) {
				server := fmt.Sprintf("imap://%s@localhost:%d/?tls=implicit&ca=%s", c.user, c.port, c.bench.server.ca())
				return []string{"--config", filepath.Join(c.home, "lockstep.toml"), "--state-dir", filepath.Join(c.home, "state"),
						"--no-progress", "sync", server, "maildir:" + c.maildir},
					[]string{"LOCKSTEP_PASSWORD_LEFT=" + password, "LOCKSTEP_BENCH_PROFILE=" + c.profile}
			},
		},
		{
			name: "mbsync", program: "mbsync",
			users:     map[string]string{"first sync down": "c", "first sync up": "alice"},
			configure: configureMbsync,
			args: func(c *chain) (args, env []string) {
				return []string{"-q", "-c", filepath.Join(c.home, "mbsyncrc"), "-a"}, nil
			},
		},
	}
}

// configureMbsync asks for the same as lockstep does by itself: both ways,
// folders too, times of receipt kept, the same layout. FSync and PipelineDepth
// are as by default: every message is flushed, commands are not waited for.
func configureMbsync(c *chain) error {
	for _, dir := range []string{c.maildir, filepath.Join(c.home, "state")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	rc := `IMAPAccount bench
Host localhost
Port ` + strconv.Itoa(c.port) + `
User ` + c.user + `
Pass ` + password + `
SSLType IMAPS
CertificateFile ` + c.bench.server.ca() + `

IMAPStore far
Account bench

MaildirStore near
Inbox ` + c.maildir + `
SubFolders Maildir++

Channel bench
Far :far:
Near :near:
Patterns *
Create Both
Remove None
Expunge Both
CopyArrivalDate yes
SyncState ` + filepath.Join(c.home, "state") + `/
`
	return os.WriteFile(filepath.Join(c.home, "mbsyncrc"), []byte(rc), 0o600)
}

// portOf a proxy.
func portOf(p *fault.Proxy) int {
	var port int
	fmt.Sscanf(p.Addr(), "127.0.0.1:%d", &port) // it listens there
	return port
}
