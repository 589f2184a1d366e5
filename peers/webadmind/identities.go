package webadmind

import (
	"crypto/md5"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// identity that a user may write as. They outlive the account, and need none.
type identity struct {
	Name          string   `json:"name"`
	Email         string   `json:"email"`
	ID            string   `json:"id"`
	MayDelete     bool     `json:"mayDelete"`
	TextSignature string   `json:"textSignature"`
	HTMLSignature string   `json:"htmlSignature"`
	SortOrder     int      `json:"sortOrder"`
	Bcc           []mailer `json:"bcc"`
	ReplyTo       []mailer `json:"replyTo"`
}

// mailer is an address with a name, which may be null.
type mailer struct {
	Name  *string `json:"name"`
	Email string  `json:"email"`
}

func (i identity) line(user string) string {
	return fmt.Sprintf("users/%s/identities/%s=%s %q %d", user, i.ID, i.Email, i.Name, i.SortOrder)
}

// upsert is the body of POST and PUT; what is nil is not named.
type upsert struct {
	Name          *string   `json:"name"`
	Email         *string   `json:"email"`
	TextSignature *string   `json:"textSignature"`
	HTMLSignature *string   `json:"htmlSignature"`
	SortOrder     *int      `json:"sortOrder"`
	Bcc           *[]mailer `json:"bcc"`
	ReplyTo       *[]mailer `json:"replyTo"`
}

func (u upsert) into(i *identity) {
	set(&i.Name, u.Name)
	set(&i.TextSignature, u.TextSignature)
	set(&i.HTMLSignature, u.HTMLSignature)
	set(&i.SortOrder, u.SortOrder)
	set(&i.Bcc, u.Bcc)
	set(&i.ReplyTo, u.ReplyTo)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// uuid makes the next ID: the same ones in every run.
func (s *Server) uuid() string {
	s.serial++
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", s.serial)
}

// builtIn is what the server offers for each address that a user may write
// from; its ID is the name's UUID of version 3 without a name space.
func builtIn(address string) identity {
	sum := md5.Sum([]byte(address))
	sum[6], sum[8] = sum[6]&0x0f|0x30, sum[8]&0x3f|0x80
	id := fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:])
	return identity{Name: address, Email: address, ID: id, SortOrder: 100, Bcc: []mailer{}, ReplyTo: []mailer{}}
}

// writesAs lists the addresses that a user may write from: his own, his aliases,
// and theirs.
func (s *Server) writesAs(user string) []string {
	out := []string{user}
	for i := 0; i < len(out); i++ {
		for _, alias := range sortedKeys(s.table.aliases[out[i]]) {
			if !slices.Contains(out, alias) {
				out = append(out, alias)
			}
		}
	}
	return out
}

// listIdentities answers, with default=true, with the one that may be deleted
// and comes first: the server's own do not count, and 404 says there is none.
func (s *Server) listIdentities(r *request) *answer {
	user, a := username(r.params[0])
	if a != nil {
		return a
	}
	all := slices.Clone(s.identities[user])
	switch r.query.Get("default") {
	case "true":
		if len(all) == 0 {
			return failed(http.StatusNotFound, notFound, "Default identity can not be found", "")
		}
		return ok([]identity{slices.MinFunc(all, func(a, b identity) int { return a.SortOrder - b.SortOrder })})
	case "false", "":
	default:
		return invalidArguments("Invalid 'default' query parameter")
	}
	for _, address := range s.writesAs(user) {
		if _, err := mailAddress(address); err == nil {
			all = append(all, builtIn(address))
		}
	}
	slices.SortFunc(all, func(a, b identity) int { return strings.Compare(a.ID, b.ID) }) // no order to rely on
	return ok(all)
}

// upsert reads and checks a body.
func (r *request) upsert() (upsert, *answer) {
	var u upsert
	if err := json.Unmarshal(r.body, &u); err != nil {
		return u, badJSON(err)
	}
	if u.Email != nil {
		email, err := mailAddress(*u.Email)
		if err != nil {
			return u, badJSON(err)
		}
		u.Email = &email
	}
	return u, nil
}

// postIdentity tells no ID.
func (s *Server) postIdentity(r *request) *answer {
	user, a := username(r.params[0])
	if a != nil {
		return a
	}
	u, a := r.upsert()
	switch {
	case a != nil:
		return a
	case u.Email == nil:
		return invalidArguments("email must be not null")
	case !slices.Contains(s.writesAs(user), lower(*u.Email)):
		return unexpected() // it may not write from there, and nobody caught that
	}
	i := identity{Email: *u.Email, ID: s.uuid(), MayDelete: true, SortOrder: 100, Bcc: []mailer{}, ReplyTo: []mailer{}}
	u.into(&i)
	s.identities[user] = append(s.identities[user], i)
	s.note("+", "%s", i.line(user))
	return &answer{status: http.StatusCreated}
}

// mine finds the identity of a path.
func (s *Server) mine(r *request) (user string, at int, a *answer) {
	if user, a = username(r.params[0]); a != nil {
		return "", 0, a
	}
	id := r.params[1]
	if !isUUID(id) {
		return "", 0, invalidArguments("Invalid UUID string: " + id)
	}
	if at = slices.IndexFunc(s.identities[user], func(i identity) bool { return i.ID == id }); at < 0 {
		return "", 0, failed(http.StatusNotFound, notFound, "IdentityId '"+id+"' can not be found", "")
	}
	return user, at, nil
}

func isUUID(id string) bool {
	parts := strings.Split(id, "-")
	if len(parts) != 5 {
		return false
	}
	return strings.Trim(strings.Join(parts, ""), "0123456789abcdefABCDEF") == ""
}

// putIdentity changes what its body names; never the address.
func (s *Server) putIdentity(r *request) *answer {
	u, a := r.upsert()
	if a != nil {
		return a
	}
	user, at, a := s.mine(r)
	if a != nil {
		return a
	}
	i := &s.identities[user][at]
	u.into(i)
	s.note("=", "%s", i.line(user))
	return done()
}

// deleteIdentity refuses those of the server.
func (s *Server) deleteIdentity(r *request) *answer {
	user, at, a := s.mine(r)
	if a == nil {
		s.note("-", "%s", s.identities[user][at].line(user))
		s.identities[user] = slices.Delete(s.identities[user], at, at+1)
		return done()
	}
	name, bad := username(r.params[0])
	if bad == nil && slices.ContainsFunc(s.writesAs(name), func(address string) bool { return builtIn(address).ID == r.params[1] }) {
		return failed(http.StatusForbidden, wrongState, "IdentityId '"+r.params[1]+"' can not be deleted", "")
	}
	return a
}
