package webadmind

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// mailbox of a user, who is known to have been here: it outlives the account.
type mailbox struct {
	Name string `json:"mailboxName"`
	ID   string `json:"mailboxId"`
}

func lineOfMailbox(user, name string) string { return "users/" + user + "/mailboxes/" + name }

// mailboxUser reads the user of a path, who must have an account.
func (s *Server) mailboxUser(r *request) (string, *answer) {
	user, a := username(r.params[0])
	if a == nil && s.users[user] == nil {
		a = failed(http.StatusNotFound, notFound, "Invalid get on user mailboxes", "User does not exist")
	}
	return user, a
}

func (s *Server) listMailboxes(r *request) *answer {
	user, a := s.mailboxUser(r)
	if a != nil {
		return a
	}
	return ok(append([]mailbox{}, s.mailboxes[user]...))
}

func (s *Server) putMailbox(r *request) *answer {
	user, a := s.mailboxUser(r)
	if a != nil {
		return a
	}
	name := r.params[1]
	if strings.ContainsAny(name, "%*") || strings.HasPrefix(name, "#") {
		return failed(http.StatusBadRequest, invalidArgument, "Attempt to create an invalid mailbox", name+" contains one of the forbidden characters %* or starts with #")
	}
	s.addMailbox(user, name)
	return done()
}

// addMailbox makes a mailbox and those above it.
func (s *Server) addMailbox(user, name string) {
	parts := strings.Split(name, ".")
	for i := range parts {
		part := strings.Join(parts[:i+1], ".")
		at, is := slices.BinarySearchFunc(s.mailboxes[user], part, func(b mailbox, name string) int { return strings.Compare(b.Name, name) })
		if is {
			continue
		}
		s.serial++
		s.mailboxes[user] = slices.Insert(s.mailboxes[user], at, mailbox{part, strconv.Itoa(s.serial)})
		s.note("+", "%s", lineOfMailbox(user, part))
	}
}

// moveMailboxes to another user; those of his that have the name stay, and the
// moved one is merged into it.
func (s *Server) moveMailboxes(from, to string) {
	for _, b := range s.mailboxes[from] {
		s.note("-", "%s", lineOfMailbox(from, b.Name))
		s.addMailbox(to, b.Name)
	}
	delete(s.mailboxes, from)
}
