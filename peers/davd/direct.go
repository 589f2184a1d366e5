package davd

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"

	"lockstep/core"
)

// The methods of this file change something as somebody does whom no client
// sees: on the web page of the server, or with another program.

// AddUser makes a user, or changes the password of one, and lets him in again
// who was revoked. A home is there at once and holds nothing.
func (s *Server) AddUser(name, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[name] == nil {
		s.users[name] = &user{name: name}
	}
	u := s.users[name]
	u.password, u.revoked = password, false
}

// AddToken lets a user in by a bearer token too.
func (s *Server) AddToken(name, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[name]
	if u == nil {
		return fmt.Errorf("davd: there is no user %q", name)
	}
	u.tokens = append(u.tokens, token)
	return nil
}

// Revoke refuses every login of a user from the next request on; what he has
// stays. Somebody unknown stays so.
func (s *Server) Revoke(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.users[name]; u != nil {
		u.revoked, u.tokens = true, nil
	}
}

// AddCollection makes an address book (core.Contact) or a calendar (core.Event)
// in the home of a user, and returns its path.
func (s *Server) AddCollection(owner string, kind core.Kind, slug, displayName string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[owner] == nil {
		return "", fmt.Errorf("davd: there is no user %q", owner)
	}
	home := s.profile().Contacts
	if kind == core.Event {
		home = s.profile().Calendars
	} else if kind != core.Contact {
		return "", fmt.Errorf("davd: no collection holds the kind %q", kind)
	}
	path := forUser(home, owner) + escape(slug) + "/"
	if s.collections[path] != nil {
		return "", fmt.Errorf("davd: %s is there", path)
	}
	c := s.make(owner, kind, path)
	if displayName != "" {
		s.set(c, xml.Name{Space: nsDAV, Local: "displayname"}, leaf(nsDAV, "displayname", displayName))
	}
	return path, nil
}

// edit runs a change of a collection with the lock.
func (s *Server) edit(path string, change func(c *collection) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collections[path]
	if c == nil {
		return fmt.Errorf("davd: there is no collection %s", path)
	}
	return change(c)
}

// editItem runs a change of what a path names in its collection.
func (s *Server) editItem(path string, change func(c *collection, name string) error) error {
	clean, err := canonical(path)
	if err != nil {
		return err
	}
	at := strings.LastIndexByte(clean, '/') + 1
	return s.edit(clean[:at], func(c *collection) error { return change(c, clean[at:]) })
}

// Put stores a body at a path as it is, and as nobody checked it.
func (s *Server) Put(path, body string) error {
	return s.editItem(path, func(c *collection, name string) error {
		if name == "" {
			return fmt.Errorf("davd: %s is a collection", path)
		}
		s.put(c, name, body)
		return nil
	})
}

// Delete takes an item away.
func (s *Server) Delete(path string) error {
	return s.editItem(path, func(c *collection, name string) error {
		if c.items[name] == nil {
			return fmt.Errorf("davd: there is no %s", path)
		}
		s.remove(c, name)
		return nil
	})
}

// Touch gives an item a new ETag and leaves its body, whatever ETags the profile
// makes.
func (s *Server) Touch(path string) error {
	return s.editItem(path, func(c *collection, name string) error {
		i := c.items[name]
		if i == nil {
			return fmt.Errorf("davd: there is no %s", path)
		}
		s.serial++
		c.change++
		c.version++
		i.change, i.tag = c.change, fmt.Sprintf("t%d", s.serial)
		s.note("=", c.path+name)
		return nil
	})
}

// Recreate deletes a collection and makes it anew at the same path, without
// items and without what it knew of changes; its properties stay.
func (s *Server) Recreate(path string) error {
	return s.edit(path, func(c *collection) error {
		s.unmake(c)
		next := s.make(c.owner, c.kind, path)
		next.props, next.readOnly = c.props, c.readOnly
		return nil
	})
}

// RemoveCollection deletes one with what is in it.
func (s *Server) RemoveCollection(path string) error {
	return s.edit(path, func(c *collection) error { s.unmake(c); return nil })
}

// SetReadOnly makes a collection one that its owner may only read.
func (s *Server) SetReadOnly(path string, readOnly bool) error {
	return s.edit(path, func(c *collection) error { c.readOnly = readOnly; return nil })
}

// Expire refuses every token that the collection gave out so far.
func (s *Server) Expire(path string) error {
	return s.edit(path, func(c *collection) error {
		c.change++
		c.from = c.change
		clear(c.states)
		return nil
	})
}

// ForgetGone loses from the log of changes what was removed, as a server does
// that keeps it short: the tokens stay good, and tell nothing of it.
func (s *Server) ForgetGone(path string) error {
	return s.edit(path, func(c *collection) error { clear(c.gone); return nil })
}

// HideHomes lets the home sets of all users be empty.
func (s *Server) HideHomes(hide bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hideHomes = hide
}

// ETag of an item as the profile spells it; "" = there is no such item.
func (s *Server) ETag(path string) string {
	tag := ""
	_ = s.editItem(path, func(c *collection, name string) error { // what is not there has none
		if i := c.items[name]; i != nil {
			tag = s.profile().ETags.spell(i.tag)
		}
		return nil
	})
	return tag
}

// mayWrite: nil = yes (RFC 3744, section 7.1.1).
func (s *Server) mayWrite(q *request, c *collection) *answer {
	if !c.readOnly {
		return nil
	}
	return s.refuse(q, Refusal{Status: http.StatusForbidden, Condition: "D:need-privileges"}, c, "")
}
