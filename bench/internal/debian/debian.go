// Package debian installs what a benchmark lacks on a Debian machine, and
// describes the machine. It changes nothing else there. Start with Install.
package debian

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"lockstep/bench/internal/program"
)

// Need is a program and the package that brings it.
type Need struct{ Program, Package string }

// Install puts what is missing onto the machine, for which it has to be root.
func Install(ctx context.Context, needs ...Need) error {
	if err := os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin"); err != nil {
		return err
	}
	var missing []string
	for _, n := range needs {
		if _, err := exec.LookPath(n.Program); err != nil {
			missing = append(missing, n.Package)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New("what is missing can only be installed by root: apt-get install " + strings.Join(missing, " "))
	}
	cmd := program.Command(ctx, "apt-get", append([]string{"install", "-y", "--no-install-recommends"}, missing...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	_, err := program.Output(cmd)
	return err
}

// Machine describes where and with which lockstep it was measured, one fact a
// line; dir is on the disk that matters.
func Machine(ctx context.Context, dir string) []string {
	model := "unknown"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return []string{
		fmt.Sprintf("%d CPUs (%s), Linux %s, %s", runtime.NumCPU(), model, Ask(ctx, "uname", "-r"), Ask(ctx, "df", "--output=fstype", dir)),
		fmt.Sprintf("lockstep %s, %s", Ask(ctx, "git", "describe", "--always", "--dirty"), runtime.Version()),
	}
}

// Ask returns the last line that a command prints, or that it is not known.
func Ask(ctx context.Context, name string, args ...string) string {
	out, err := program.Output(program.Command(ctx, name, args...))
	if err != nil {
		return "unknown"
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
