package engine

import (
	"lockstep/core"
)

// Counts of what was written to one side.
type Counts struct {
	Created int `json:"created"`
	Updated int `json:"updated"`
	Marked  int `json:"marked"`
	Moved   int `json:"moved"`
	Deleted int `json:"deleted"`
	// Renamed accounts, of a provisioning.
	Renamed int `json:"renamed,omitempty"`
}

// Count counts one write.
func (c *Counts) Count(op core.Op) {
	switch op {
	case core.OpCreate, core.OpPlace:
		c.Created++
	case core.OpUpdate:
		c.Updated++
	case core.OpMark:
		c.Marked++
	case core.OpMove:
		c.Moved++
	case core.OpDelete:
		c.Deleted++
	case core.OpRename:
		c.Renamed++
	}
}

// Plus adds up two.
func (c Counts) Plus(o Counts) Counts {
	return Counts{
		Created: c.Created + o.Created, Updated: c.Updated + o.Updated, Marked: c.Marked + o.Marked,
		Moved: c.Moved + o.Moved, Deleted: c.Deleted + o.Deleted, Renamed: c.Renamed + o.Renamed,
	}
}

// Total of all writes.
func (c Counts) Total() int {
	return c.Created + c.Updated + c.Marked + c.Moved + c.Deleted + c.Renamed
}

// Report of one pass.
type Report struct {
	Link  string `json:"link"`
	Run   string `json:"run"`
	Left  Counts `json:"left"`
	Right Counts `json:"right"`
	// Folders made, renamed and deleted.
	Folders int `json:"folders"`
	// Conflicts found, Parked items in all, Unsettled writes whose outcome is
	// still unknown, Dropped steps that the next pass plans again. What is
	// refused for good, and what needs it, is parked and not dropped.
	Conflicts int `json:"conflicts"`
	Parked    int `json:"parked"`
	Unsettled int `json:"unsettled"`
	Dropped   int `json:"dropped"`
	// PutOff of the dropped steps were tried as often as they may be: another pass right
	// after this one would only wait once more.
	PutOff int `json:"-"`
	// Again: another pass right after this one has something to do: a deletion
	// went to a trash that is kept in step too, what was moved by copying is to
	// be removed where it was, or a name is free now.
	Again bool `json:"-"`
	// Yielded: the pass ended early for something newer (Options.Yield).
	Yielded      bool    `json:"-"`
	BytesRead    int64   `json:"bytes_read"`
	BytesWritten int64   `json:"bytes_written"`
	Requests     int64   `json:"requests"`
	Seconds      float64 `json:"seconds"`
	// PlanID names the held deletions ("" = none are held).
	PlanID string `json:"plan_id,omitempty"`
	Held   int    `json:"held"`
	// Kept copies of what was deleted or overwritten, for undo.
	Kept int `json:"-"`
	// Planned is how many steps there were to do.
	Planned int `json:"-"`
	// Torn: a listing kept changing, so nothing was concluded from it.
	Torn bool `json:"torn,omitempty"`
	// InPart tells which sides were not listed to their end, so that nothing is
	// concluded from what they did not name.
	InPart [2]bool   `json:"in_part,omitzero"`
	Plan   core.Plan `json:"-"`
	// Paths of the collections, for printing the plan.
	Paths [2]map[core.CollectionID]string `json:"-"`
}

// Writes that were made.
func (r *Report) Writes() int { return r.Left.Total() + r.Right.Total() }

func (r *Report) side(x core.Side) *Counts {
	if x == core.Left {
		return &r.Left
	}
	return &r.Right
}
