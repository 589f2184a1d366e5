package ldapd

import (
	"fmt"
	"maps"
	"slices"
)

// Asked is one search that came in, each page for itself.
type Asked struct {
	Session    int
	User       string
	Base       string
	Scope      string // base, one or sub
	Filter     string // as go-ldap prints it
	Attributes []string
	// Page from 1 and its size; 0 = the search is not read in pages.
	Page, Size int
	// Entries that were sent.
	Entries int
}

// Counts returns how often each request came (BIND, SEARCH, STARTTLS, ABANDON,
// UNBIND, OTHER).
func (s *Server) Counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}

// Searches returns the searches in the order in which they were answered.
func (s *Server) Searches() []Asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.searches)
}

// Sent returns how many entries were sent, in all.
func (s *Server) Sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// Violations returns what clients sent that the protocol does not allow; a test
// of a client asserts that there are none.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

func (c *session) violation(format string, args ...any) {
	c.srv.mu.Lock()
	defer c.srv.mu.Unlock()
	c.srv.violations = append(c.srv.violations, fmt.Sprintf("session %d: ", c.id)+fmt.Sprintf(format, args...))
}
