package core

// Row is one pairing of the base: the last state on which both sides agreed.
type Row struct {
	// N numbers the rows of a link; numbers are small and never used again.
	N     int64  `json:"n"`
	Key   Key    `json:"key,omitempty"`
	Owner string `json:"owner,omitempty"`
	Size  int64  `json:"size"`
	// Time the item was received or made, Unix seconds; 0 = unknown.
	Time int64    `json:"time,omitempty"`
	Side [2]Bound `json:"side"`
	// Marks agreed, of the vocabulary that both sides hold.
	Marks  Marks  `json:"marks,omitempty"`
	Origin Origin `json:"origin"`
	// GoneSince is when (Unix seconds) an item that waits for its grace was
	// first seen gone; 0 = it is there.
	GoneSince int64 `json:"goneSince,omitempty"`
	// GonePasses counts the complete passes that saw it gone.
	GonePasses int `json:"gonePasses,omitempty"`
	// Renaming is the Key that a rename was begun to, whose end is unknown: what
	// stands there now is ours. "" = none.
	Renaming Key `json:"renaming,omitempty"`
	// MovedTo is the row whose item was moved by copying, which left this one's
	// behind. Marks are then those that it had, and what users change of them
	// goes to that row's item. 0 = it is no such leftover.
	MovedTo int64 `json:"movedTo,omitempty"`
}

// Bound is one side of a row.
type Bound struct {
	// Ref is the current handle.
	Ref Ref `json:"ref"`
	// Place is the collection that both sides agreed on, in this side's
	// terms; it differs from Ref.Collection after a user's move, until that
	// is synced. "" = never agreed.
	Place CollectionID `json:"place,omitempty"`
	Same  Same         `json:"same,omitempty"`
	Rev   Rev          `json:"rev,omitempty"`
	Sum   Sum          `json:"sum,omitempty"`
	// Body as agreed, for kinds that merge; nil otherwise.
	Body []byte `json:"body,omitempty"`
	// Verbatim: Body is byte for byte what was read with Rev, so while the item
	// has that Rev it need not be read again.
	Verbatim bool `json:"verbatim,omitempty"`
	// Label and Where as last seen, for people.
	Label string `json:"label,omitempty"`
	Where string `json:"where,omitempty"`
	// None: this side never held it (what a half-done move or a rename left
	// behind); it counts as gone.
	None bool `json:"none,omitempty"`
	// Unproven: gone since a new incarnation, which may have lost it; it is
	// deleted on the other side only by consent.
	Unproven bool `json:"unproven,omitempty"`
	// Older: what is there now is an older version that was put back (a backup), so it
	// is no edit, and the agreed one comes back.
	Older bool `json:"older,omitempty"`
}

// Origin tells who made the item on the written side.
type Origin string

const (
	Ours    Origin = "ours"
	Adopted Origin = "adopted"
)

// SumOf returns the digest known of a row: that of the side, else (kinds whose
// bodies are equal on both sides) that of the other.
func (r *Row) SumOf(s Side) Sum {
	if sum := r.Side[s].Sum; sum != "" {
		return sum
	}
	return r.Side[s.Other()].Sum
}

// CollectionRow pairs two collections; it is decided by the same table as items.
type CollectionRow struct {
	N    int64           `json:"n"`
	Side [2]CollectionAt `json:"side"`
	// Out: the configuration excludes it now; its rows are kept untouched.
	Out bool `json:"out,omitempty"`
	// Renaming is a rename of ours that was begun and whose end is not known; the
	// zero value = none.
	Renaming CollectionRenaming `json:"renaming,omitzero"`
}

// CollectionRenaming is what is written down before one side's collection is
// renamed as the other's was, so that it is not taken for a user's rename later.
type CollectionRenaming struct {
	Side Side `json:"side"`
	// Agreed paths, once it is done.
	Agreed [2]string `json:"agreed"`
}

// On tells whether a side of the pair takes part in a pass.
func (r CollectionRow) On(x Side) bool { return !r.Out && !r.Side[x].None }

// CollectionAt is one side of a pair of collections.
type CollectionAt struct {
	// Collection as of the last look at it.
	Collection Collection `json:"collection"`
	// Agreed is the path on which both sides agreed: after a rename on one
	// side it differs from the collection's, until that is carried over.
	Agreed string `json:"agreed,omitempty"`
	// Color that it had when the colours of both sides were last settled, be they
	// equal or not; "" = none.
	Color string `json:"color,omitempty"`
	// None: this side has no such collection (yet, or any more).
	None bool `json:"none,omitempty"`
}

// Intent is written to the journal before a write and removed in the commit
// that stores its effect. What it holds suffices to find out later whether
// the write has happened.
type Intent struct {
	N    int64  `json:"n"`
	Run  string `json:"run,omitempty"`
	Op   Op     `json:"op"`
	Side Side   `json:"side"`
	// Row that the write concerns; 0 = it makes a new one.
	Row int64 `json:"row,omitempty"`
	// At is the target as it was; for OpCreate the collection, and the ID that
	// was chosen where creates are Named.
	At Ref `json:"at"`
	// To is the destination of a create, move or place.
	To CollectionID `json:"to,omitempty"`
	// Source of a create on the other side.
	Source Stub `json:"source"`
	// Incarnation of At.Collection, and of the source's.
	Incarnation       Incarnation `json:"incarnation,omitempty"`
	SourceIncarnation Incarnation `json:"sourceIncarnation,omitempty"`
	// Marks planned, and the bits of them that this write changes.
	Marks Marks `json:"marks,omitempty"`
	Bits  Marks `json:"bits,omitempty"`
	Key   Key   `json:"key,omitempty"`
	Sum   Sum   `json:"sum,omitempty"`
	Size  int64 `json:"size"`
	// Positions of all collections of the side before the write.
	Positions map[CollectionID]Watermark `json:"positions,omitempty"`
	// Twins: a body like the one to delete lies elsewhere on the side.
	Twins  bool   `json:"twins,omitempty"`
	Origin Origin `json:"origin,omitempty"`
	// Bodies of an update that merges: what stood there, what is sent, what
	// the other side had, and the properties carried.
	Old     []byte   `json:"old,omitempty"`
	Sent    []byte   `json:"sent,omitempty"`
	From    []byte   `json:"from,omitempty"`
	Carried []string `json:"carried,omitempty"`
	// Restore: a create that brings back one side of an existing row.
	Restore bool `json:"restore,omitempty"`
	// Both: a deletion after which the other side's item is to go too.
	Both  bool   `json:"both,omitempty"`
	Owner string `json:"owner,omitempty"`
}

// Watermark is where a collection stood: IDs beyond it were issued later.
type Watermark struct {
	Position    uint64      `json:"position"`
	Incarnation Incarnation `json:"incarnation,omitempty"`
}

// Beyond tells whether a stub may have been made after the mark was taken.
func (m Watermark) Beyond(s Stub, now Incarnation) bool {
	return s.Position == 0 || m.Incarnation != now || s.Position > m.Position
}
