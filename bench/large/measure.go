package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// bench is one measurement.
type bench struct {
	dir, program string
	srv          *server
}

// measure runs every job and prints a line about each.
func measure(ctx context.Context, dir string, messages int) (err error) {
	b := &bench{dir: dir, program: filepath.Join(dir, "lockstep")}
	if text, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", b.program, "./cmd/lockstep").CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	if err := os.WriteFile(filepath.Join(dir, "lockstep.toml"), nil, 0o600); err != nil {
		return err
	}
	if b.srv, err = startServer(ctx, messages); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.srv.stop()) }()
	for _, job := range []struct {
		name   string
		before func() error
	}{{"first sync", nil}, {"the sync after it", rest}, {"nothing changed", rest}, {"a flag on the server", b.srv.flagOne}, {"nothing changed", rest}} {
		if job.before != nil {
			if err := job.before(); err != nil {
				return err
			}
		}
		if err := b.sync(ctx, job.name); err != nil {
			return fmt.Errorf("%s: %w", job.name, err)
		}
		size, err := sizeOf(filepath.Join(dir, "state"))
		if err != nil {
			return err
		}
		fmt.Printf("; state %d bytes for each message\n", size/int64(messages))
	}
	return nil
}

// rest lets the clock go on, so that no directory is too young to be trusted.
func rest() error {
	time.Sleep(3 * time.Second)
	return nil
}

// sync runs once and prints what it cost.
func (b *bench) sync(ctx context.Context, job string) error {
	// The kernel counts the memory of the process that starts a program as the
	// program's; "time" is a small one.
	report := filepath.Join(b.dir, "time")
	cmd := exec.CommandContext(ctx, "/usr/bin/time", "-q", "-f", "%e %U %S %M", "-o", report, b.program,
		"--config", filepath.Join(b.dir, "lockstep.toml"), "--state-dir", filepath.Join(b.dir, "state"), "--no-progress",
		"sync", "imap://"+user+"@"+b.srv.address+"/?tls=none", "maildir:"+filepath.Join(b.dir, "mail"))
	cmd.Env = append(os.Environ(), "LOCKSTEP_PASSWORD_LEFT="+password)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, text[max(0, len(text)-2000):])
	}
	text, err := os.ReadFile(report)
	if err != nil {
		return err
	}
	var wall, own, system float64
	var kib int
	if _, err := fmt.Sscan(string(text), &wall, &own, &system, &kib); err != nil {
		return err
	}
	fmt.Printf("%-22s %8.2f s, processor %.2f + %.2f s, at most %d MiB", job, wall, own, system, kib>>10)
	return nil
}

// sizeOf everything in a folder, in bytes.
func sizeOf(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}
