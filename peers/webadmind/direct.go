package webadmind

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// direct is who changes something through the methods of this file: somebody
// whom no client sees. They are not checked as requests are, but for addresses
// that make no sense.
const direct = "direct"

// edit runs a change with the lock.
func (s *Server) edit(addresses []string, change func(a []string)) error {
	clean := make([]string, len(addresses))
	for i, a := range addresses {
		address, err := mailAddress(a)
		if err != nil {
			return err
		}
		clean[i] = address
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by = direct
	change(clean)
	return nil
}

// AddUser makes an account; one that is there keeps its password.
func (s *Server) AddUser(user, password string) error {
	return s.edit([]string{user}, func(a []string) {
		if name := lower(a[0]); s.users[name] == nil {
			s.addUser(name, password)
		}
	})
}

// RemoveUser deletes an account and, as James does, nothing else.
func (s *Server) RemoveUser(user string) error {
	return s.edit([]string{user}, func(a []string) { s.removeUser(lower(a[0])) })
}

// AddAlias lets mail for alias go to owner.
func (s *Server) AddAlias(owner, alias string) error {
	return s.edit([]string{owner, alias}, func(a []string) { s.addMapping(lower(a[1]), mapping{aliasKind, a[0]}) })
}

// RemoveAlias takes an alias away; the local part of the owner as it was given.
func (s *Server) RemoveAlias(owner, alias string) error {
	return s.edit([]string{owner, alias}, func(a []string) { s.removeMapping(lower(a[1]), mapping{aliasKind, a[0]}) })
}

// AddForward lets mail for user go to target, as the user himself would do.
func (s *Server) AddForward(user, target string) error {
	return s.edit([]string{user, target}, func(a []string) { s.addMapping(lower(a[0]), mapping{forwardKind, a[1]}) })
}

// RemoveForward takes a forward away.
func (s *Server) RemoveForward(user, target string) error {
	return s.edit([]string{user, target}, func(a []string) { s.removeMapping(lower(a[0]), mapping{forwardKind, a[1]}) })
}

// AddMapping is an address mapping.
func (s *Server) AddMapping(source, target string) error {
	return s.edit([]string{source, target}, func(a []string) { s.addMapping(lower(a[0]), mapping{addressKind, a[1]}) })
}

// RemoveMapping takes an address mapping away.
func (s *Server) RemoveMapping(source, target string) error {
	return s.edit([]string{source, target}, func(a []string) { s.removeMapping(lower(a[0]), mapping{addressKind, a[1]}) })
}

// AddMember makes an address a member of a group.
func (s *Server) AddMember(group, member string) error {
	return s.edit([]string{group, member}, func(a []string) { s.addMapping(lower(a[0]), mapping{groupKind, a[1]}) })
}

// SetQuota sets the size, in bytes, that a user may store; -1 = unlimited.
func (s *Server) SetQuota(user string, bytes int64) error {
	if bytes < -1 {
		return fmt.Errorf("a quota of %d bytes", bytes)
	}
	return s.edit([]string{user}, func(a []string) { s.setLimit(lower(a[0]), size, &bytes) })
}

// UnsetQuota takes the size of a user away.
func (s *Server) UnsetQuota(user string) error {
	return s.edit([]string{user}, func(a []string) { s.setLimit(lower(a[0]), size, nil) })
}

// AddIdentity makes one with the user's own address.
func (s *Server) AddIdentity(user, name string, sortOrder int) error {
	return s.edit([]string{user}, func(a []string) {
		i := identity{Name: name, Email: a[0], ID: s.uuid(), MayDelete: true, SortOrder: sortOrder, Bcc: []mailer{}, ReplyTo: []mailer{}}
		s.identities[lower(a[0])] = append(s.identities[lower(a[0])], i)
		s.note("+", "%s", i.line(lower(a[0])))
	})
}

// SetContact makes or changes a contact of its address's domain.
func (s *Server) SetContact(email, first, last string) error {
	return s.edit([]string{email}, func(a []string) {
		local, domain, _ := strings.Cut(lower(a[0]), "@")
		s.setContact(domain, local, contactBody{FirstName: &first, Surname: &last})
	})
}

// RemoveContact deletes one.
func (s *Server) RemoveContact(email string) error {
	return s.edit([]string{email}, func(a []string) {
		local, domain, _ := strings.Cut(lower(a[0]), "@")
		s.removeContact(domain, local)
	})
}

// AddMailbox makes a mailbox, such as "INBOX" or "Archive.2025", as a first
// login does.
func (s *Server) AddMailbox(user, name string) error {
	if slices.Contains(strings.Split(name, "."), "") {
		return errors.New("a mailbox without a name: " + name)
	}
	return s.edit([]string{user}, func(a []string) { s.addMailbox(lower(a[0]), name) })
}
