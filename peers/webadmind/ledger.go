package webadmind

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// Request is one that was answered, or whose answer was dropped.
type Request struct {
	// N counts all requests from 1, in the order in which they came.
	N      int
	Method string
	// Route is "" where there is none.
	Route string
	// Path as it was sent, with its escapes.
	Path   string
	Status int
}

// Change is one thing that was done to what the server holds.
type Change struct {
	// By is "request 3", "task" of a rename, or "direct" for a method of Server.
	By string
	// Verb is "+", "-", or "=" for another value.
	Verb string
	// Element as Truth spells it.
	Element string
}

func (c Change) String() string { return c.By + ": " + c.Verb + " " + c.Element }

// by names a request in a Change.
func by(n int) string { return "request " + strconv.Itoa(n) }

// note records a change; the caller holds the lock.
func (s *Server) note(verb, format string, args ...any) {
	s.changes = append(s.changes, Change{By: s.by, Verb: verb, Element: fmt.Sprintf(format, args...)})
}

func (s *Server) record(r *http.Request, found *route, n, status int) {
	one := Request{N: n, Method: r.Method, Path: r.URL.EscapedPath(), Status: status}
	if found != nil {
		one.Route = found.name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, one)
}

// Counts returns how often each route was asked ("PUT /users/{user}" -> 3),
// dropped and refused requests included; "" counts those without a route.
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

// Forget empties Counts, Requests and Changes.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts, s.requests, s.changes, s.total = map[string]int{}, nil, nil, 0
}

// Truth returns everything that the server holds, one sorted line for each,
// spelt as its path without escapes and, where it has a value, "=" and that:
//
//	domains/example.com
//	users/ann@example.com
//	users/ann@example.com/mailboxes/INBOX
//	users/ann@example.com/identities/UUID=ann@example.com "Ann" 0
//	address/aliases/ann@example.com/sources/a@example.com
//	address/forwards/ann@example.com/targets/x@example.net
//	address/groups/all@example.com/ann@example.com
//	mappings/address/ann@example.com/targets/x@example.net
//	quota/users/ann@example.com/size=1000
//	domains/example.com/contacts/ann="Ann" "Other"
func (s *Server) Truth() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, d := range s.domains {
		out = append(out, "domains/"+lower(d))
	}
	for name := range s.users {
		out = append(out, "users/"+name)
	}
	for user, boxes := range s.mailboxes {
		for _, b := range boxes {
			out = append(out, lineOfMailbox(user, b.Name))
		}
	}
	for user, list := range s.identities {
		for _, i := range list {
			out = append(out, i.line(user))
		}
	}
	for source, list := range s.table.of {
		for _, m := range list {
			out = append(out, m.line(source))
		}
	}
	for user, l := range s.quotas {
		for _, which := range []limit{size, count} {
			if n := l[which]; n != nil {
				out = append(out, lineOfLimit(user, which, *n))
			}
		}
	}
	for d, list := range s.contacts {
		for _, c := range list {
			out = append(out, c.line(d))
		}
	}
	slices.Sort(out)
	return out
}

// Password of an account, false = there is no such account.
func (s *Server) Password(user string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.users[lower(user)]
	if a == nil {
		return "", false
	}
	return a.password, true
}
