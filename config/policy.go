package config

import (
	"slices"
	"time"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/reconcile"
)

// Policy of the link for a pass that begins now.
func (l *Link) Policy(now time.Time) reconcile.Policy {
	p := reconcile.Policy{
		Mode:        reconcile.TwoWay,
		Write:       l.writes(),
		Deletes:     l.Deletes,
		Winner:      l.Conflict,
		Filter:      l.InScope(now),
		AdoptBySize: l.Kind == core.Mail,
		Guard:       l.Guard,
		Settle:      (l.Kind == core.Contact || l.Kind == core.Event) && !l.KeepBoth,
		Apart:       l.Left.Account.Restriction.NoMerge || l.Right.Account.Restriction.NoMerge,
	}
	if l.Mode == Provision {
		l.provision(&p)
	}
	for side, end := range l.Ends() {
		p.Trash[side] = l.trashRole(end.Account.Address)
		p.DeleteMarks[side] = l.Kind == core.Mail && end.Account.Address.Local() && l.Trash != Flags
	}
	return p
}

// provision adds what makes a policy that of a provisioning.
func (l *Link) provision(p *reconcile.Policy) {
	p.Mode = reconcile.Provision
	p.OwnerResource = element.User.Collection()
	p.GraceSeconds, p.GracePasses = int64(l.Departed.Grace/time.Second), l.Departed.GracePasses
	p.Protected = func(owner string) bool {
		return slices.ContainsFunc(l.Departed.Protected, func(glob AddressPattern) bool { return glob.Match(owner) })
	}
	p.Resources = map[core.CollectionID]reconcile.Resource{}
	for of, r := range map[element.Resource]reconcile.Resource{
		element.User:     {Exact: true},
		element.Alias:    {Exact: true, Order: 1},
		element.Mapping:  {Exact: true, Order: 2},
		element.Forward:  {Order: 2}, // additive: users make their own
		element.Quota:    {Exact: true, Order: 2},
		element.Contact:  {Exact: true, Order: 2},
		element.Identity: {CreateOnly: true, Order: 3},
	} {
		r.NeedsOwner = of.NeedsOwner()
		said, there := l.Provisioned(of)
		switch {
		case there:
			r.NoCreate, r.NoUpdate, r.NoDelete = !said.Create, !said.Update, !said.Delete
		case of == element.User: // looked at all the same: they are the owners
			r.NoCreate, r.NoUpdate, r.NoDelete = true, true, true
		default:
			continue
		}
		if of == element.User && !l.Departed.Accounts {
			r.NoDelete = true
		}
		p.Resources[of.Collection()] = r
	}
}

// writes tells which sides a mode writes to.
func (l *Link) writes() [2]bool {
	switch l.Mode {
	case LeftToRight, Provision:
		return [2]bool{core.Right: true}
	case RightToLeft:
		return [2]bool{core.Left: true}
	}
	return [2]bool{true, true}
}

// trashRole is where a deletion goes on a side: on a server as configured; on
// this machine nowhere, as the undo area keeps it.
func (l *Link) trashRole(a Address) core.Role {
	switch {
	case l.Kind != core.Mail || a.Local() || l.Trash == Expunge:
		return core.RoleNone
	case l.Trash == ToArchive:
		return core.RoleArchive
	}
	return core.RoleTrash
}
