package webadmind

import "net/http"

type forwardResponse struct {
	MailAddress string `json:"mailAddress"`
}

func (s *Server) listForwarders(*request) *answer {
	return ok(sortedKeys(s.table.sources[forwardKind]))
}

// listForwards answers 404 where there are none, unlike aliases and mappings.
func (s *Server) listForwards(r *request) *answer {
	user, a := s.address(r.params[0], "base forward")
	if a != nil {
		return a
	}
	out := []forwardResponse{}
	for _, m := range s.table.of[lower(user)] {
		if m.Kind == forwardKind {
			out = append(out, forwardResponse{m.To})
		}
	}
	if len(out) == 0 {
		return failed(http.StatusNotFound, invalidArgument, "The forward does not exist", "")
	}
	return ok(out)
}

func targetMissing(*request) *answer {
	return failed(http.StatusBadRequest, invalidArgument, "A destination address needs to be specified in the path", "")
}

// putForward needs an account; its target may be anybody, the account included.
func (s *Server) putForward(r *request) *answer {
	user, a := s.address(r.params[0], "base forward")
	if a != nil {
		return a
	}
	if s.users[lower(user)] == nil {
		return failed(http.StatusNotFound, invalidArgument, "Requested base forward address does not correspond to a user", "")
	}
	target, a := s.address(r.params[1], "target forward")
	if a != nil {
		return a
	}
	if a := s.addForward(user, target); a != nil {
		return a
	}
	return done()
}

func (s *Server) addForward(user, target string) *answer {
	m := mapping{forwardKind, target}
	if s.table.has(lower(user), m) {
		return nil
	}
	return s.checked(lower(user), m)
}

func (s *Server) deleteForward(r *request) *answer {
	user, target, a := s.ends(r, "base forward", "target forward")
	if a != nil {
		return a
	}
	s.removeMapping(lower(user), mapping{forwardKind, target})
	return done()
}
