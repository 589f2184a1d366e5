package james

import (
	"errors"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/protocol/webadmin"
)

// place is an element as its path on the server spells it.
type place struct {
	resource    element.Resource
	owner, name string
}

// id is the path.
func (p place) id() core.ID {
	switch p.resource {
	case element.Alias:
		return core.ID("address/aliases/" + p.owner + "/sources/" + p.name)
	case element.Forward:
		return core.ID("address/forwards/" + p.owner + "/targets/" + p.name)
	case element.Mapping:
		return core.ID("mappings/address/" + p.owner + "/targets/" + p.name)
	case element.Quota:
		return core.ID("quota/users/" + p.owner + "/size")
	case element.Contact:
		local, domain := cut(p.owner)
		return core.ID("domains/" + domain + "/contacts/" + local)
	case element.Identity:
		return core.ID("users/" + p.owner + "/identities")
	}
	return core.ID("users/" + p.owner)
}

func (p place) ref() core.Ref { return core.Ref{Collection: p.resource.Collection(), ID: p.id()} }

// placeOf reads an ID; false = it is none of ours, or a name in it holds a "/".
func placeOf(ref core.Ref) (p place, ok bool) {
	p.resource = element.Resource(ref.Collection)
	part := strings.Split(string(ref.ID), "/")
	at := func(i int) string {
		if i < len(part) {
			return part[i]
		}
		return ""
	}
	switch p.resource {
	case element.User, element.Identity:
		p.owner = at(1)
	case element.Alias, element.Forward, element.Mapping:
		p.owner, p.name = at(2), at(4)
	case element.Quota:
		p.owner = at(2)
	case element.Contact:
		p.owner = at(3) + "@" + at(1)
	}
	return p, p.resource.Known() && p.id() == ref.ID
}

// placeAt is where an element stands, in its own spelling.
func placeAt(e element.Element) place {
	return place{resource: e.Resource, owner: e.Owner, name: e.Name}
}

// ofMapping is the place of a mapping; false = of a type that is not ours.
func ofMapping(m webadmin.Mapping) (place, bool) {
	switch m.Type {
	case webadmin.Alias:
		return place{resource: element.Alias, owner: m.Target, name: m.Source}, true
	case webadmin.Forward:
		return place{resource: element.Forward, owner: m.Source, name: m.Target}, true
	case webadmin.Address:
		return place{resource: element.Mapping, owner: m.Source, name: m.Target}, true
	}
	return place{}, false
}

// mapping of an alias, a forward or an address mapping.
func (p place) mapping() webadmin.Mapping {
	switch p.resource {
	case element.Alias:
		return webadmin.Mapping{Source: p.name, Type: webadmin.Alias, Target: p.owner}
	case element.Forward:
		return webadmin.Mapping{Source: p.owner, Type: webadmin.Forward, Target: p.name}
	}
	return webadmin.Mapping{Source: p.owner, Type: webadmin.Address, Target: p.name}
}

// element normalises the spelling. An error says why it is none that could be
// provisioned; the owner is set as far as it is known.
func (p place) element() (e element.Element, err error) {
	e.Resource = p.resource
	if e.Owner, err = account(p.owner); err != nil {
		e.Owner = strings.ToLower(p.owner)
		return e, err
	}
	switch p.resource {
	case element.Alias:
		e.Name, err = account(p.name)
	case element.Forward, element.Mapping:
		if err = trimmed(p.name); err == nil {
			e.Name, err = element.Target(p.name)
		}
	}
	return e, err
}

func account(name string) (string, error) {
	if err := trimmed(name); err != nil {
		return "", err
	}
	return element.Account(name)
}

// trimmed refuses what only looks like an address: the server has it with the
// blank.
func trimmed(name string) error {
	if strings.TrimSpace(name) != name {
		return errors.New("an address that begins or ends with a blank")
	}
	return nil
}

// stub lists an element with its value. One that does not parse is Bad, under a
// Key that nobody wishes.
func (p place) stub(v element.Value) core.Stub {
	e, err := p.element()
	if err != nil {
		return p.bad(e.Owner, err.Error())
	}
	e.Value = v
	s := e.Stub()
	s.ID = p.id()
	return s
}

func (p place) bad(owner, why string) core.Stub {
	key := string(p.resource) + "/" + p.owner
	if p.name != "" {
		key += "/" + p.name
	}
	return core.Stub{Ref: p.ref(), Key: core.Key(key), Size: -1, Owner: owner, Bad: why}
}

func cut(address string) (local, domain string) {
	at := strings.LastIndexByte(address, '@')
	return address[:max(at, 0)], address[at+1:]
}
