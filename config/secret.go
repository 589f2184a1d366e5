package config

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"lockstep/core"
)

// Secret is where a password is, not the password: Resolve reads it each
// time. However it is printed, it is ***. The zero Secret is none.
type Secret struct {
	// of names what it opens, for errors; what it is, if it is no password.
	of   string
	what string
	from secretSource
	// at is the variable, file or command.
	at  string
	env func(string) string
}

type secretSource string

const (
	fromEnv     secretSource = "env"
	fromFile    secretSource = "file"
	fromCommand secretSource = "command"
)

// maxSecret bounds what is read as a password; tokens are the longest.
const maxSecret = 64 << 10

// IsZero tells that no password is configured.
func (s Secret) IsZero() bool { return s.from == "" }

// Resolve reads the password. Errors are of class Auth, tell what to do and
// never show what was read.
func (s Secret) Resolve(ctx context.Context) (string, error) {
	var text string
	var err error
	switch s.from {
	case fromEnv:
		if text = s.env(s.at); text == "" {
			err = problem("set it", "the environment variable %s is not set", s.at)
		}
	case fromFile:
		text, err = secretFile(s.at, s.env("CREDENTIALS_DIRECTORY"))
	case fromCommand:
		text, err = secretCommand(ctx, s.at, secretTimeout)
	default:
		err = problem("add password = {env = NAME}, {file = FILE} or {command = COMMAND}", "none is configured")
	}
	if err != nil {
		return "", s.failed(err)
	}
	return text, nil
}

func (s Secret) failed(err error) error {
	e := &core.Error{Op: "password", Class: core.Auth, Err: err}
	if s.what != "" {
		e.Op = s.what
	}
	if s.of != "" {
		e.Thing = "of " + s.of
	}
	var p Problem
	if errors.As(err, &p) {
		e.Remedy, p.Remedy = p.Remedy, ""
		e.Err = p
	} else {
		e.Class = core.Transient // the pass was ended while it was read
	}
	return e
}

// secretFile reads a file that only its owner may read. What is checked is
// the open file, so it cannot be exchanged in between; a pipe is not waited for.
// In the folder of credentials that systemd makes for a service ("" = there is
// none) the service's user reads by an access list, which shows as the group's
// right.
func secretFile(path, credentials string) (string, error) {
	forbidden := fs.FileMode(0o077)
	if credentials != "" && filepath.Dir(path) == filepath.Clean(credentials) {
		forbidden = 0o037
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", problem("write the password into it and chmod 600 it", "%s cannot be read: %s", path, reason(err))
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", problem("", "%s cannot be read: %s", path, reason(err))
	case !info.Mode().IsRegular():
		return "", problem("name a file", "%s is not a regular file", path)
	case info.Mode().Perm()&forbidden != 0:
		return "", problem("chmod 600 "+path, "%s may be read by others (mode %04o)", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	switch {
	case err != nil:
		return "", problem("", "%s cannot be read: %s", path, reason(err))
	case len(text) > maxSecret:
		return "", problem("name the file of one password", "%s is longer than %d bytes", path, maxSecret)
	}
	word := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if word == "" {
		return "", problem("write the password into it", "%s is empty", path)
	}
	return word, nil
}

// source prints where the password is, in TOML; a command is hidden, because
// people write passwords into commands.
func (s Secret) source() string {
	switch s.from {
	case "":
		return ""
	case fromCommand:
		return `{command = "***"}`
	}
	return "{" + string(s.from) + " = " + quote(s.at) + "}"
}

// String, GoString, Format, LogValue and the marshallers print ***.
func (s Secret) String() string { return "***" }

func (s Secret) GoString() string { return "***" }

func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, "***") }

func (s Secret) LogValue() slog.Value { return slog.StringValue("***") }

func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"***"`), nil }

func (s Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// readPassword reads password = {env|file|command = ...}.
func readPassword(s setting, a *Account) {
	ways := []string{string(fromEnv), string(fromFile), string(fromCommand)}
	const form = `password = {env = "NAME"}, {file = "FILE"} or {command = "COMMAND"}`
	if s.sort == sortText {
		s.bad("write "+form+", and change the password if others may have read this file", "is written into this file")
		return
	}
	in, all := s.inner(sortTable, form, ways...)
	if !all {
		return
	}
	if len(in) != 1 {
		s.bad("write "+form, "must have exactly one of env, file and command")
		return
	}
	for _, way := range ways {
		item, there := in[way]
		if !there {
			continue
		}
		take := item.text
		if secretSource(way) == fromFile {
			take = item.file
		}
		if text, ok := take(); ok {
			a.Password = Secret{of: s.section, from: secretSource(way), at: text, env: s.config.env}
		}
	}
}
