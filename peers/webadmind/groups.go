package webadmind

import "net/http"

func (s *Server) listGroups(*request) *answer { return ok(sortedKeys(s.table.sources[groupKind])) }

func (s *Server) listMembers(r *request) *answer {
	group, a := s.address(r.params[0], "group")
	if a != nil {
		return a
	}
	out := []string{}
	for _, m := range s.table.of[lower(group)] {
		if m.Kind == groupKind {
			out = append(out, m.To)
		}
	}
	if len(out) == 0 {
		return failed(http.StatusNotFound, invalidArgument, "The group does not exist", "")
	}
	return ok(out)
}

func (s *Server) putMember(r *request) *answer {
	group, member, a := s.ends(r, "group", "group")
	if a != nil {
		return a
	}
	if a := s.addMember(group, member); a != nil {
		return a
	}
	return done()
}

// addMember looks for what the group would hide even where the member is there.
func (s *Server) addMember(group, member string) *answer {
	if a := s.shadows(group, groupKind); a != nil {
		return a
	}
	m := mapping{groupKind, member}
	if s.table.has(lower(group), m) {
		return nil
	}
	return s.checked(lower(group), m)
}

func (s *Server) deleteMember(r *request) *answer {
	group, member, a := s.ends(r, "group", "group")
	if a != nil {
		return a
	}
	s.removeMapping(lower(group), mapping{groupKind, member})
	return done()
}
