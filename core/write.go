package core

// Op is one sort of write; it is printed as it is in plans.
type Op rune

const (
	OpCreate Op = '+' // a new item with a body
	OpUpdate Op = '~' // a new body for an item
	OpMark   Op = '#' // marks added and removed; the body stays
	OpMove   Op = '>' // from one collection to another; the body stays
	OpPlace  Op = '&' // the item also appears in another collection; the body stays
	OpDelete Op = '-' // removed from this collection; never destroyed elsewhere
	OpRename Op = '=' // another Key for an item, and for what follows it (Renamer); the body stays
)

func (o Op) String() string {
	switch o {
	case OpCreate:
		return "create"
	case OpUpdate:
		return "update"
	case OpMark:
		return "mark"
	case OpMove:
		return "move"
	case OpPlace:
		return "place"
	case OpDelete:
		return "delete"
	case OpRename:
		return "rename"
	}
	return "op " + string(rune(o))
}

// Safety says why a write of some Op cannot harm what its plan has not seen.
type Safety uint8

const (
	// Unsupported: the replica cannot do it. The engine does it another way
	// (a move as place or create, then delete) or reports that it cannot.
	Unsupported Safety = iota
	// Blind: nothing is checked and the new ID may stay unknown. Legal for
	// OpCreate, OpPlace and OpMove only: the engine finds the product by its Sum.
	Blind
	// Checked: done only if Write.If holds; a create only if the Key is absent
	// (unique-key kinds) or under a name that nobody else has.
	Checked
	// Commutative: adds or removes one mark, label or element.
	Commutative
	// Reread: read, compare, write; a bounded window remains. Never for marks.
	Reread
)

func (s Safety) String() string {
	return [...]string{"unsupported", "blind", "checked", "commutative", "re-read"}[min(int(s), 4)]
}

// Operations declares, per operation, how it is safe. Doctor prints it and
// replicatest asserts it.
type Operations struct {
	Create, Update, Mark, Move, Place, Delete, Rename Safety
	// Shared: one ID can be in several collections (labels), and its marks
	// are the same in all of them.
	Shared bool
	// Named: a create is told the ID to use (Write.Ref.ID), and refused with
	// Conflict if it is taken: an unanswered one is found by its ID.
	Named bool
	// AsSent: it was proved to store exactly what it is sent (files do).
	// What is missing from a body there was removed by somebody.
	AsSent bool
}

// Of returns the safety of an operation.
func (o Operations) Of(op Op) Safety {
	switch op {
	case OpCreate:
		return o.Create
	case OpUpdate:
		return o.Update
	case OpMark:
		return o.Mark
	case OpMove:
		return o.Move
	case OpPlace:
		return o.Place
	case OpDelete:
		return o.Delete
	case OpRename:
		return o.Rename
	}
	return Unsupported
}

// Condition must hold for a checked write; empty fields ask nothing.
type Condition struct {
	// Rev that the item must have.
	Rev Rev `json:"rev,omitempty"`
	// Sum that the body must have; asked only where Rev is unknown.
	Sum Sum `json:"sum,omitempty"`
	// Marks that the item must have, and no other of those that Of holds; Of
	// holding nothing asks nothing. Only the deletion of what a move by copying
	// left behind asks (Move unsupported, Place not), so that a new mark of it is
	// not lost.
	Marks Marks      `json:"marks,omitempty"`
	Of    Vocabulary `json:"of,omitzero"`
	// Absent: no item with this Key may be there (unique-key kinds); for
	// OpRename, with the new Key.
	Absent bool `json:"absent,omitempty"`
}

// Write is one change to one side.
type Write struct {
	// Seq is the caller's number of the write; its Result bears it.
	Seq int
	Op  Op
	// Ref of the item as it is now; for OpCreate the collection, and the ID to
	// use if the replica's creates are Named.
	Ref Ref
	// To is the destination of OpMove and OpPlace.
	To CollectionID
	// Incarnation of Ref.Collection that the plan saw; another one now is an
	// error of class Resync. "" = not checked.
	Incarnation Incarnation
	If          Condition
	// Add and Remove are the marks of OpMark; OpCreate sets Add.
	Add, Remove Marks
	// Item with the body of OpCreate and OpUpdate; Key, Owner, Size, Sum and
	// Time are set. OpRename has the new Key and Owner, and no body.
	Item Item
}

// Result of one write.
type Result struct {
	Seq int
	// Stub as it is after the write; an empty ID = the server did not tell.
	// The stub of a deleted item is empty.
	Stub Stub
	// AsSent: the server was proved to store exactly what it is sent, so
	// Stub.Sum and Stub.Rev are those of the sent body. Otherwise the engine
	// reads back.
	AsSent bool
}
