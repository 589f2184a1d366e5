package core

import "io"

// Kind of item. Engine and reconcile never branch on it: what differs from
// kind to kind is data (Traits) or the Merger.
type Kind string

const (
	Mail    Kind = "mail"
	Contact Kind = "contact"
	Event   Kind = "event"
	Entry   Kind = "entry"
)

// Traits is what the engine must know of a kind.
type Traits struct {
	// UniqueKeys: at most one item of a side bears a Key, so the Key alone is
	// evidence. Otherwise Keys are a multiset and bodies are the evidence.
	UniqueKeys bool
	// Immutable: an ID has one body for ever, except stubs marked Mutable.
	Immutable bool
	// Digest reads a body and returns its canonical Sum and size in bytes.
	Digest func(body io.Reader) (Sum, int64, error)
	// Merger of bodies; nil = bodies never merge and are not kept.
	Merger Merger
	// KeyOf tells which Key a body bears itself; "" = none, or it does not parse.
	// nil = that is not known of any.
	KeyOf func(body []byte) Key
	// DeleteMark: a mark by which a user's program asks for the deletion of
	// the item ("" = none).
	DeleteMark string
}

// Merger merges bodies of one kind; it is pure. Bodies that do not parse give
// a Permanent error and the item is parked.
type Merger interface {
	// Sum is the digest of what a body means: bodies with equal Sums are
	// equal. It is the same for both sides.
	Sum(body []byte) (Sum, error)

	// Merge compares each side with its own base body, property by property.
	// A property that both sides changed differently collides: each side
	// keeps its own value. An edit beats the deletion of a property.
	Merge(base, now [2][]byte) (Merge, error)

	// Landed tells whether an update whose outcome is unknown has happened:
	// only if a value that it carried is stored now and was not there before.
	// held is that of Commit: what is never held is missing either way.
	Landed(old, sent, stored []byte, carried []string, held func(property string) bool) bool

	// Commit returns the base bodies after a write of sent to side to, which
	// carried some properties of the other side's body from, and left stored.
	// Only the carried properties change. held tells whether that server was
	// seen to hold a property; what it never holds is its rendition, and a
	// property that it does hold but that is missing was deleted by somebody.
	// exact: stored is proved to be the answer to this very write.
	Commit(base [2][]byte, to Side, carried []string, from, sent, stored []byte, exact bool, held func(property string) bool) ([2][]byte, error)

	// Properties lists the classes of properties of a body, for held.
	Properties(body []byte) []string

	// Fit leaves out of a body what its item can do without (a photo), the largest
	// first, until it has no more bytes than most, and names the properties that it
	// left out; nil = that does not suffice.
	Fit(body []byte, most int64) (fitted []byte, without []string)
}

// Merge is the outcome of a three-way merge.
type Merge struct {
	// To is the body to write to each side; nil = the side has it already.
	To [2][]byte
	// Carried names the properties that each write carries.
	Carried [2][]string
	// Base is the base bodies with agreements and collisions committed, which
	// need no write.
	Base [2][]byte
	// Collisions in order of their property.
	Collisions []Collision
}

// Collision is a property that both sides changed differently.
type Collision struct {
	Property string    `json:"property"`
	Value    [2]string `json:"value"`
}
