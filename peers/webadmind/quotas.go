package webadmind

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
)

// limit is what a quota is of, as its path spells it.
type limit string

const (
	size  limit = "size"
	count limit = "count"
)

// limits of a user; nil = none at his level, -1 = unlimited. They outlive the
// account.
type limits map[limit]*int64

func lineOfLimit(user string, which limit, n int64) string {
	return fmt.Sprintf("quota/users/%s/%s=%d", user, which, n)
}

// quotaUser reads the user of a path, who must have an account.
func (s *Server) quotaUser(r *request) (string, *answer) {
	text, a := s.twice(r.params[0])
	if a != nil {
		return "", a
	}
	user, a := username(text)
	if a == nil && s.users[user] == nil {
		a = failed(http.StatusNotFound, notFound, "User not found", "")
	}
	return user, a
}

const badQuota = "Invalid quota. Need to be an integer value greater or equal to -1"

// quota reads a number as the server does: no blanks, a sign is fine.
func quota(text string) (int64, *answer) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, failed(http.StatusBadRequest, invalidArgument, badQuota, fmt.Sprintf("For input string: %q", text))
	}
	if n < -1 {
		return 0, failed(http.StatusBadRequest, invalidArgument, badQuota, "")
	}
	return n, nil
}

func (s *Server) getLimit(r *request, which limit) *answer {
	user, a := s.quotaUser(r)
	if a != nil {
		return a
	}
	if n := s.quotas[user][which]; n != nil {
		return ok(*n)
	}
	return done()
}

func (s *Server) putLimit(r *request, which limit) *answer {
	user, a := s.quotaUser(r)
	if a != nil {
		return a
	}
	n, a := quota(string(r.body))
	if a != nil {
		return a
	}
	s.setLimit(user, which, &n)
	return done()
}

func (s *Server) deleteLimit(r *request, which limit) *answer {
	user, a := s.quotaUser(r)
	if a != nil {
		return a
	}
	s.setLimit(user, which, nil)
	return done()
}

func (s *Server) setLimit(user string, which limit, n *int64) {
	old := s.quotas[user][which]
	switch {
	case n == nil && old == nil, n != nil && old != nil && *n == *old:
		return
	case n == nil:
		delete(s.quotas[user], which)
		s.note("-", "%s", lineOfLimit(user, which, *old))
		return
	case s.quotas[user] == nil:
		s.quotas[user] = limits{}
	}
	s.quotas[user][which] = n
	verb := "+"
	if old != nil {
		verb = "="
	}
	s.note(verb, "%s", lineOfLimit(user, which, *n))
}

// both limits, as JSON has them.
type both struct {
	Count *int64 `json:"count"`
	Size  *int64 `json:"size"`
}

// quotaDetails is what GET tells of a user; those of domains and of the server
// are never set here.
type quotaDetails struct {
	Global     *both      `json:"global"`
	Domain     *both      `json:"domain"`
	User       *both      `json:"user"`
	Computed   both       `json:"computed"`
	Occupation occupation `json:"occupation"`
}

type occupation struct {
	Size  int64              `json:"size"`
	Count int64              `json:"count"`
	Ratio map[string]float64 `json:"ratio"`
}

func (s *Server) details(user string) quotaDetails {
	l := s.quotas[user]
	d := quotaDetails{Computed: both{l[count], l[size]}, Occupation: occupation{Ratio: map[string]float64{"size": 0, "count": 0, "max": 0}}}
	if l[count] != nil || l[size] != nil {
		d.User = &d.Computed
	}
	return d
}

func (s *Server) getQuota(r *request) *answer {
	user, a := s.quotaUser(r)
	if a != nil {
		return a
	}
	return ok(s.details(user))
}

// putQuota sets both limits; one that the body does not name is taken away.
func (s *Server) putQuota(r *request) *answer {
	user, a := s.quotaUser(r)
	if a != nil {
		return a
	}
	var b struct{ Count, Size json.RawMessage }
	if err := json.Unmarshal(r.body, &b); err != nil {
		return badJSON(err)
	}
	set := limits{}
	for which, raw := range map[limit]json.RawMessage{count: b.Count, size: b.Size} {
		n, err := number(raw)
		switch {
		case err != nil:
			return badJSON(err)
		case n != nil && *n < -1:
			return failed(http.StatusBadRequest, invalidArgument, badQuota, "Quota limit should be positive")
		}
		set[which] = n
	}
	for _, which := range []limit{count, size} {
		s.setLimit(user, which, set[which])
	}
	return done()
}

// number reads a JSON number, also one in quotes; nil = null or not there.
func number(raw json.RawMessage) (*int64, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	text := string(raw)
	if err := json.Unmarshal(raw, &text); err != nil && raw[0] == '"' {
		return nil, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return &n, err
}

// listQuotas answers with the users that have an account, by name. Without
// Options.Memory it asks an index, which knows only those that hold mail.
func (s *Server) listQuotas(r *request) *answer {
	offset, most, a := page(r)
	if a != nil {
		return a
	}
	for _, ratio := range []string{"minOccupationRatio", "maxOccupationRatio"} {
		if v, err := strconv.ParseFloat(r.query.Get(ratio), 64); r.query.Has(ratio) && (err != nil || v < 0) {
			return failed(http.StatusBadRequest, invalidArgument, "Can not parse "+ratio, r.query.Get(ratio))
		} else if v > 0 && ratio == "minOccupationRatio" { // nothing holds anything
			return ok([]any{})
		}
	}
	type one struct {
		Detail   quotaDetails `json:"detail"`
		Username string       `json:"username"`
	}
	out := []one{}
	for _, user := range slices.Sorted(maps.Keys(s.users)) {
		if r.query.Has("domain") && domainOf(user) != lower(r.query.Get("domain")) || !s.opt.Memory && len(s.mailboxes[user]) == 0 {
			continue
		}
		out = append(out, one{s.details(user), user})
	}
	out = out[min(offset, len(out)):]
	return ok(out[:min(most, len(out))])
}

// page reads the parameters offset and limit.
func page(r *request) (offset, most int, a *answer) {
	most = math.MaxInt
	for name, into := range map[string]*int{"limit": &most, "offset": &offset} {
		text := r.query.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		switch {
		case err != nil:
			return 0, 0, failed(http.StatusBadRequest, invalidArgument, "Can not parse "+name, fmt.Sprintf("For input string: %q", text))
		case n < 0:
			return 0, 0, failed(http.StatusBadRequest, invalidArgument, name+" can not be less than zero", "")
		case n == 0 && name == "limit":
			return 0, 0, failed(http.StatusBadRequest, invalidArgument, "limit can not be equal to zero", "")
		}
		*into = n
	}
	return offset, most, nil
}
