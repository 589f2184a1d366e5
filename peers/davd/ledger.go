package davd

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Request is one that was answered, or whose answer was dropped.
type Request struct {
	// N counts all requests from 1, in the order in which they came.
	N int
	// Name is the method, of a REPORT with the name of its root: "PUT", "REPORT
	// sync-collection".
	Name string
	// Path as it was sent, with its escapes; Host as it was asked.
	Path, Host string
	Depth      string
	// User who was let in; "" = nobody. Login tells that the request carried an
	// Authorization.
	User   string
	Login  bool
	Status int
	// Size of the request's body in bytes.
	Size int
}

// Change is one thing that was done to what the server holds.
type Change struct {
	// By is "request 3", or "direct" for a method of Server.
	By string
	// Verb is "+", "-", or "=" for another body.
	Verb string
	// Path of the collection or item.
	Path string
}

func (c Change) String() string { return c.By + ": " + c.Verb + " " + c.Path }

// direct is who changes something through the methods of direct.go.
const direct = "direct"

// by names a request in a Change.
func by(n int) string { return "request " + strconv.Itoa(n) }

// note records a change; the caller holds the lock.
func (s *Server) note(verb, path string) {
	s.changes = append(s.changes, Change{By: s.by, Verb: verb, Path: path})
}

// violate records what no RFC allows to be asked; the caller holds the lock.
func (s *Server) violate(q *request, n int, why string) {
	s.violations = append(s.violations, fmt.Sprintf("%s: %s %s: %s", by(n), q.name, q.URL.EscapedPath(), why))
}

func (s *Server) record(q *request, n, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{N: n, Name: q.name, Path: q.URL.EscapedPath(), Host: q.Host, Depth: q.Header.Get("Depth"),
		User: q.user, Login: q.Header.Get("Authorization") != "", Status: status, Size: len(q.body)})
}

// Violations returns what clients sent that no RFC allows; a test of a client
// asserts that there are none.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// Counts returns how often each request was made ("REPORT sync-collection" ->
// 3), dropped and refused ones included.
func (s *Server) Counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}

// Requests returns all that were answered or whose answer was dropped, in the
// order in which they came.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.requests)
	slices.SortFunc(out, func(a, b Request) int { return a.N - b.N })
	return out
}

// Changes returns what was done since New, oldest first.
func (s *Server) Changes() []Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.changes)
}

// Forget empties Counts, Requests, Changes and Violations.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts, s.requests, s.changes, s.violations, s.total = map[string]int{}, nil, nil, nil, 0
}

// Truth returns every collection and every item that the server holds, by its
// path, with the body of the item; that of a collection is "".
func (s *Server) Truth() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]string{}
	for path, c := range s.collections {
		out[path] = ""
		for name, i := range c.items {
			out[path+name] = i.body
		}
	}
	return out
}
