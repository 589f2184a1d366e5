package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// measure is what one run cost.
type measure struct {
	Wall time.Duration
	// CPU of the program, user and system; Server is that of all of Dovecot.
	User, System, Server time.Duration
	// Memory is the most that the program held at once, in bytes.
	Memory int64
}

// measured runs the tool once.
func (c *chain) measured(ctx context.Context) (measure, error) {
	out, err := os.Create(filepath.Join(c.home, "output"))
	if err != nil {
		return measure{}, err
	}
	defer out.Close()
	args, env := c.tool.args(c)
	// The kernel counts the memory of the process that starts a program as the
	// program's; "time" is a small one.
	memory := filepath.Join(c.home, "memory")
	cmd := command(ctx, "/usr/bin/time", append([]string{"-q", "-f", "%M", "-o", memory, c.tool.program}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = out, out
	before, err := c.bench.server.cpu()
	if err != nil {
		return measure{}, err
	}
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return measure{}, fmt.Errorf("%s: %w; the end of its output:\n%s", c.tool.name, err, tail(out.Name()))
	}
	m := measure{Wall: time.Since(start), User: cmd.ProcessState.UserTime(), System: cmd.ProcessState.SystemTime()}
	after, err := c.bench.server.cpu()
	if err != nil {
		return measure{}, err
	}
	m.Server = after - before
	text, err := os.ReadFile(memory)
	if err != nil {
		return measure{}, err
	}
	kb, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	m.Memory = kb << 10
	return m, err
}

// tick of the kernel's CPU times in /proc: 10 ms on every Linux that Go knows.
const tick = 10 * time.Millisecond

// cpu that Dovecot used up to now: the master, its children, and those that
// ended, whose times the kernel adds to the master's.
func (s *server) cpu() (time.Duration, error) {
	text, err := os.ReadFile(filepath.Join(s.dir, "run", "master.pid"))
	if err != nil {
		return 0, err
	}
	master := strings.TrimSpace(string(text))
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	ticks := int64(0)
	for _, file := range all {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it ended meanwhile
		}
		// The name in brackets may hold spaces; what follows is state, parent, ...
		f := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(f) < 15 || f[1] != master && filepath.Base(filepath.Dir(file)) != master {
			continue
		}
		for _, n := range f[11:15] { // utime, stime, and those of its children
			t, err := strconv.ParseInt(n, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", file, err)
			}
			ticks += t
		}
	}
	return time.Duration(ticks) * tick, nil
}

// command that ends when the benchmark is interrupted, and is given time to.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// output of a command that must succeed.
func output(cmd *exec.Cmd) (string, error) {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return string(out), nil
}
