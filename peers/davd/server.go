package davd

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is a CardDAV and CalDAV server in memory.
type Server struct {
	opt   Options
	certs *certificates // nil = plain HTTP

	mu          sync.Mutex
	users       map[string]*user
	collections map[string]*collection
	serial      int
	nonce       int
	hideHomes   bool

	faults     func(Ask) Fault
	counts     map[string]int
	total      int
	requests   []Request
	changes    []Change
	violations []string
	by         string // who changes something now

	base, shard string // URLs without the slash at the end
	listening   []*http.Server
	quit        chan struct{}
	running     sync.WaitGroup
}

// New makes a server without users.
func New(o Options) *Server {
	o.Profile = o.Profile.filled()
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{opt: o, users: map[string]*user{}, collections: map[string]*collection{}, counts: map[string]int{}, by: direct, quit: make(chan struct{})}
	if o.TLS {
		s.certs = newCertificates()
	}
	return s
}

// profile is how it behaves; with the lock held where SetProfile is used.
func (s *Server) profile() Profile { return s.opt.Profile }

// Start listens at an address of the loopback, such as "127.0.0.1:0", and
// returns the URL of the server's root, with a slash at the end. Where the
// profile has shards, their host listens too, at a port of its own.
func (s *Server) Start(address string) (string, error) {
	base, err := s.listen(address)
	if err != nil {
		return "", err
	}
	shard := ""
	if s.profile().Shards {
		if shard, err = s.listen("127.0.0.1:0"); err != nil {
			return "", err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base, s.shard = base, shard
	return base + "/", nil
}

func (s *Server) listen(address string) (string, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		l.Close()
		return "", errors.New(address + " is not on the loopback")
	}
	url := "http://" + l.Addr().String()
	if s.certs != nil {
		l = tls.NewListener(l, s.certs.config())
		url = "https" + url[len("http"):]
	}
	h := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	s.mu.Lock()
	s.listening = append(s.listening, h)
	s.mu.Unlock()
	s.running.Go(func() { _ = h.Serve(l) }) // ErrServerClosed, after Close
	return url, nil
}

// CA is the authority of the server's certificate in PEM; nil without TLS.
func (s *Server) CA() []byte {
	if s.certs == nil {
		return nil
	}
	return s.certs.pem
}

// Close ends every connection and waits until nothing of the server runs. It
// answers no request any more, whoever listens for it.
func (s *Server) Close() error {
	s.mu.Lock()
	if !s.closed() {
		close(s.quit)
	}
	all := s.listening
	s.listening = nil
	s.mu.Unlock()
	var errs []error
	for _, h := range all {
		errs = append(errs, h.Close())
	}
	s.running.Wait()
	return errors.Join(errs...)
}

func (s *Server) closed() bool {
	select {
	case <-s.quit:
		return true
	default:
		return false
	}
}

// enter counts a handler that runs; false = the server is closed.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed() {
		return false
	}
	s.running.Add(1)
	return true
}

// maxRequest is how much of a request is read, in bytes.
const maxRequest = 64 << 20

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.running.Done()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		panic(http.ErrAbortHandler) // the client is gone
	}
	if r.ContentLength < 0 && s.profile().LosesChunked {
		body = nil
	}
	q := newRequest(r, body)
	fault, n := s.ask(q)
	if fault.Hang {
		select {
		case <-r.Context().Done():
		case <-s.quit:
		}
	}
	if fault.DropBefore || fault.Hang {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	a := fault.answer()
	if a == nil {
		a = s.obey(q, n)
	}
	fault.after(a)
	s.record(q, n, a.status)
	if fault.DropAfter {
		panic(http.ErrAbortHandler)
	}
	s.send(w, q, a, fault)
}

// obey admits, judges and carries out a request.
func (s *Server) obey(q *request, n int) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by = by(n)
	defer func() { s.by = direct }()
	for _, wrong := range s.judge(q) {
		s.violate(q, n, wrong)
	}
	if a := wellKnown(q, s.profile()); a != nil {
		return a
	}
	if a := s.admit(q); a != nil {
		return a
	}
	if q.pathErr != nil {
		return text(http.StatusBadRequest, "the path: "+q.pathErr.Error())
	}
	if q.xml != nil && s.profile().NeedsXMLType && !saysXML(q) {
		return text(http.StatusUnsupportedMediaType, "the body does not say that it is XML")
	}
	switch q.Method {
	case http.MethodOptions:
		return s.options()
	case http.MethodGet, http.MethodHead:
		return s.get(q)
	case http.MethodPut:
		return s.putItem(q)
	case http.MethodDelete:
		return s.deleteAny(q)
	case "PROPFIND":
		return s.propfind(q)
	case "PROPPATCH":
		return s.proppatch(q)
	case "MKCOL", "MKCALENDAR":
		return s.mkcol(q)
	case "REPORT":
		return s.report(q)
	case "MOVE":
		return s.move(q)
	}
	return text(http.StatusMethodNotAllowed, q.Method+" is not done here")
}
