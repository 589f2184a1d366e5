package webadmind

import (
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is a webadmin in memory.
type Server struct {
	opt    Options
	routes []route

	mu         sync.Mutex
	domains    []string // as they were spelt
	users      map[string]*account
	table      table
	quotas     map[string]limits
	identities map[string][]identity
	contacts   map[string]map[string]contact
	mailboxes  map[string][]mailbox
	tasks      map[string]*task
	held       chan struct{} // closed when tasks need not wait any more; nil = none waits
	serial     int           // of identities, tasks, contacts and mailboxes

	faults   func(Ask) Fault
	counts   map[string]int
	total    int
	requests []Request
	changes  []Change
	by       string // who changes something now

	listening []*http.Server
	quit      chan struct{}
	running   sync.WaitGroup
}

// New makes a server that has its domains and no user.
func New(o Options) *Server {
	s := &Server{opt: o.filled(), users: map[string]*account{}, quotas: map[string]limits{}, identities: map[string][]identity{},
		contacts: map[string]map[string]contact{}, mailboxes: map[string][]mailbox{}, tasks: map[string]*task{}, counts: map[string]int{}, quit: make(chan struct{})}
	s.table = newTable(s.opt.MappingLimit)
	s.routes = s.allRoutes()
	s.domains = []string{"localhost"}
	for _, name := range s.opt.Domains {
		if err := s.AddDomain(name); err != nil {
			panic("webadmind: " + err.Error())
		}
	}
	s.Forget()
	return s
}

// Start listens at an address of the loopback, such as "127.0.0.1:0", and
// returns the URL it got.
func (s *Server) Start(address string) (string, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		l.Close()
		return "", errors.New(address + " is not on the loopback")
	}
	h := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	s.mu.Lock()
	s.listening = append(s.listening, h)
	s.mu.Unlock()
	s.running.Go(func() { _ = h.Serve(l) }) // ErrServerClosed, after Close
	return "http://" + l.Addr().String(), nil
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

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.running.Done()
	found, params, err := s.find(r)
	if err != nil {
		s.send(w, r, badMessage(), Fault{})
		return
	}
	fault, n := s.ask(r, found)
	if !s.wait(r, fault) {
		panic(http.ErrAbortHandler) // nobody is there any more
	}
	if fault.DropBefore {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	a := fault.answer()
	if a == nil {
		a = s.obey(r, found, params, fault, n)
	}
	s.record(r, found, n, a.status)
	if fault.DropAfter {
		panic(http.ErrAbortHandler)
	}
	s.send(w, r, a, fault)
}

// obey admits and carries out a request.
func (s *Server) obey(r *http.Request, found *route, params []string, fault Fault, n int) *answer {
	if found == nil {
		if !s.known(r.URL.Path) {
			return noRoute(r)
		}
		if a := s.admit(r); a != nil {
			return a
		}
		return noRoute(r)
	}
	if !found.open {
		if a := s.admit(r); a != nil {
			return a
		}
	}
	q, err := newRequest(r, params)
	if err != nil {
		return badMessage()
	}
	q.failStep = fault.FailStep
	s.mu.Lock()
	s.by = by(n)
	a := found.do(q)
	s.mu.Unlock()
	if a.then != nil { // it waits for something, without the lock
		a = a.then()
	}
	return a
}
