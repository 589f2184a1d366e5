package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// install puts what is missing onto a Debian machine.
func install(ctx context.Context) error {
	if os.Geteuid() != 0 {
		return errors.New("root is needed: what is missing is installed from Debian")
	}
	if err := os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin"); err != nil {
		return err
	}
	var missing []string
	for _, p := range []struct{ program, pkg string }{
		{"slapd", "slapd"}, {"java", "openjdk-17-jre-headless"}, {"mvn", "maven"}, {"/usr/bin/time", "time"}, {"openssl", "openssl"}, {"curl", "curl"},
	} {
		if _, err := exec.LookPath(p.program); err != nil {
			missing = append(missing, p.pkg)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	cmd := command(ctx, "apt-get", append([]string{"install", "-y", "--no-install-recommends"}, missing...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	_, err := output(cmd)
	return err
}

// machine describes where and with what it was measured, one fact a line.
func (b *bench) machine(ctx context.Context) []string {
	ask := func(name string, args ...string) string {
		out, err := output(command(ctx, name, args...))
		if err != nil {
			return "unknown"
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		return strings.TrimSpace(lines[len(lines)-1])
	}
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
		fmt.Sprintf("%d CPUs (%s), Linux %s, %s", runtime.NumCPU(), model, ask("uname", "-r"), ask("df", "--output=fstype", b.dir)),
		fmt.Sprintf("lockstep %s, %s", ask("git", "describe", "--always", "--dirty"), runtime.Version()),
		"Apache James " + ask("sh", "-c", "sed -n 's/^VERSION=.*:-\\([0-9.]*\\)}$/\\1/p' "+jamesScript) + " (memory), Java " + ask("sh", "-c", `java -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p'`),
		"OpenLDAP " + ask("dpkg-query", "-W", "-f", "${Version}", "slapd"),
	}
}
