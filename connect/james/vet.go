package james

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
)

// Vet implements core.Vetter: what is made must lie in a domain that the server
// manages. Where a forward or a mapping leads to may be anywhere.
func (r *Replica) Vet(w core.Write) error {
	if r.domains == nil || w.Op != core.OpCreate && w.Op != core.OpRename {
		return nil
	}
	e, ok := element.Parse(w.Item.Key)
	if !ok {
		return permanent("james.Vet", string(w.Item.Key), "it is not the key of an element")
	}
	addresses := []string{e.Owner}
	switch e.Resource {
	case element.Alias:
		addresses = append(addresses, e.Name)
	case element.Identity:
		return nil // may be made before its account, in any domain
	case element.Contact:
		if d := r.config.Domains; d != nil && !slices.ContainsFunc(d, func(d string) bool { return strings.EqualFold(d, element.Domain(e.Owner)) }) {
			return permanent("james.Vet", e.Owner, "contacts of this domain are not wanted")
		}
	}
	for _, address := range addresses {
		if domain := element.Domain(address); !r.domains[domain] {
			return &core.Error{Op: "james.Vet", Class: core.Permanent, Thing: address,
				Err: fmt.Errorf("the server does not manage the domain %q", domain), Remedy: "PUT /domains/" + domain + ", or correct the address"}
		}
	}
	return nil
}
