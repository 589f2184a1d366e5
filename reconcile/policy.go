package reconcile

import "lockstep/core"

// Mode of a link.
type Mode string

const (
	TwoWay    Mode = "two-way"
	Provision Mode = "provision" // desired (left) to actual (right)
)

// Policy of a link: data, given once, the same for every kind.
type Policy struct {
	Mode Mode
	// Write tells which sides may be written.
	Write [2]bool
	// Deletes tells which sides deletions may be written to.
	Deletes [2]bool
	// Winner of conflicts that do not merge.
	Winner core.Side
	// Trash: a deletion on this side moves the item to the collection of this
	// role, if there is one ("" = it is removed).
	Trash [2]core.Role
	// DeleteMarks: the kind's DeleteMark, newly set on this side, is a wish
	// to delete.
	DeleteMarks [2]bool
	// Filter tells whether an item without a row is in the link's scope and,
	// if not, why; nil = all are. A filter never deletes.
	Filter func(core.Stub, core.Collection) (bool, string)
	// AdoptBySize: items without a row whose Sum is unknown are adopted by
	// equal Key and size when there is one on each side.
	AdoptBySize bool
	Guard       GuardPolicy
	// Settle: of a property that both sides changed differently, Winner's value
	// goes to both, and the other is kept in the record. Otherwise each side
	// keeps its own until a person settles it.
	Settle bool
	// Apart: items that were on both sides before us are one only if they are
	// equal; others of the same Key stay as they are, and are reported.
	Apart bool

	// Provisioning, by collection of the right side.
	Resources map[core.CollectionID]Resource
	// OwnerResource is the collection whose items are the owners.
	OwnerResource core.CollectionID
	// GraceSeconds and GracePasses that an owner must be gone before its
	// items are deleted: both must have passed.
	GraceSeconds int64
	GracePasses  int
	// Protected tells whether an owner is never deleted, nor what it has; nil =
	// none is.
	Protected func(owner string) bool
}

// Resource is the policy of one provisioned collection.
type Resource struct {
	// Exact: items of a named owner that the left lacks are deleted, whoever
	// made them. Otherwise (additive) only items of origin ours are.
	Exact bool
	// CreateOnly: never updated, never deleted.
	CreateOnly bool
	// NoCreate, NoUpdate and NoDelete switch steps off, and say so: elements
	// that are missing, elements of living owners that differ or are no longer
	// wished, and elements of owners that are gone.
	NoCreate, NoUpdate, NoDelete bool
	// NeedsOwner: it can only stand where its owner does.
	NeedsOwner bool
	// Order of creates and updates; deletes run in the opposite order.
	Order int
}

// GuardPolicy holds deletions back when a plan has too many of them.
type GuardPolicy struct {
	// Percent and Count must both be exceeded in a collection (of owners when
	// provisioning). Count also is the size from which on an emptied
	// collection or side is suspicious. Percent 0 = no guard.
	Percent int
	Count   int
}

// DefaultGuard returns the limits for a mode: 20 % and 10 items two-way, 5 %
// and 5 owners when provisioning.
func DefaultGuard(m Mode) GuardPolicy {
	if m == Provision {
		return GuardPolicy{Percent: 5, Count: 5}
	}
	return GuardPolicy{Percent: 20, Count: 10}
}
