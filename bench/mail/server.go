package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"lockstep/bench/internal/program"
)

// server is the Dovecot of a benchmark; edits are made by doveadm, as other
// clients would make them.
type server struct {
	dir string
	// port of IMAP with TLS from the first byte.
	port int
	// full is the account with all messages, and Dovecot's indexes of it.
	full string
}

// script starts and stops Dovecot; the tests use it too.
const script = "peers/real/dovecot.sh"

func startServer(ctx context.Context, dir string) (*server, error) {
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // Dovecot has users of its own
		return nil, err
	}
	port, err := freePorts()
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, port: port + 1, full: filepath.Join(dir, "full")}
	// A file and no pipe: Dovecot keeps it open as long as it runs.
	log, err := os.Create(dir + ".log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := program.Command(ctx, script, "start", dir, strconv.Itoa(port))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot start Dovecot: %w\n%s", err, program.Tail(log.Name())), s.stop())
	}
	return s, nil
}

// freePorts returns the first of two ports in a row that nobody listens on.
func freePorts() (int, error) {
	for p := 27143; p < 29143; p += 2 {
		a, errA := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(p))
		b, errB := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(p+1))
		for _, l := range []net.Listener{a, b} {
			if l != nil {
				l.Close()
			}
		}
		if errA == nil && errB == nil {
			return p, nil
		}
	}
	return 0, errors.New("no two free ports in a row between 27143 and 29143")
}

func (s *server) stop() error {
	_, err := program.Output(program.Command(context.Background(), script, "stop", s.dir))
	return err
}

func (s *server) address() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }
func (s *server) ca() string      { return filepath.Join(s.dir, "tls", "ca.crt") }

// password of all accounts of the script.
const password = "secret"

func (s *server) home(user string) string    { return filepath.Join(s.dir, "mail", user) }
func (s *server) maildir(user string) string { return filepath.Join(s.home(user), "Maildir") }

// keep makes the account that every first sync down starts from: Dovecot has
// seen it before, so that no program pays for Dovecot's first look.
func (s *server) keep(ctx context.Context, corpus string) error {
	const user = "bob"
	if err := copyTree(ctx, corpus, s.maildir(user)); err != nil {
		return err
	}
	if err := s.own(ctx, user); err != nil {
		return err
	}
	if err := s.index(ctx, user); err != nil {
		return err
	}
	return os.Rename(s.home(user), s.full)
}

// fill gives an account all messages.
func (s *server) fill(ctx context.Context, user string) error {
	if err := os.RemoveAll(s.home(user)); err != nil {
		return err
	}
	if err := copyTree(ctx, s.full, s.home(user)); err != nil {
		return err
	}
	return s.index(ctx, user)
}

// empty takes everything from an account.
func (s *server) empty(ctx context.Context, user string) error {
	if err := os.RemoveAll(s.home(user)); err != nil {
		return err
	}
	_, err := s.doveadm(ctx, "mailbox", "status", "-u", user, "messages", "INBOX") // it makes INBOX
	return err
}

func (s *server) own(ctx context.Context, user string) error {
	_, err := program.Output(program.Command(ctx, "chown", "-R", "lockstep-peer:", s.home(user)))
	return err
}

func (s *server) index(ctx context.Context, user string) error {
	_, err := s.doveadm(ctx, "index", "-u", user, "*")
	return err
}

func (s *server) doveadm(ctx context.Context, args ...string) (string, error) {
	return program.Output(program.Command(ctx, "doveadm", append([]string{"-c", filepath.Join(s.dir, "dovecot.conf")}, args...)...))
}

// pick returns UIDs of a folder, evenly spread over those that fit a search.
func (s *server) pick(ctx context.Context, user, folder, search string, n int) (string, error) {
	out, err := s.doveadm(ctx, "search", "-u", user, "mailbox", folder, search)
	if err != nil {
		return "", err
	}
	var uids []string
	for line := range strings.Lines(out) { // of the mailbox's GUID and a UID
		if f := strings.Fields(line); len(f) == 2 {
			uids = append(uids, f[1])
		}
	}
	if len(uids) < n {
		return "", fmt.Errorf("%s has %d messages that are %s; %d are needed", folder, len(uids), search, n)
	}
	return strings.Join(spread(uids, n), ","), nil
}

// flag flags some messages of every folder.
func (s *server) flag(ctx context.Context, user string, each int) error {
	for _, f := range folders() {
		uids, err := s.pick(ctx, user, f.name, "unflagged", each)
		if err != nil {
			return err
		}
		if _, err := s.doveadm(ctx, "flags", "add", "-u", user, `\Flagged`, "mailbox", f.name, "uid", uids); err != nil {
			return err
		}
	}
	return nil
}

// move moves some messages of every folder to the next.
func (s *server) move(ctx context.Context, user string, each int) error {
	all := folders()
	picked := make([]string, len(all))
	for i, f := range all { // all of them before any arrives
		var err error
		if picked[i], err = s.pick(ctx, user, f.name, "all", each); err != nil {
			return err
		}
	}
	for i, f := range all {
		to := all[(i+1)%len(all)].name
		if _, err := s.doveadm(ctx, "move", "-u", user, to, "mailbox", f.name, "uid", picked[i]); err != nil {
			return err
		}
	}
	return nil
}

// deliver brings new messages into every folder, as a delivery agent does.
// They are the next after those of the corpus.
func (s *server) deliver(ctx context.Context, user string, after, each int) error {
	if err := deliverInto(s.maildir(user), seed+1, after, each); err != nil {
		return err
	}
	if err := s.own(ctx, user); err != nil {
		return err
	}
	return s.index(ctx, user)
}

// copyTree copies what is in a folder, with owners and times.
func copyTree(ctx context.Context, from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	_, err := program.Output(program.Command(ctx, "cp", "-a", from+"/.", to))
	return err
}
