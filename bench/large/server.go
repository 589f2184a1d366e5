package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"

	"lockstep/peers/imapd"
)

// serve says its address, and then flags a message for each line that it reads,
// until there are no more.
func serve(messages int, in io.Reader, out io.Writer) error {
	srv := imapd.New(imapd.Options{Now: time.Now})
	defer srv.Close()
	u := srv.AddUser(user, password)
	for box := range folders {
		if err := u.CreateMailbox(name(box), imapd.MailboxSettings{}); err != nil {
			return err
		}
	}
	last := uint32(0)
	for i := range messages {
		body := fmt.Appendf(nil, "Message-ID: <%d@large.example>\r\nSubject: %d\r\n\r\nMessage %d of many.\r\n", i, i, i)
		uid, err := u.Append(name(i%folders), body, time.Unix(1_700_000_000+int64(i), 0))
		if err != nil {
			return err
		}
		if i%folders == 0 {
			last = uid
		}
	}
	address, err := srv.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, address)
	lines := bufio.NewScanner(in)
	for ; lines.Scan(); last-- {
		if err := u.SetFlags(name(0), last, `\Flagged`); err != nil {
			return err
		}
		fmt.Fprintln(out, "flagged")
	}
	return lines.Err()
}

func name(box int) string { return fmt.Sprintf("folder%d", box) }

// server is that process, as seen from here.
type server struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
	address string
}

func startServer(ctx context.Context, messages int) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{cmd: exec.CommandContext(ctx, self, "-serve", "-messages", strconv.Itoa(messages))}
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
	s.out = bufio.NewScanner(out)
	if !s.out.Scan() {
		return nil, errors.Join(errors.New("the server did not start"), s.stop())
	}
	s.address = s.out.Text()
	return s, nil
}

// flagOne flags one more message.
func (s *server) flagOne() error {
	if _, err := fmt.Fprintln(s.in); err != nil {
		return err
	}
	if !s.out.Scan() {
		return errors.New("the server ended")
	}
	return nil
}

func (s *server) stop() error { return errors.Join(s.in.Close(), s.cmd.Wait()) }
