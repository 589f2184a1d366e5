package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lockstep/bench/internal/program"
)

// server is the Radicale of a benchmark.
type server struct {
	dir  string
	port int
	// firstLook is how long Radicale took when it was asked for changes of the
	// full address book for the first time.
	firstLook time.Duration
}

// script starts and stops Radicale; the tests use it too.
const script = "peers/real/radicale.sh"

// password of all users of the script.
const password = "secret"

// Address books that are kept beside the server, to begin with.
const (
	full  = "full"
	empty = "empty"
)

func startServer(ctx context.Context, dir string) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, port: port}
	// A file and no pipe: Radicale keeps it open as long as it runs.
	log, err := os.Create(dir + ".log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := program.Command(ctx, script, "start", dir, strconv.Itoa(port))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot start Radicale: %w\n%s", err, program.Tail(log.Name())), s.stop(ctx))
	}
	return s, nil
}

// freePort returns a port that nobody listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// stop ends Radicale. After an interruption it is not waited for until it has answered
// what nobody reads any more: all that it has is about to be removed.
func (s *server) stop(ctx context.Context) error {
	text, err := os.ReadFile(filepath.Join(s.dir, "radicale.pid"))
	if pid, bad := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && ctx.Err() != nil && bad == nil && pid > 1 {
		return syscall.Kill(pid, syscall.SIGKILL)
	}
	_, err = program.Output(program.Command(context.WithoutCancel(ctx), script, "stop", s.dir))
	return err
}

func (s *server) address() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// processor time that Radicale used up to now; it is one process.
func (s *server) processor() (time.Duration, error) {
	return program.Processor(filepath.Join(s.dir, "radicale.pid"))
}

// book is the folder in which Radicale keeps an address book, a file for each
// card.
func (s *server) book(b book) string {
	return filepath.Join(s.dir, "collections", "collection-root", b.user, b.name)
}

func (s *server) kept(name string) string { return filepath.Join(s.dir, "kept", name) }

// book of a user.
type book struct{ user, name string }

func (b book) path() string { return "/" + b.user + "/" + b.name + "/" }

// keep makes the address books that jobs begin with: a full one, by the one
// request in which Radicale takes a whole address book (card by card, it looks at
// all others for each), and an empty one. Radicale has not been asked yet what
// changed in them.
func (s *server) keep(ctx context.Context, all []card) error {
	var file bytes.Buffer
	for _, c := range all {
		file.Write(c.body)
	}
	c := client{http: http.DefaultClient, address: s.address(), user: "bob"}
	head := http.Header{"Content-Type": {"text/vcard; charset=utf-8"}}
	if _, err := c.do(ctx, http.MethodPut, book{"bob", full}.path(), head, file.Bytes(), nil); err != nil {
		return err
	}
	start := time.Now()
	list, _, err := c.list(ctx, "REPORT", book{"bob", full}, changes(""))
	if err != nil {
		return err
	}
	if s.firstLook = time.Since(start); len(list.Rows) != len(all) {
		return fmt.Errorf("the server took %d cards of %d", len(list.Rows), len(all))
	}
	const made = `<?xml version="1.0"?><D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:set><D:prop>` +
		`<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype></D:prop></D:set></D:mkcol>` // RFC 5689
	if _, err := c.do(ctx, "MKCOL", book{"bob", empty}.path(), http.Header{"Content-Type": {"application/xml"}}, []byte(made), nil); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "kept"), 0o700); err != nil {
		return err
	}
	for _, name := range []string{full, empty} {
		if err := os.Rename(s.book(book{"bob", name}), s.kept(name)); err != nil {
			return err
		}
	}
	return nil
}

// fill makes an address book what was kept. Radicale believes the disk, and
// nobody asks it meanwhile.
func (s *server) fill(ctx context.Context, b book, kept string) error {
	if err := os.RemoveAll(s.book(b)); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.book(b)), 0o700); err != nil {
		return err
	}
	_, err := program.Output(program.Command(ctx, "cp", "-a", s.kept(kept), s.book(b)))
	return err
}
