package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// much is what processes with one idle link and with many hold, in bytes.
type much struct {
	Links     int
	One, Many int64
	// Files that the one with many has open.
	Files int
}

// each idle link's part.
func (m much) each() float64 { return float64(m.Many-m.One) / float64(m.Links-1) }

// memory starts two processes, one link and many, and reads what they hold when
// they have been idle for settle.
func memory(ctx context.Context, program, dir string, count int, settle time.Duration) (m much, err error) {
	s, err := startServer(ctx, count+1)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	start := func(name string, first, count int) (*links, error) {
		folder := filepath.Join(dir, name)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
		return startLinks(ctx, program, folder, s.address, first, count)
	}
	one, err := start("one", 0, 1)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, one.stop()) }()
	many, err := start("many", 1, count)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, many.stop()) }()
	patient, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	if err := errors.Join(one.idle(patient), many.idle(patient)); err != nil {
		return m, err
	}
	note("%d links are idle; waiting %s", count, settle)
	if err := rest(ctx, settle); err != nil {
		return m, err
	}
	if err := errors.Join(one.idle(ctx), many.idle(ctx)); err != nil {
		return m, err
	}
	m.Links = count
	if m.One, err = resident(one.cmd.Process.Pid); err != nil {
		return m, err
	}
	if m.Many, err = resident(many.cmd.Process.Pid); err != nil {
		return m, err
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", many.cmd.Process.Pid))
	m.Files = len(open)
	return m, err
}

// resident memory of a process in bytes (proc(5)).
func resident(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, is := strings.CutPrefix(line, "VmRSS:"); is {
			kB, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kB << 10, err
		}
	}
	return 0, errors.New("the system does not tell VmRSS")
}

// tick of the processor times in proc(5): 100 a second on every Linux machine
// that Go runs on.
const tick = 10 * time.Millisecond

// processorTime is the user and system time of a process.
func processorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("the system does not tell processor times")
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, err
}
