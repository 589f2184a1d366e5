package core

// Step is one planned write with its reason; a plan is data: printed,
// compared, saved, refused.
type Step struct {
	Side Side `json:"side"`
	Op   Op   `json:"op"`
	// Row it concerns; 0 = none yet.
	Row int64 `json:"row,omitempty"`
	// Ref of the target as it is; for creates only the collection.
	Ref Ref `json:"ref"`
	// To is the destination of a create, move, place, or of a deletion that
	// goes to the trash ("" = it does not).
	To CollectionID `json:"to,omitempty"`
	// Source of a body or place, on the other side; of a deletion, what is
	// known of the other side's item.
	Source Stub `json:"source"`
	// Before is the Label of the target as it is; the Source has the new one.
	Before string `json:"before,omitempty"`
	Key    Key    `json:"key,omitempty"`
	Size   int64  `json:"size,omitempty"`
	Time   int64  `json:"time,omitempty"`
	Owner  string `json:"owner,omitempty"`
	// Add and Remove are marks to write; Want is what both sides will have.
	Add    Marks     `json:"add,omitempty"`
	Remove Marks     `json:"remove,omitempty"`
	Want   Marks     `json:"want,omitempty"`
	If     Condition `json:"if"`
	// Body of an update that merges, the properties that it carries, and the
	// body that it merges from; nil = the source's body as it is.
	Body    []byte   `json:"body,omitempty"`
	From    []byte   `json:"from,omitempty"`
	Old     []byte   `json:"old,omitempty"`
	Carried []string `json:"carried,omitempty"`
	// Restore: a create that brings back one side of a row.
	Restore bool `json:"restore,omitempty"`
	// Both: the other side's item is to be deleted too. Otherwise an item that
	// is there on the other side is let go and paired anew.
	Both bool `json:"both,omitempty"`
	// Uncounted: the guard does not count this deletion (half of a move or of
	// a rename).
	Uncounted bool   `json:"uncounted,omitempty"`
	Origin    Origin `json:"origin,omitempty"`
	// Needs is the Tag of a step of the same plan that has to be carried out
	// before, in an earlier phase; "" = none.
	Needs string `json:"needs,omitempty"`
	// Phase orders steps; equal phases may run together.
	Phase int    `json:"phase"`
	Why   string `json:"why"`
}

// Tag names a step of a unique-key kind in its plan: what it does to which Key.
func (s Step) Tag() string { return string(rune(s.Op)) + string(s.Key) }

// Note is something that will not be done, and why.
type Note struct {
	Side Side `json:"side"`
	Ref  Ref  `json:"ref"`
	// Row and Key of the item; 0 and "" where the note speaks of more than one.
	Row int64  `json:"row,omitempty"`
	Key Key    `json:"key,omitempty"`
	Why string `json:"why"`
	// Owner whom it concerns; "" = none in particular.
	Owner string `json:"owner,omitempty"`
	// Where a person finds what is wrong, if not by its Key.
	Where string `json:"where,omitempty"`
	// Count of items that the note speaks of, if it is not about a single one.
	Count int `json:"count,omitempty"`
	// Parked: the item is bad or refused and stays so until it changes.
	Parked bool `json:"parked,omitempty"`
}

// ConflictRecord is a conflict: a disagreement that was settled or left open; both versions are
// kept.
type ConflictRecord struct {
	Row        int64       `json:"row"`
	Key        Key         `json:"key,omitempty"`
	Refs       [2]Ref      `json:"refs"`
	Why        string      `json:"why"`
	Collisions []Collision `json:"collisions,omitempty"`
	// Open: a person may still choose (conflicts resolve).
	Open bool `json:"open,omitempty"`
}

// CollectionStep is a planned change of the list of collections, or of the colour of one.
type CollectionStep struct {
	Side Side         `json:"side"`
	Op   CollectionOp `json:"op"`
	Row  int64        `json:"row,omitempty"`
	ID   CollectionID `json:"id,omitempty"`
	Path string       `json:"path"`
	Role Role         `json:"role,omitempty"`
	// Count of items that a deletion takes with it.
	Count int `json:"count,omitempty"`
	// Color that it gets, and the one that it has, which may be none.
	Color  string `json:"color,omitempty"`
	Before string `json:"before,omitempty"`
	Why    string `json:"why"`
}

// CollectionOp is one sort of change of the list of collections.
type CollectionOp string

const (
	CreateCollection CollectionOp = "create"
	RenameCollection CollectionOp = "rename"
	DeleteCollection CollectionOp = "delete"
	ColorCollection  CollectionOp = "colour"
)

// Plan is what a pass would do, in order.
type Plan struct {
	Collections []CollectionStep `json:"collections,omitempty"`
	Steps       []Step           `json:"steps,omitempty"`
	// Held deletions wait for consent; HeldID releases exactly them.
	Held            []Step           `json:"held,omitempty"`
	HeldCollections []CollectionStep `json:"heldCollections,omitempty"`
	HeldWhy         []string         `json:"heldWhy,omitempty"`
	HeldID          string           `json:"heldId,omitempty"`
	Conflicts       []ConflictRecord `json:"conflicts,omitempty"`
	Notes           []Note           `json:"notes,omitempty"`
	// Again: what is carried out makes room for more, which the next pass plans.
	Again bool `json:"again,omitempty"`
}

// Empty tells whether there is nothing to do, held deletions apart.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 && len(p.Collections) == 0 }
