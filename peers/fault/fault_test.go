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
