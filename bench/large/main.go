// Command large measures lockstep beside an account of very many messages: what
// it holds in memory, how large its state becomes, and what a sync costs when
// nothing has changed. The server is a process of its own (package imapd).
//
// Start at measure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const (
	user     = "user"
	password = "secret"
	folders  = 10
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-large:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	messages := flag.Int("messages", 1_000_000, "messages in the account")
	parent := flag.String("dir", "/var/tmp", "where everything is written, on a real disk")
	serving := flag.Bool("serve", false, "be the server (for its own use)")
	flag.Parse()
	if *serving {
		return serve(*messages, os.Stdin, os.Stdout)
	}
	dir, err := os.MkdirTemp(*parent, "lockstep-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return measure(ctx, dir, *messages)
}
