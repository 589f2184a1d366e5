package imapd

import (
	"crypto/tls"
	"net"
	"sync"
)

// Server is an IMAP server in memory.
type Server struct {
	opt   Options
	certs *certificates

	mu          sync.Mutex
	users       map[string]*User
	emails      []*email
	serial      int
	uidvalidity uint32
	sessions    map[*session]bool
	opened      int
	counts      map[string]int
	violations  []string
	faults      func(Ask) Fault
	listeners   []net.Listener
	closed      bool
	quit        chan struct{}
	running     sync.WaitGroup
}

// New makes a server without users.
func New(o Options) *Server {
	o = o.filled()
	return &Server{opt: o, certs: newCertificates(), users: map[string]*User{}, uidvalidity: o.FirstUIDValidity - 1,
		sessions: map[*session]bool{}, counts: map[string]int{}, faults: o.Faults, quit: make(chan struct{})}
}

// Listen takes connections at an address such as "127.0.0.1:0" and returns
// the address it got.
func (s *Server) Listen(address string) (string, error) { return s.listen(address, s.Serve) }

// ListenTLS is Listen for implicit TLS (RFC 8314, section 3.2).
func (s *Server) ListenTLS(address string) (string, error) { return s.listen(address, s.ServeTLS) }

func (s *Server) listen(address string, serve func(net.Conn)) (string, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
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
func (s *Server) Serve(conn net.Conn) { s.serve(conn, false) }

// ServeTLS is Serve for a client that begins with TLS.
func (s *Server) ServeTLS(conn net.Conn) { s.serve(tls.Server(conn, s.certs.config()), true) }

func (s *Server) serve(conn net.Conn, secure bool) {
	defer conn.Close()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.opened++
	c := newSession(s, s.opened, conn, secure)
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
		c.conn.Close()
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
