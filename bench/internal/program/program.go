// Package program runs a program once and tells what that cost: time, processor
// time, memory, and the processor time of the servers that it spoke to.
//
// It judges nothing and keeps nothing but the program's output, until the next
// run. It needs Linux and /usr/bin/time. Start with Program.Run.
package program

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
	"syscall"
	"time"
)

// Program is a command line that is measured.
type Program struct {
	// Home is a folder for its output.
	Home string
	Args []string
	// Env is added to the environment.
	Env []string
	// Exits are the codes beside 0 that it may end with.
	Exits []int
	// Servers tells the processor time that servers used up to now; nil = none
	// counts.
	Servers func() (time.Duration, error)
}

// Cost is what one run took.
type Cost struct {
	Wall time.Duration
	// User and System are processor time of the program; Servers is that of its
	// servers meanwhile.
	User, System, Servers time.Duration
	// Memory is the most that the program held at once, in bytes.
	Memory int64
	// Exit code of the program.
	Exit int
}

// Run runs the program once. The error holds the end of its output.
func (p Program) Run(ctx context.Context) (Cost, error) {
	out, err := os.Create(p.output())
	if err != nil {
		return Cost{}, err
	}
	defer out.Close()
	// The kernel counts the memory of the process that starts a program as the
	// program's; "time" is a small one.
	memory := filepath.Join(p.Home, "memory")
	cmd := Command(ctx, "/usr/bin/time", append([]string{"-q", "-f", "%M", "-o", memory}, p.Args...)...)
	cmd.Env = append(os.Environ(), p.Env...)
	cmd.Stdout, cmd.Stderr = out, out
	servers := p.Servers
	if servers == nil {
		servers = func() (time.Duration, error) { return 0, nil }
	}
	before, err := servers()
	if err != nil {
		return Cost{}, err
	}
	start := time.Now()
	err = cmd.Run()
	c := Cost{Wall: time.Since(start)}
	if ctx.Err() != nil {
		if cmd.Process != nil {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what did not end in time
		}
		return Cost{}, ctx.Err()
	}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return Cost{}, err
	}
	if c.Exit = cmd.ProcessState.ExitCode(); c.Exit != 0 && !slices.Contains(p.Exits, c.Exit) {
		return Cost{}, fmt.Errorf("%s: %w; the end of its output:\n%s", p.Args[0], err, p.Tail())
	}
	c.User, c.System = cmd.ProcessState.UserTime(), cmd.ProcessState.SystemTime()
	after, err := servers()
	if err != nil {
		return Cost{}, err
	}
	c.Servers = after - before
	text, err := os.ReadFile(memory)
	if err != nil {
		return Cost{}, err
	}
	lines := strings.Fields(string(text)) // before the number, time(1) may tell of the exit
	if len(lines) == 0 {
		return Cost{}, fmt.Errorf("%s is empty", memory)
	}
	kib, err := strconv.ParseInt(lines[len(lines)-1], 10, 64)
	c.Memory = kib << 10
	return c, err
}

func (p Program) output() string { return filepath.Join(p.Home, "output") }

// Tail is the end of what the program printed in its last run.
func (p Program) Tail() string { return Tail(p.output()) }

// Command that ends when its context does, and is given time to. So is what it started:
// time(1), for one, does not pass signals on. Many ignore SIGINT, as children of what
// runs in the background.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// Output of a command that must succeed; the error holds it.
func Output(cmd *exec.Cmd) (string, error) {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return string(out), nil
}

// Tail is the end of a file, for people.
func Tail(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(b[max(0, len(b)-2000):])
}
