package config

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"
	"unicode"
)

// secretTimeout is how long a command may take, a person's consent included.
const secretTimeout = 30 * time.Second

// secretCommand runs a shell command and returns the first line it prints.
// Its errors show what it wrote to stderr, but never the password itself.
func secretCommand(parent context.Context, command string, limit time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(parent, limit)
	defer cancel()
	out, complaint := &bounded{room: maxSecret}, &bounded{room: maxSecret}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	cmd.Stdout, cmd.Stderr = out, complaint
	cmd.WaitDelay = time.Second // for a grandchild that keeps the pipe open
	err := cmd.Run()
	line, _, _ := strings.Cut(out.text.String(), "\n")
	line = strings.TrimSuffix(line, "\r")
	said := oneLine(complaint.text.String(), line)
	switch {
	case parent.Err() != nil:
		return "", parent.Err()
	case ctx.Err() != nil:
		return "", problem("run it by hand to see what it waits for", "the command took longer than %s%s", limit, said)
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", problem("run it by hand", "the command failed: %v%s", err, said)
	case out.full:
		return "", problem("make it print the password as its first line", "the command printed more than %d bytes", maxSecret)
	case line == "":
		return "", problem("make it print the password as its first line", "the command printed nothing%s", said)
	}
	return line, nil
}

// oneLine prepares what a command complained about for an error.
func oneLine(text, secret string) string {
	if secret != "" {
		text = strings.ReplaceAll(text, secret, "***")
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.TrimSpace(strings.ToValidUTF8(text, "?")))
	if text == "" {
		return ""
	}
	if r := []rune(text); len(r) > 500 {
		text = string(r[:500]) + "..."
	}
	return ": " + text
}

// bounded keeps the beginning of what is written to it.
type bounded struct {
	text bytes.Buffer
	room int
	full bool
}

func (b *bounded) Write(p []byte) (int, error) {
	keep := p[:min(len(p), b.room-b.text.Len())]
	b.full = b.full || len(keep) < len(p)
	b.text.Write(keep)
	return len(p), nil
}
