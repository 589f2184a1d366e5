package davd

import (
	"net/http"
	"strings"

	"lockstep/core"
)

// target is what a path names, for the user who asks.
type target struct {
	path      string // as hrefs spell it, of a collection with a slash at the end
	root      bool
	principal bool
	homes     []core.Kind // what it is the home of
	coll      *collection
	item      *item
}

// find what the path of a request names; an answer says why not.
func (s *Server) find(q *request) (*target, *answer) {
	t := s.lookUp(q.path, q.user)
	if t == nil {
		if s.foreign(q.path, q.user) {
			return nil, text(s.profile().Foreign, http.StatusText(s.profile().Foreign))
		}
		return nil, text(http.StatusNotFound, "There is nothing at "+q.path)
	}
	return t, nil
}

// lookUp what a path names for a user; nil = nothing that he may see.
func (s *Server) lookUp(path, user string) *target {
	p := s.profile()
	folder := strings.TrimSuffix(path, "/") + "/"
	t := &target{path: folder}
	t.root = folder == p.Root
	t.principal = folder == forUser(p.Principal, user)
	if folder == forUser(p.Contacts, user) {
		t.homes = append(t.homes, core.Contact)
	}
	if folder == forUser(p.Calendars, user) {
		t.homes = append(t.homes, core.Event)
	}
	if t.root || t.principal || len(t.homes) > 0 {
		return t
	}
	if s.foreign(path, user) {
		return nil
	}
	if t.coll = s.collections[folder]; t.coll != nil {
		return t
	}
	at := strings.LastIndexByte(path, '/') + 1
	if c := s.collections[path[:at]]; c != nil && c.items[path[at:]] != nil {
		return &target{path: path, coll: c, item: c.items[path[at:]]}
	}
	return nil
}

// parent is the collection that a path of an item lies in; nil = none.
func (s *Server) parent(path string) (c *collection, name string) {
	at := strings.LastIndexByte(path, '/') + 1
	return s.collections[path[:at]], path[at:]
}

// homeOf tells which kinds a folder is the home of.
func (s *Server) homeOf(folder, user string) []core.Kind {
	if t := s.lookUp(folder, user); t != nil {
		return t.homes
	}
	return nil
}

// foreign: it is, or lies below, what belongs to another user.
func (s *Server) foreign(path, user string) bool {
	folder := strings.TrimSuffix(path, "/") + "/"
	for name := range s.users {
		for _, of := range []string{s.profile().Principal, s.profile().Contacts, s.profile().Calendars} {
			if name != user && strings.HasPrefix(folder, forUser(of, name)) {
				return true
			}
		}
	}
	return false
}

// inHome tells whether a path is a home or below one.
func (s *Server) inHome(path string) bool {
	for name := range s.users {
		for _, of := range []string{s.profile().Contacts, s.profile().Calendars} {
			if strings.HasPrefix(path, forUser(of, name)) {
				return true
			}
		}
	}
	return false
}
