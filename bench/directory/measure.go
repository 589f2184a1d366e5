package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// measure is what one run cost.
type measure struct {
	Wall time.Duration
	// CPU of the program, user and system; Server is that of its mail server and
	// of the directory.
	CPU, Server time.Duration
	// Memory is the most that the program held at once, in bytes.
	Memory int64
	// Exit code of the program.
	Exit int
}

// program is a command line that is measured.
type program struct {
	// home is a folder for its output.
	home string
	args []string
	env  []string
	// exits are the codes that it may end with; none = 0 only.
	exits []int
	// servers whose processor time counts, by the files with their process IDs.
	servers []string
}

// measured runs a program once.
func (p program) measured(ctx context.Context) (measure, error) {
	out, err := os.Create(filepath.Join(p.home, "output"))
	if err != nil {
		return measure{}, err
	}
	defer out.Close()
	// The kernel counts the memory of the process that starts a program as the
	// program's; "time" is a small one.
	memory := filepath.Join(p.home, "memory")
	cmd := command(ctx, "/usr/bin/time", append([]string{"-q", "-f", "%M", "-o", memory}, p.args...)...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout, cmd.Stderr = out, out
	before, err := cpuOf(p.servers)
	if err != nil {
		return measure{}, err
	}
	start := time.Now()
	err = cmd.Run()
	m := measure{Wall: time.Since(start)}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return measure{}, err
	}
	if m.Exit = cmd.ProcessState.ExitCode(); m.Exit != 0 && !slices.Contains(p.exits, m.Exit) {
		return measure{}, fmt.Errorf("%s ended with %d; the end of its output:\n%s", p.args[0], m.Exit, tail(out.Name()))
	}
	m.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	after, err := cpuOf(p.servers)
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

// cpuOf processes, up to now.
func cpuOf(pidFiles []string) (sum time.Duration, err error) {
	for _, file := range pidFiles {
		pid, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		name := filepath.Join("/proc", strings.TrimSpace(string(pid)), "stat")
		stat, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		// The name in brackets may hold spaces; what follows is state, parent, ...
		f := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(f) < 13 {
			return 0, fmt.Errorf("%s has %d fields", name, len(f))
		}
		for _, n := range f[11:13] { // utime and stime
			t, err := strconv.ParseInt(n, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", name, err)
			}
			sum += time.Duration(t) * tick
		}
	}
	return sum, nil
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

// tail is the end of a file, for people.
func tail(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(b[max(0, len(b)-2000):])
}
