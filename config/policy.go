package config

import (
	"time"

	"lockstep/core"
	"lockstep/reconcile"
)

// Policy of the link for a pass that begins now. Resources, owners and grace
// of provisioning are the connector's to add.
func (l *Link) Policy(now time.Time) reconcile.Policy {
	p := reconcile.Policy{
		Mode:        reconcile.TwoWay,
		Write:       l.writes(),
		Deletes:     l.Deletes,
		Winner:      l.Conflict,
		Filter:      l.InScope(now),
		AdoptBySize: l.Kind == core.Mail,
		Guard:       l.Guard,
	}
	if l.Mode == Provision {
		p.Mode = reconcile.Provision
	}
	for side, end := range l.Ends() {
		p.Trash[side] = l.trashRole(end.Account.Address)
		p.DeleteMarks[side] = l.Kind == core.Mail && end.Account.Address.Local() && l.Trash != Flags
	}
	return p
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
