package main

import (
	"bufio"
	"io"
	"maps"
	"net"
	"net/http"
	"sync"
)

// traffic is what went over the wire.
type traffic struct {
	// Requests by method.
	Requests map[string]int
	// Up is bytes to the server, Down to the client.
	Up, Down int64
}

func (t traffic) requests() (n int) {
	for _, k := range t.Requests {
		n += k
	}
	return n
}

// counter stands before a web server and reads along. It passes every byte as it
// comes, so that a server that ends its connections does so here, too.
type counter struct {
	target   string
	listener net.Listener
	mu       sync.Mutex
	so       traffic
}

// startCounter listens on a free port of the loopback.
func startCounter(target string) (*counter, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &counter{target: target, listener: l, so: traffic{Requests: map[string]int{}}}
	go c.accept()
	return c, nil
}

func (c *counter) address() string { return c.listener.Addr().String() }

// close takes no more connections; those that there are end with their clients.
func (c *counter) close() error { return c.listener.Close() }

// since returns what was counted since the last time.
func (c *counter) since() traffic {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.so
	out.Requests = maps.Clone(out.Requests)
	c.so = traffic{Requests: map[string]int{}}
	return out
}

func (c *counter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.target)
		if err != nil {
			client.Close()
			continue
		}
		var both sync.WaitGroup
		both.Go(func() {
			c.requests(io.TeeReader(tally{c, client, func(t *traffic, n int64) { t.Up += n }}, server))
			_ = server.(*net.TCPConn).CloseWrite() // it may be gone
		})
		both.Go(func() {
			_, _ = io.Copy(client, tally{c, server, func(t *traffic, n int64) { t.Down += n }}) // until an end closes
			client.Close()
		})
		go func() {
			both.Wait()
			server.Close()
		}()
	}
}

// requests reads requests until the client has no more, and counts them.
func (c *counter) requests(from io.Reader) {
	in := bufio.NewReader(from)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			break
		}
		c.mu.Lock()
		c.so.Requests[r.Method]++
		c.mu.Unlock()
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			break
		}
	}
	_, _ = io.Copy(io.Discard, in) // what it does not understand goes on, too
}

// tally counts what is read before it goes on, so that whoever has an answer
// finds it counted.
type tally struct {
	*counter
	from io.Reader
	add  func(*traffic, int64)
}

func (t tally) Read(b []byte) (int, error) {
	n, err := t.from.Read(b)
	t.mu.Lock()
	t.add(&t.so, int64(n))
	t.mu.Unlock()
	return n, err
}
