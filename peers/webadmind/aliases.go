package webadmind

import (
	"maps"
	"net/http"
	"slices"
)

type aliasResponse struct {
	Source string `json:"source"`
}

func (s *Server) listAliasOwners(*request) *answer { return ok(sortedKeys(s.table.aliases)) }

// sortedKeys is a list that is not nil.
func sortedKeys[V any](m map[string]V) []string {
	return append([]string{}, slices.Sorted(maps.Keys(m))...)
}

// listAliases answers with an empty list where there are none, whoever is asked
// for.
func (s *Server) listAliases(r *request) *answer {
	owner, a := s.address(r.params[0], "alias")
	if a != nil {
		return a
	}
	out := []aliasResponse{}
	for _, source := range sortedKeys(s.table.aliases[owner]) {
		out = append(out, aliasResponse{source})
	}
	return ok(out)
}

// putAlias: its owner need not exist, but his domain must.
func (s *Server) putAlias(r *request) *answer {
	owner, alias, a := s.ends(r, "alias", "alias")
	if a != nil {
		return a
	}
	if !s.managed(domainOf(owner)) {
		return failed(http.StatusBadRequest, invalidArgument, "Domain in the destination is not managed by the DomainList", "")
	}
	if a := s.addAlias(owner, alias); a != nil {
		return a
	}
	return done()
}

func (s *Server) addAlias(owner, alias string) *answer {
	m := mapping{aliasKind, owner}
	if s.table.has(lower(alias), m) {
		return nil
	}
	if a := s.shadows(alias, aliasKind); a != nil {
		return a
	}
	if lower(alias) == owner {
		return sameBothEnds()
	}
	return s.checked(lower(alias), m)
}

func (s *Server) deleteAlias(r *request) *answer {
	owner, alias, a := s.ends(r, "alias", "alias")
	if a != nil {
		return a
	}
	s.removeMapping(lower(alias), mapping{aliasKind, owner})
	return done()
}
