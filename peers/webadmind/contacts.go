package webadmind

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// contact of a domain; the key is the local part, in lower case.
type contact struct {
	id, email, first, last string
}

func (c contact) line(domain string) string {
	local, _, _ := strings.Cut(c.email, "@")
	return fmt.Sprintf("domains/%s/contacts/%s=%q %q", domain, local, c.first, c.last)
}

// contactBody is what comes in; a name that is null or not there is kept, one
// that is empty is taken away.
type contactBody struct {
	EmailAddress *string `json:"emailAddress"`
	FirstName    *string `json:"firstname"`
	Surname      *string `json:"surname"`
}

// contactResponse tells an empty name as null.
type contactResponse struct {
	ID           string  `json:"id"`
	EmailAddress string  `json:"emailAddress"`
	FirstName    *string `json:"firstname"`
	Surname      *string `json:"surname"`
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (s *Server) listAllContacts(*request) *answer {
	out := []string{}
	for _, list := range s.contacts {
		for _, c := range list {
			out = append(out, c.email)
		}
	}
	unsorted(out)
	return ok(out)
}

func (s *Server) listContacts(r *request) *answer {
	domain, a := r.domain()
	if a != nil {
		return a
	}
	out := []string{}
	for _, c := range s.contacts[lower(domain)] {
		out = append(out, c.email)
	}
	unsorted(out)
	return ok(out)
}

// contactDomain reads the domain of a path, which must be managed.
func (s *Server) contactDomain(r *request) (string, *answer) {
	domain, a := r.domain()
	if a == nil && !s.managed(domain) {
		a = failed(http.StatusNotFound, notFound, "The domain does not exist: "+lower(domain), "")
	}
	return lower(domain), a
}

// postContact makes a contact, or answers with the one that is there.
func (s *Server) postContact(r *request) *answer {
	domain, a := s.contactDomain(r)
	if a != nil {
		return a
	}
	var b contactBody
	if err := json.Unmarshal(r.body, &b); err != nil {
		return badJSON(err)
	}
	if b.EmailAddress == nil {
		return invalidArguments("emailAddress must be not null")
	}
	email, err := mailAddress(*b.EmailAddress)
	if err == nil && domainOf(email) != domain {
		err = fmt.Errorf("the domain of %s is not %s", email, domain)
	}
	if err != nil {
		return invalidArguments(err.Error())
	}
	local, _, _ := strings.Cut(lower(email), "@")
	c, there := s.contacts[domain][local]
	if !there {
		c = s.setContact(domain, local, b)
	}
	out := answerWith(http.StatusCreated, map[string]string{"id": c.id})
	out.header = map[string]string{"Location": "/domains/" + domain + "/contacts/" + local}
	return out
}

// setContact makes or changes one.
func (s *Server) setContact(domain, local string, b contactBody) contact {
	c, there := s.contacts[domain][local]
	verb := "="
	if !there {
		verb, c = "+", contact{id: s.uuid(), email: local + "@" + domain}
	}
	before := c
	set(&c.first, b.FirstName)
	set(&c.last, b.Surname)
	if s.contacts[domain] == nil {
		s.contacts[domain] = map[string]contact{}
	}
	s.contacts[domain][local] = c
	if c != before || !there {
		s.note(verb, "%s", c.line(domain))
	}
	return c
}

// contactLocal reads the local part of a path.
func contactLocal(r *request, domain string) (string, *answer) {
	local := lower(r.params[1])
	if _, err := mailAddress(local + "@" + domain); err != nil || strings.Contains(local, "@") {
		return "", invalidArguments(local + " is no local part")
	}
	return local, nil
}

func (s *Server) getContact(r *request) *answer {
	domain, a := r.domain()
	if a != nil {
		return a
	}
	domain = lower(domain)
	local, a := contactLocal(r, domain)
	if a != nil {
		return a
	}
	c, there := s.contacts[domain][local]
	if !there {
		return failed(http.StatusNotFound, notFound, "The contact does not exist: "+local+"@"+domain, "")
	}
	return ok(contactResponse{c.id, c.email, orNull(c.first), orNull(c.last)})
}

// putContact makes the contact if it is not there.
func (s *Server) putContact(r *request) *answer {
	domain, a := s.contactDomain(r)
	if a != nil {
		return a
	}
	local, a := contactLocal(r, domain)
	if a != nil {
		return a
	}
	var b contactBody
	if err := json.Unmarshal(r.body, &b); err != nil {
		return badJSON(err)
	}
	s.setContact(domain, local, b)
	return done()
}

func (s *Server) deleteContact(r *request) *answer {
	domain, a := r.domain()
	if a != nil {
		return a
	}
	domain = lower(domain)
	local, a := contactLocal(r, domain)
	if a != nil {
		return a
	}
	s.removeContact(domain, local)
	return done()
}

func (s *Server) removeContact(domain, local string) {
	if c, there := s.contacts[domain][local]; there {
		delete(s.contacts[domain], local)
		s.note("-", "%s", c.line(domain))
	}
}
