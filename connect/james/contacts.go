package james

import (
	"context"
	"hash/fnv"
	"maps"
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
func (r *Replica) listContacts(ctx context.Context, listings int) ([]core.Stub, error) {
	addresses, err := r.contactAddresses(ctx)
	if err != nil {
		return nil, err
	}
	stubs := make([]core.Stub, len(addresses)) // without an ID: it went in the meantime
	refs := make([]core.Ref, len(addresses))
	for i, address := range addresses {
		refs[i] = place{resource: element.Contact, owner: address}.ref()
	}
	known := map[core.Ref]core.Stub{}
	if r.recall != nil && listings > 0 {
		for some := range slices.Chunk(refs, pageSize) {
			maps.Copy(known, r.recall(some))
		}
	}
	var unknown []int
	for i, address := range addresses {
		p := place{resource: element.Contact, owner: address}
		e, err := p.element()
		was, listed := known[refs[i]]
		switch {
		case err != nil:
			stubs[i] = p.bad(e.Owner, err.Error())
		case !listed || was.Sum == "" || was.Bad != "" || was.Key != e.Key() || due(refs[i].ID, listings):
			unknown = append(unknown, i)
		default:
			stubs[i] = e.Stub()
			stubs[i].ID, stubs[i].Sum, stubs[i].Size, stubs[i].Label = refs[i].ID, was.Sum, was.Size, was.Label
		}
	}
	err = parallel(ctx, r.config.MaxConnections, len(unknown), func(ctx context.Context, n int) error {
		i := unknown[n]
		p := place{resource: element.Contact, owner: addresses[i]}
		contact, found, err := r.client.Contact(ctx, p.owner)
		if err != nil || !found {
			return err
		}
		stubs[i] = p.stub(valueOf(contact))
		return nil
	})
	return slices.DeleteFunc(stubs, func(s core.Stub) bool { return s.ID == "" }), err
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
