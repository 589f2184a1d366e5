package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// settings of a benchmark, from the command line.
type settings struct {
	active, events, busy, idle int
	pause, settle              time.Duration
	// out is the file of the results; dir where everything else is written.
	out, dir string
	// program that is measured; "" = built from here.
	program string
	serve   int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-run:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	var s settings
	flag.IntVar(&s.active, "active", 50, "links among which the events are spread; 0 = measure no events")
	flag.IntVar(&s.events, "events", 1000, "messages that are delivered, and flagged")
	flag.IntVar(&s.busy, "busy", 4, "links in which something happens at a time")
	flag.DurationVar(&s.pause, "pause", 150*time.Millisecond, "pause between two events of a link")
	flag.IntVar(&s.idle, "idle", 1000, "idle links; 0 = measure no memory")
	flag.DurationVar(&s.settle, "settle", 5*time.Minute, "how long they are idle before their memory is read")
	flag.StringVar(&s.out, "out", "", "file of the results, written only by a whole measurement (50 links, 1000 events, 1000 idle links)")
	flag.StringVar(&s.dir, "dir", "/var/tmp", "where everything is written, on a real disk")
	flag.StringVar(&s.program, "program", "", "the lockstep that is measured (default: built from this tree; another one writes no results)")
	flag.IntVar(&s.serve, "serve", 0, "be the server, with so many users (for its own use)")
	flag.Parse()
	if s.serve > 0 {
		return serve(s.serve, os.Stdin, os.Stdout)
	}
	if s.active < 0 || s.idle < 0 || s.idle == 1 || s.busy < 1 || s.active > 0 && s.busy > s.active || s.events < 1 {
		return errors.New("-active and -idle: 0 or more (-idle not 1); -busy: 1 to -active; -events: 1 or more")
	}
	dir, err := os.MkdirTemp(s.dir, "lockstep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := s.program
	if program == "" {
		program = filepath.Join(dir, "lockstep")
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "./cmd/lockstep")
		if text, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("%w\n%s", err, text)
		}
	}
	var r results
	r.settings = s
	if s.active > 0 {
		if r.soon, err = s.measureEvents(ctx, program, filepath.Join(dir, "active")); err != nil {
			return err
		}
	}
	if s.idle > 0 {
		if r.much, err = memory(ctx, program, filepath.Join(dir, "idle"), s.idle, s.settle); err != nil {
			return err
		}
	}
	return r.publish(ctx)
}

func (s settings) measureEvents(ctx context.Context, program, dir string) (out soon, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return out, err
	}
	srv, err := startServer(ctx, s.active)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, srv.stop()) }()
	l, err := startLinks(ctx, program, dir, srv.address, 0, s.active)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, l.stop()) }()
	patient, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := l.idle(patient); err != nil {
		return out, err
	}
	note("%d links are idle; %d events of each sort", s.active, s.events)
	return events(ctx, srv, l, s.events, s.busy, s.pause)
}

// note tells on standard error how far it is.
func note(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
