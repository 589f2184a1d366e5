package webadmind

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// checked adds a mapping after all checks but those that differ from kind to
// kind; nil = it stands there now.
func (s *Server) checked(source string, m mapping) *answer {
	if !s.managed(domainOf(source)) {
		return failed(http.StatusBadRequest, invalidArgument, fmt.Sprintf("Source domain '%s' is not managed by the domainList", domainOf(source)), "")
	}
	looped, err := s.table.loops(source, m.To)
	switch {
	case err != nil:
		return unexpected()
	case looped:
		return failed(http.StatusConflict, wrongState,
			fmt.Sprintf("Creation of redirection of %s to %s would lead to a loop, operation not performed", source, m), "")
	}
	s.addMapping(source, m)
	return nil
}

func (s *Server) addMapping(source string, m mapping) {
	if s.table.add(source, m) {
		s.note("+", "%s", m.line(source))
	}
}

func (s *Server) removeMapping(source string, m mapping) {
	if s.table.remove(source, m) {
		s.note("-", "%s", m.line(source))
	}
}

func sameBothEnds() *answer {
	return failed(http.StatusBadRequest, invalidArgument, "Source and destination can't be the same!", "")
}

// shadows tells what an alias or a group would hide: an account, or a mapping of
// another kind.
func (s *Server) shadows(address string, k kind) *answer {
	address = lower(address)
	if s.users[address] != nil && !s.opt.Memory {
		return failed(http.StatusConflict, wrongState, failureUserExists(address), "")
	}
	for _, m := range s.table.of[address] {
		if m.Kind != k {
			return failed(http.StatusConflict, wrongState, failureMapped(address, m), "")
		}
	}
	return nil
}

// ends reads the two addresses of a path, the first of which is the source.
func (s *Server) ends(r *request, of, to string) (source, target string, a *answer) {
	if source, a = s.address(r.params[0], of); a != nil {
		return "", "", a
	}
	target, a = s.address(r.params[1], to)
	return source, target, a
}

// listMappings answers with all mappings of all sources: one question for every
// alias, forward, group and address mapping of the server.
func (s *Server) listMappings(*request) *answer { return ok(s.table.of) }

func (s *Server) listMappingsOf(r *request) *answer {
	user, a := username(r.params[0])
	if a != nil {
		return a
	}
	return ok(append([]mapping{}, s.table.of[user]...))
}

func (s *Server) postMapping(r *request) *answer {
	source, target, a := s.ends(r, "address", "address")
	if a != nil {
		return a
	}
	if a := s.addAddress(source, target); a != nil {
		return a
	}
	return done()
}

func (s *Server) addAddress(source, target string) *answer {
	m := mapping{addressKind, target}
	if s.table.has(lower(source), m) {
		return nil
	}
	if s.managed(domainOf(source)) && lower(source) == target { // the target as it is spelt
		return sameBothEnds()
	}
	return s.checked(lower(source), m)
}

func (s *Server) deleteMapping(r *request) *answer {
	source, target, a := s.ends(r, "address", "address")
	if a != nil {
		return a
	}
	s.removeMapping(lower(source), mapping{addressKind, target})
	return done()
}

// putMappings adds what its body names, of all kinds, and takes nothing away;
// what is refused ends it.
func (s *Server) putMappings(r *request) *answer {
	var all map[string][]mapping
	if err := json.Unmarshal(r.body, &all); err != nil {
		return badJSON(err)
	}
	for _, source := range slices.Sorted(maps.Keys(all)) {
		for _, m := range all[source] {
			from, err := mailAddress(source)
			if err != nil {
				return invalidArguments(err.Error())
			}
			to, err := mailAddress(m.To)
			if err != nil {
				return invalidArguments(err.Error())
			}
			var a *answer
			switch m.Kind {
			case aliasKind:
				a = s.addAlias(to, from)
			case forwardKind:
				a = s.addForward(from, to)
			case groupKind:
				a = s.addMember(from, to)
			case addressKind:
				a = s.addAddress(from, to)
			default:
				a = badJSON(fmt.Errorf("there is no mapping type %q", m.Kind))
			}
			if a != nil {
				return a
			}
		}
	}
	return done()
}
