package ldapd

import (
	"crypto/tls"
	"net"
	"sync"
)

// Server is a directory in memory.
type Server struct {
	opt   Options
	certs *certificates

	mu         sync.Mutex
	entries    []*entry // by serial
	byKey      map[string]*entry
	suffixes   map[string]bool // by key
	serial     int
	changes    int
	csn        string          // of the last change
	known      map[string]bool // names of attributes that there are
	sessions   map[*session]bool
	opened     int
	counts     map[string]int
	searches   []Asked
	sent       int
	violations []string
	faults     func(Ask) Fault
	listeners  []net.Listener
	closed     bool
	quit       chan struct{}
	running    sync.WaitGroup
}

// New makes a server whose directory holds nothing.
func New(o Options) *Server {
	o = o.filled()
	s := &Server{opt: o, certs: newCertificates(), byKey: map[string]*entry{}, suffixes: map[string]bool{}, known: knownAttributes(),
		sessions: map[*session]bool{}, counts: map[string]int{}, faults: o.Faults, quit: make(chan struct{})}
	for _, suffix := range o.Suffixes {
		s.suffixes[key(suffix)] = true
	}
	return s
}

// Listen takes connections at an address such as "127.0.0.1:0" and returns
// the address it got.
func (s *Server) Listen(address string) (string, error) { return s.listen(address, s.Serve) }

// ListenTLS is Listen for TLS from the first byte.
func (s *Server) ListenTLS(address string) (string, error) { return s.listen(address, s.ServeTLS) }

func (s *Server) listen(address string, serve func(net.Conn)) (string, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		l.Close()
		return "", net.ErrClosed
	}
	s.listeners = append(s.listeners, l)
	s.running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.running.Go(func() { serve(conn) })
		}
	})
	return l.Addr().String(), nil
}

// Serve speaks with one client until it leaves.
func (s *Server) Serve(conn net.Conn) { s.serve(conn, nil) }

// ServeTLS is Serve for a client that begins with TLS.
func (s *Server) ServeTLS(conn net.Conn) {
	safe := tls.Server(conn, s.certs.config())
	s.serve(safe, safe)
}

func (s *Server) serve(conn net.Conn, safe *tls.Conn) {
	defer conn.Close()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.opened++
	c := newSession(s, s.opened, conn, safe)
	s.sessions[c] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.sessions, c)
	}()
	c.run()
}

// Connections returns how many connections there ever were, and are now.
func (s *Server) Connections() (ever, now int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened, len(s.sessions)
}

// Disconnect closes every connection, without a word.
func (s *Server) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.sessions {
		c.raw.Close()
	}
}

// Close ends every connection and waits until nothing of the server runs.
func (s *Server) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.quit)
	}
	for _, l := range s.listeners {
		l.Close()
	}
	s.mu.Unlock()
	s.Disconnect()
	s.running.Wait()
	return nil
}

// CAPEM is the certificate of the authority that signed the server's own,
// which is for localhost, 127.0.0.1 and ::1.
func (s *Server) CAPEM() []byte { return s.certs.pem }

// ClientCertificate makes a certificate of that authority for a client.
func (s *Server) ClientCertificate(commonName string) tls.Certificate {
	return s.certs.client(commonName)
}
