package fault_test

import (
	"bufio"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/peers/fault"
)

// echo answers every line with itself, after a greeting.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				io.WriteString(c, "hello\n")
				io.Copy(c, c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); running.Wait() })
	return l.Addr().String()
}

func open(t *testing.T, plan fault.Plan) (*fault.Proxy, func() (net.Conn, *bufio.Reader)) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for range 100 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
	})
	p, err := fault.Listen(echo(t), plan)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p, func() (net.Conn, *bufio.Reader) {
		c, err := net.Dial("tcp", p.Addr())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c, bufio.NewReader(c)
	}
}

func line(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	s, err := r.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCounts: round trips and bytes are those of the conversation.
func TestCounts(t *testing.T) {
	p, dial := open(t, fault.Plan{})
	c, r := dial()
	line(t, r)
	for range 3 {
		io.WriteString(c, "one\n")
		line(t, r)
	}
	c.Close()
	if got, want := p.Stats(), (fault.Stats{Connections: 1, Up: 12, Down: 18, RoundTrips: 3}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestCuts: a connection breaks at the byte of the plan, each way.
func TestCuts(t *testing.T) {
	_, dial := open(t, fault.Plan{CutDown: 9})
	c, r := dial()
	io.WriteString(c, "one two three\n")
	all, _ := io.ReadAll(r)
	if string(all) != "hello\none" {
		t.Errorf("down: %q", all)
	}
	_, dial = open(t, fault.Plan{CutUp: 3, CutFirst: 1})
	c, r = dial()
	line(t, r)
	io.WriteString(c, "one two three\n")
	if all, _ = io.ReadAll(r); strings.Contains(string(all), "two") {
		t.Errorf("up: %q", all)
	}
	c, r = dial()
	line(t, r)
	io.WriteString(c, "whole\n")
	if got := line(t, r); got != "whole\n" {
		t.Errorf("the second connection is cut too: %q", got)
	}
}

// TestSeed: the same seed breaks at the same byte, another at another.
func TestSeed(t *testing.T) {
	length := func(seed uint64) (n [8]int) {
		_, dial := open(t, fault.Plan{CutWithin: 1000, Seed: seed})
		for i := range n {
			c, r := dial()
			go io.WriteString(c, strings.Repeat("x", 2000))
			all, _ := io.ReadAll(r)
			if n[i] = len(all); n[i] > 1006 {
				t.Errorf("%d bytes through a cut below 1000", n[i])
			}
		}
		return n
	}
	if a, b := length(1), length(2); a == b {
		t.Error("two seeds, one outcome")
	}
}

// TestLatency: each way takes its time.
func TestLatency(t *testing.T) {
	_, dial := open(t, fault.Plan{Latency: 30 * time.Millisecond, Jitter: time.Millisecond})
	c, r := dial()
	line(t, r)
	start := time.Now()
	io.WriteString(c, "one\n")
	line(t, r)
	if d := time.Since(start); d < 60*time.Millisecond {
		t.Errorf("a round trip in %v", d)
	}
}

// TestThrottle: no more bytes than the plan allows.
func TestThrottle(t *testing.T) {
	_, dial := open(t, fault.Plan{BytesPerSecond: 10000})
	c, r := dial()
	line(t, r)
	start := time.Now()
	go io.WriteString(c, strings.Repeat("x", 1999)+"\n")
	line(t, r)
	if d := time.Since(start); d < 150*time.Millisecond {
		t.Errorf("2000 bytes at 10000 a second in %v", d)
	}
}

// TestRefuse: new connections end at once, for a while.
func TestRefuse(t *testing.T) {
	p, dial := open(t, fault.Plan{RefuseFirst: 1})
	_, r := dial()
	if all, _ := io.ReadAll(r); len(all) > 0 {
		t.Errorf("%q", all)
	}
	_, r = dial()
	line(t, r)
	p.Refuse(time.Hour)
	_, again := dial()
	if all, _ := io.ReadAll(again); len(all) > 0 {
		t.Errorf("%q", all)
	}
	p.Cut()
	if all, _ := io.ReadAll(r); len(all) > 0 {
		t.Errorf("%q", all)
	}
	if s := p.Stats(); s.Refused != 2 || s.Cuts != 1 {
		t.Errorf("%+v", s)
	}
}

// TestStall: where a connection would break it says nothing more, and ends when
// the client closes it.
func TestStall(t *testing.T) {
	p, dial := open(t, fault.Plan{CutDown: 9, Stall: true})
	c, r := dial()
	io.WriteString(c, "one two three\n")
	got := make([]byte, 9)
	if _, err := io.ReadFull(r, got); err != nil || string(got) != "hello\none" {
		t.Errorf("%q, %v", got, err)
	}
	if err := c.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if b, err := r.ReadByte(); err == nil {
		t.Errorf("%q after the end", b)
	} else if timeout, is := err.(net.Error); !is || !timeout.Timeout() {
		t.Errorf("it is closed: %v", err)
	}
	if s := p.Stats(); s.Cuts != 1 {
		t.Errorf("%+v", s)
	}
	c.Close()
	for range 100 {
		if p.Open() == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the client has closed it, and it stands")
}

// TestHide: a client does not see what is hidden, wherever the answer is torn,
// and everything else arrives as it was.
func TestHide(t *testing.T) {
	_, dial := open(t, fault.Plan{Hide: []string{"MOVE", "QRESYNC"}})
	c, r := dial()
	line(t, r)
	for said, want := range map[string]string{
		"* CAPABILITY IMAP4rev1 MOVE REMOVE QRESYNC\r\n":    "* CAPABILITY IMAP4rev1 XOVE REMOVE XRESYNC\r\n",
		"* OK [CAPABILITY IDLE move] ready\r\n":             "* OK [CAPABILITY IDLE Xove] ready\r\n",
		"a1 OK [CAPABILITY QRESYNC] MOVED\r\n":              "a1 OK [CAPABILITY XRESYNC] MOVED\r\n",
		"* 1 FETCH (FLAGS (MOVE))\r\n":                      "* 1 FETCH (FLAGS (MOVE))\r\n",
		strings.Repeat("x", 5000) + "MOVE\r\n":              strings.Repeat("x", 5000) + "MOVE\r\n",
		"* LIST () \"/\" \"CAPABILITY MOVE\"\r\n":           "* LIST () \"/\" \"CAPABILITY MOVE\"\r\n",
		"* PREAUTH [CAPABILITY IMAP4rev1 MOVE] welcome\r\n": "* PREAUTH [CAPABILITY IMAP4rev1 XOVE] welcome\r\n",
	} {
		for _, half := range []int{0, 9, len(said) - 1} {
			io.WriteString(c, said[:half])
			time.Sleep(time.Millisecond)
			io.WriteString(c, said[half:])
			if got := line(t, r); got != want {
				t.Errorf("%q became %q", said, got)
			}
		}
	}
	io.WriteString(c, "an end without a line")
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if all, _ := io.ReadAll(r); string(all) != "an end without a line" {
		t.Errorf("%q", all)
	}
}
