package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"lockstep/bench/internal/program"
)

// measured runs the tool once.
func (c *chain) measured(ctx context.Context) (program.Cost, error) {
	args, env := c.tool.args(c)
	return program.Program{Home: c.home, Args: append([]string{c.tool.program}, args...), Env: env, Servers: c.bench.server.cpu}.Run(ctx)
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
