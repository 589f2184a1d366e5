package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"

	"lockstep/core"
	"lockstep/peers/imapd"
)

// request is what the server is asked to do behind the back of its clients.
type request struct {
	N    int
	Verb string // append, or flagged: to wait until a message is
	User string
	UID  uint32
	Body []byte
}

// answer to a request.
type answer struct {
	N     int
	UID   uint32
	Error string
}

// userName of an account, from 0 on.
func userName(n int) string { return fmt.Sprintf("user%d", n) }

const password = "secret"

// patience with an event; poll is how often it is looked for.
const (
	patience = time.Minute
	poll     = time.Millisecond
)

// serve is the server process: it says its address, and then obeys until its
// input ends.
func serve(users int, in io.Reader, out io.Writer) error {
	srv := imapd.New(imapd.Options{Now: time.Now})
	defer srv.Close()
	for n := range users {
		srv.AddUser(userName(n), password)
	}
	address, err := srv.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, address); err != nil {
		return err
	}
	var mu sync.Mutex
	to, from := json.NewEncoder(out), json.NewDecoder(in)
	for {
		var r request
		if err := from.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		go func() {
			a := obey(srv, r)
			mu.Lock()
			defer mu.Unlock()
			_ = to.Encode(a) // who does not listen any more has ended
		}()
	}
}

func obey(srv *imapd.Server, r request) answer {
	a := answer{N: r.N}
	u := srv.User(r.User)
	switch r.Verb {
	case "append":
		uid, err := u.Append("INBOX", r.Body, time.Time{})
		if a.UID = uid; err != nil {
			a.Error = err.Error()
		}
	case "flagged":
		for end := time.Now().Add(patience); ; time.Sleep(poll) {
			if slices.ContainsFunc(u.Places("INBOX"), func(p imapd.Place) bool {
				return p.UID == r.UID && slices.Contains(p.Flags, string(core.Flagged))
			}) {
				return a
			}
			if time.Now().After(end) {
				a.Error = fmt.Sprintf("message %d of %s was never flagged", r.UID, r.User)
				return a
			}
		}
	default:
		a.Error = "unknown verb " + r.Verb
	}
	return a
}

// server is that process, as seen from here.
type server struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	address string
	mu      sync.Mutex
	to      *json.Encoder
	n       int
	waiting map[int]chan answer
}

// startServer starts it with a number of users.
func startServer(ctx context.Context, users int) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{cmd: exec.CommandContext(ctx, self, "-serve", fmt.Sprint(users)), waiting: map[int]chan answer{}}
	s.cmd.Stderr = os.Stderr
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.to = json.NewEncoder(s.in)
	if _, err := fmt.Fscanln(out, &s.address); err != nil {
		return nil, errors.Join(fmt.Errorf("the server does not start: %w", err), s.stop())
	}
	go s.listen(json.NewDecoder(out))
	return s, nil
}

func (s *server) listen(from *json.Decoder) {
	for {
		var a answer
		if from.Decode(&a) != nil {
			return
		}
		s.mu.Lock()
		s.waiting[a.N] <- a
		delete(s.waiting, a.N)
		s.mu.Unlock()
	}
}

// ask waits for the answer.
func (s *server) ask(ctx context.Context, r request) (answer, error) {
	done := make(chan answer, 1)
	s.mu.Lock()
	s.n++
	r.N = s.n
	s.waiting[r.N] = done
	err := s.to.Encode(r)
	s.mu.Unlock()
	if err != nil {
		return answer{}, err
	}
	select {
	case <-ctx.Done():
		return answer{}, ctx.Err()
	case a := <-done:
		if a.Error != "" {
			return a, errors.New(a.Error)
		}
		return a, nil
	}
}

func (s *server) stop() error { return errors.Join(s.in.Close(), s.cmd.Wait()) }
