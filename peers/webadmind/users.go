package webadmind

import (
	"bytes"
	"encoding/json"
	"errors"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
)

// account of a user; the key is the name in lower case.
type account struct {
	password string
}

// unsorted puts names into one order that no client may rely on.
func unsorted(names []string) {
	order := make(map[string]uint32, len(names))
	for _, n := range names {
		h := fnv.New32a()
		h.Write([]byte(n))
		order[n] = h.Sum32()
	}
	slices.SortFunc(names, func(a, b string) int {
		if order[a] != order[b] {
			return int(int64(order[a]) - int64(order[b]))
		}
		return strings.Compare(a, b)
	})
}

type userResponse struct {
	Username string `json:"username"`
}

// listUsers answers with all accounts, those of domains that went included, in
// no order.
func (s *Server) listUsers(*request) *answer {
	names := make([]string, 0, len(s.users))
	for name := range s.users {
		names = append(names, name)
	}
	unsorted(names)
	out := make([]userResponse, len(names))
	for i, name := range names {
		out[i].Username = name
	}
	return ok(out)
}

func (s *Server) headUser(r *request) *answer {
	name, a := username(r.params[0])
	switch {
	case a != nil:
		return a
	case s.users[name] == nil:
		return &answer{status: http.StatusNotFound}
	}
	return &answer{status: http.StatusOK}
}

// password reads the body of PUT and verify.
func (r *request) password() (string, error) {
	var body struct {
		Password *string `json:"password"`
	}
	d := json.NewDecoder(bytes.NewReader(r.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		return "", err
	}
	if body.Password == nil {
		return "", errors.New("there is no password")
	}
	return *body.Password, nil
}

// putUser makes an account; with the parameter "force" it sets the password of
// one that is there.
func (s *Server) putUser(r *request) *answer {
	name, a := username(r.params[0])
	if a != nil {
		return a
	}
	password, err := r.password()
	if err != nil {
		return badJSON(err)
	}
	if a := s.validUser(name); a != nil {
		return a
	}
	if there := s.users[name]; there != nil && r.query.Has("force") {
		there.password = password
		s.note("=", "users/%s", name)
		return done()
	} else if there != nil {
		return conflict(failureUserExists(name))
	}
	if m := s.table.of[name]; len(m) > 0 {
		return conflict(failureMapped(name, m[0]))
	}
	s.addUser(name, password)
	return done()
}

func (s *Server) addUser(name, password string) {
	s.users[name] = &account{password: password}
	s.note("+", "users/%s", name)
}

// conflict of an account with what is there; it tells the message twice.
func conflict(why string) *answer { return failed(http.StatusConflict, wrongState, why, why) }

func failureUserExists(name string) string { return "'" + name + "' user already exist" }

func failureMapped(name string, m mapping) string {
	return "'" + name + "' already have associated mappings: " + m.String()
}

// validUser checks a name before a write, not before a look.
func (s *Server) validUser(name string) *answer {
	why := ""
	local, domain, _ := strings.Cut(name, "@")
	bad := `"(),:; <>@[\]`
	if s.from(V39) {
		bad += "/"
	}
	switch {
	case domain == "":
		why = "Given Username needs to contain a @domainpart"
	case !s.managed(domain):
		why = "Domain does not exist in DomainList"
	case strings.ContainsAny(local, bad):
		why = "Given Username '" + name + "' should not contain any of those characters: " + bad
	default:
		return nil
	}
	return failed(http.StatusBadRequest, invalidArgument, "Username supplied is invalid", why)
}

// deleteUser answers 204 whatever happened: an account whose name is not valid
// (any more), such as one of a domain that went, stays.
func (s *Server) deleteUser(r *request) *answer {
	name, a := username(r.params[0])
	if a != nil {
		return a
	}
	if s.validUser(name) == nil {
		s.removeUser(name)
	}
	return done()
}

func (s *Server) removeUser(name string) {
	if s.users[name] != nil {
		delete(s.users, name)
		s.note("-", "users/%s", name)
	}
}

func (s *Server) verifyUser(r *request) *answer {
	name, a := username(r.params[0])
	if a != nil {
		return a
	}
	password, err := r.password()
	if err != nil {
		return failed(http.StatusBadRequest, invalidArgument, "Error while deserializing verifyUser request", err.Error())
	}
	if there := s.users[name]; there == nil || there.password != password {
		return &answer{status: http.StatusUnauthorized}
	}
	return done()
}
