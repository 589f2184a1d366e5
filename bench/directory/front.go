package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// count is what went over the wire.
type count struct {
	// Requests to webadmin, by method.
	Requests map[string]int
	// Searches in the directory; of one that is read in pages, each page counts.
	Searches int
}

func (c count) requests() (n int) {
	for _, k := range c.Requests {
		n += k
	}
	return n
}

// front stands before a directory and a mail server, and counts what goes
// through.
//
// It also keeps requests that change something apart from all others: James'
// memory product has tables that are not made for several threads, so that
// accounts which are made at once get lost, and answers 500. A real one has a
// database. While nothing is to be counted or changed, connections go through
// unread, which costs next to nothing.
type front struct {
	// reads says whether requests to webadmin are read.
	reads atomic.Bool
	mu    sync.Mutex
	so    count
	// alone is held by a request that changes something.
	alone     sync.RWMutex
	listeners []net.Listener
	web       *http.Server
	// handed are connections whose requests are read.
	handed chan net.Conn
	to     *url.URL
}

// startFront listens before both servers, on the loopback.
func startFront(ldapAddress, webadmin string) (f *front, err error) {
	f = &front{so: count{Requests: map[string]int{}}, handed: make(chan net.Conn)}
	if f.to, err = url.Parse(webadmin); err != nil {
		return nil, err
	}
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, errors.Join(err, f.close())
		}
		f.listeners = append(f.listeners, l)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(f.to) },
		// Jetty ends connections that are idle for half a minute; a request that is
		// just on its way then would fail.
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 5 * time.Second, DisableCompression: true},
		ErrorLog:  log.New(io.Discard, "", 0), // of clients that leave before they have read an answer
	}
	f.web = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.pass(proxy, w, r) })}
	go f.directory(f.listeners[0], ldapAddress)
	go f.webadmin(f.listeners[1])
	go func() { _ = f.web.Serve(handedOver{f.listeners[1], f.handed}) }() // ErrServerClosed, after close
	return f, nil
}

func (f *front) close() error {
	var errs []error
	for _, l := range f.listeners {
		errs = append(errs, l.Close())
	}
	if f.web != nil {
		errs = append(errs, f.web.Close())
	}
	return errors.Join(errs...)
}

func (f *front) ldapAddress() string { return f.listeners[0].Addr().String() }
func (f *front) webadminURL() string { return "http://" + f.listeners[1].Addr().String() }

// since returns what was counted since the last time.
func (f *front) since() count {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.so
	f.so = count{Requests: map[string]int{}}
	return out
}

// pass counts a request and lets it through.
func (f *front) pass(proxy http.Handler, w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.so.Requests[r.Method]++
	f.mu.Unlock()
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		f.alone.RLock()
		defer f.alone.RUnlock()
	} else {
		f.alone.Lock()
		defer f.alone.Unlock()
	}
	proxy.ServeHTTP(w, r)
}

// webadmin takes connections, and reads them or not.
func (f *front) webadmin(l net.Listener) {
	defer close(f.handed)
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		if f.reads.Load() {
			f.handed <- client
			continue
		}
		server, err := net.Dial("tcp", f.to.Host)
		if err != nil {
			client.Close()
			continue
		}
		go carry(client, server)
		go carry(server, client)
	}
}

// carry copies until an end closes.
func carry(to, from net.Conn) {
	_, _ = io.Copy(to, from) // it ends with either connection
	to.Close()
	from.Close()
}

// handedOver is a listener for the connections that are read.
type handedOver struct {
	net.Listener
	conns <-chan net.Conn
}

// Close leaves the listener to the front.
func (h handedOver) Close() error { return nil }

func (h handedOver) Accept() (net.Conn, error) {
	if c, ok := <-h.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

// directory carries connections to a directory, which are not encrypted.
func (f *front) directory(l net.Listener, to string) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", to)
		if err != nil {
			client.Close()
			continue
		}
		go carry(client, server)
		go func() {
			_ = f.messages(server, bufio.NewReader(client))
			server.Close()
		}()
	}
}

// messages copies messages of LDAP (RFC 4511, section 4.1.1) and counts the
// searches among them.
func (f *front) messages(to io.Writer, from *bufio.Reader) error {
	for {
		head, size, err := header(from)
		if err != nil {
			return err
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(from, body); err != nil {
			return err
		}
		if isSearch(body) {
			f.mu.Lock()
			f.so.Searches++
			f.mu.Unlock()
		}
		if _, err := to.Write(append(head, body...)); err != nil {
			return err
		}
	}
}

// header reads the tag and the length of a BER value.
func header(from io.ByteReader) (read []byte, size int, err error) {
	next := func() (b byte) {
		if err == nil {
			b, err = from.ReadByte()
			read = append(read, b)
		}
		return b
	}
	next() // the tag
	length := next()
	if length < 0x80 {
		return read, int(length), err
	}
	if length&0x7f > 3 {
		return nil, 0, fmt.Errorf("a message whose length has %d bytes", length&0x7f)
	}
	for range length & 0x7f {
		size = size<<8 | int(next())
	}
	return read, size, err
}

// isSearch tells whether a message is a SearchRequest: application 3, after its
// number.
func isSearch(message []byte) bool {
	const integer, search = 0x02, 0x63
	return len(message) > 2 && message[0] == integer && len(message) > 2+int(message[1]) && message[2+int(message[1])] == search
}
