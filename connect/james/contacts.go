package james

import (
	"context"
	"hash/fnv"
	"slices"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/protocol/webadmin"
)

// verifyPasses is how many passes it takes to read every name again.
const verifyPasses = 16

// listContacts lists the contacts of the domains. Webadmin has lists of their
// addresses, but tells a name only one by one: it is read if the address was not
// listed before, and else in one of verifyPasses passes; in the others it counts
// as what it was. A listing from the beginning reads all of them.
func (r *Replica) listContacts(ctx context.Context, listings int) ([]listed, error) {
	addresses, err := r.contactAddresses(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]listed, len(addresses))
	var unknown []int
	for at := 0; at < len(addresses); at += pageSize {
		n := min(pageSize, len(addresses)-at)
		known := map[core.Ref]core.Stub{}
		if r.recall != nil && listings > 0 {
			refs := make([]core.Ref, n)
			for i, address := range addresses[at : at+n] {
				refs[i] = place{resource: element.Contact, owner: address}.ref()
			}
			known = r.recall(refs)
		}
		for i := at; i < at+n; i++ {
			p := place{resource: element.Contact, owner: addresses[i]}
			if all[i] = contactAsKnown(p, known[p.ref()], listings); all[i].known == nil {
				unknown = append(unknown, i)
			}
		}
	}
	err = parallel(ctx, r.config.MaxConnections, len(unknown), func(ctx context.Context, n int) error {
		l := &all[unknown[n]]
		contact, found, err := r.client.Contact(ctx, l.owner)
		if err != nil || !found {
			return err
		}
		s := l.place.stub(valueOf(contact))
		l.known = &s
		return nil
	})
	return slices.DeleteFunc(all, func(l listed) bool { return l.known == nil }), err // it went in the meantime
}

// contactAsKnown lists a contact as it was, if that will do.
func contactAsKnown(p place, was core.Stub, listings int) listed {
	l := listed{place: p}
	e, err := p.element()
	switch {
	case err != nil:
		bad := p.bad(e.Owner, err.Error())
		l.known = &bad
	case was.Sum == "" || was.Bad != "" || was.Key != e.Key() || due(p.id(), listings):
	default:
		s := e.Stub()
		s.ID, s.Sum, s.Size, s.Label = p.id(), was.Sum, was.Size, was.Label
		l.known = &s
	}
	return l
}

// due tells whether a contact's name is to be read again in this listing.
func due(id core.ID, listings int) bool {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32()%verifyPasses) == listings%verifyPasses
}

func valueOf(c webadmin.Contact) element.Value {
	return element.Value{Given: c.First, Family: c.Surname}
}

// contactAddresses lists the addresses of the contacts that are wanted.
func (r *Replica) contactAddresses(ctx context.Context) ([]string, error) {
	if r.config.Domains == nil {
		addresses, err := r.client.Contacts(ctx, "")
		return addresses, noContacts(err)
	}
	var out []string
	for _, domain := range r.config.Domains {
		addresses, err := r.client.Contacts(ctx, domain)
		if err != nil {
			return nil, noContacts(err)
		}
		out = append(out, addresses...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// noContacts tells a person what a server without the routes means.
func noContacts(err error) error {
	if !webadmin.NoRoute(err) {
		return err
	}
	return &core.Error{Op: "james.Contacts", Class: core.Permanent, Thing: string(element.Contact), Err: err,
		Remedy: "only TMail has domain contacts: take the contacts table out of the link"}
}
