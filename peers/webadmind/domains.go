package webadmind

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// managed tells whether mail for a domain is for this server.
func (s *Server) managed(domain string) bool {
	return slices.ContainsFunc(s.domains, func(d string) bool { return strings.EqualFold(d, domain) })
}

func (s *Server) listDomains(*request) *answer { return ok(s.domains) }

// domain reads the parameter of a path.
func (r *request) domain() (string, *answer) {
	name := r.params[0]
	if err := domainName(name); err != nil {
		return "", failed(http.StatusBadRequest, invalidArgument, "Invalid request for domain creation "+name, err.Error())
	}
	return name, nil
}

func (s *Server) getDomain(r *request) *answer {
	name, a := r.domain()
	switch {
	case a != nil:
		return a
	case !s.managed(name):
		return failed(http.StatusNotFound, invalidArgument, "The domain list does not contain: "+name, "")
	}
	return done()
}

func (s *Server) putDomain(r *request) *answer {
	name, a := r.domain()
	if a != nil {
		return a
	}
	s.addDomain(name)
	return done()
}

func (s *Server) addDomain(name string) {
	if !s.managed(name) {
		s.domains = append(s.domains, name)
		s.note("+", "domains/%s", lower(name))
	}
}

// deleteDomain leaves its accounts, which then cannot be deleted any more.
func (s *Server) deleteDomain(r *request) *answer {
	name, a := r.domain()
	switch {
	case a != nil:
		return a
	case strings.EqualFold(name, "localhost"):
		return failed(http.StatusBadRequest, invalidArgument, "Can not remove domain", "localhost is autodetected and cannot be removed")
	}
	s.removeDomain(name)
	return done()
}

func (s *Server) removeDomain(name string) {
	if s.managed(name) {
		s.domains = slices.DeleteFunc(s.domains, func(d string) bool { return strings.EqualFold(d, name) })
		s.note("-", "domains/%s", lower(name))
	}
}

func (s *Server) listUsersOf(r *request) *answer {
	name, a := r.domain()
	switch {
	case a != nil:
		return a
	case !s.managed(name):
		return failed(http.StatusNotFound, notFound, "The domain list does not contain: "+name, "")
	}
	out := []string{}
	for user := range s.users {
		if domainOf(user) == lower(name) {
			out = append(out, user)
		}
	}
	unsorted(out)
	return ok(out)
}

// AddDomain makes a domain one that is managed.
func (s *Server) AddDomain(name string) error {
	if err := domainName(name); err != nil {
		return errors.New(name + ": " + err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by = direct
	s.addDomain(name)
	return nil
}

// RemoveDomain makes a domain one that is not managed; its accounts stay.
func (s *Server) RemoveDomain(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by = direct
	s.removeDomain(name)
}
