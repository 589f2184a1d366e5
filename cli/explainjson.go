package cli

import "lockstep/core"

// itemJSON is all that is known of one item, for programs.
type itemJSON struct {
	Type string `json:"type"` // item
	Link string `json:"link"`
	Key  string `json:"key"`
	// Pairing is what both sides agreed on; null = none.
	Pairing *pairingJSON `json:"pairing"`
	Seen    []seenJSON   `json:"seen"`
	Open    []openJSON   `json:"open_writes"`
	Parked  []noteJSON   `json:"parked"`
	Log     []stepJSON   `json:"log"`
}

// pairingJSON is one row of the base.
type pairingJSON struct {
	Number int64    `json:"number"`
	Size   int64    `json:"size"` // bytes; -1 = unknown
	Marks  []string `json:"marks"`
	Origin string   `json:"origin"`         // ours, adopted
	Left   *atJSON  `json:"left,omitempty"` // missing = that side does not have it
	Right  *atJSON  `json:"right,omitempty"`
}

type atJSON struct {
	whereJSON
	// Value of an element, in words.
	Value string `json:"value,omitempty"`
	// MovedFrom is the folder that both sides agreed on, if it is another.
	MovedFrom string `json:"moved_from,omitempty"`
	// Unproven: gone since the folder was replaced or restored.
	Unproven bool `json:"unproven,omitempty"`
}

// seenJSON is what a side was last seen to have otherwise than agreed.
type seenJSON struct {
	Side string `json:"side"`
	whereJSON
	Gone  bool     `json:"gone,omitempty"`
	Size  int64    `json:"size"` // bytes; -1 = unknown
	Marks []string `json:"marks"`
	// Out of the window that is synced; Bad tells why it cannot be synced.
	Out bool   `json:"out,omitempty"`
	Bad string `json:"bad,omitempty"`
}

// openJSON is a write whose outcome is not known.
type openJSON struct {
	Run  string `json:"run"`
	Side string `json:"side"`
	Op   string `json:"op"`
	whereJSON
	To string `json:"to,omitempty"`
}

func (p paths) itemJSON(link string, k *known) itemJSON {
	out := itemJSON{
		Type: "item", Link: link, Key: string(k.key), Seen: []seenJSON{}, Open: []openJSON{}, Parked: []noteJSON{}, Log: []stepJSON{},
	}
	if k.row != nil {
		out.Pairing = &pairingJSON{
			Number: k.row.N, Size: k.row.Size, Marks: words(k.row.Marks), Origin: string(k.row.Origin),
			Left: p.atJSON(k.row, core.Left), Right: p.atJSON(k.row, core.Right),
		}
	}
	for _, o := range k.observed {
		out.Seen = append(out.Seen, seenJSON{
			Side: o.side.String(), whereJSON: p.where(o.side, o.Ref), Gone: o.Gone, Size: o.Size, Marks: words(o.Marks), Out: o.Out, Bad: o.Bad,
		})
	}
	for _, in := range k.open {
		open := openJSON{Run: in.Run, Side: in.Side.String(), Op: in.Op.String(), whereJSON: p.where(in.Side, in.At)}
		if in.To != "" && in.To != in.At.Collection {
			open.To = p.of(in.Side, in.To)
		}
		out.Open = append(out.Open, open)
	}
	for _, n := range k.parked {
		out.Parked = append(out.Parked, p.noteJSON(link, n))
	}
	for _, e := range k.entries {
		out.Log = append(out.Log, p.entryJSON(link, e))
	}
	return out
}

func (p paths) atJSON(row *core.Row, x core.Side) *atJSON {
	b := row.Side[x]
	if b.None {
		return nil
	}
	out := &atJSON{whereJSON: p.where(x, b.Ref), Value: b.Label, Unproven: b.Unproven}
	if b.Place != "" && b.Place != b.Ref.Collection {
		out.MovedFrom = p.of(x, b.Place)
	}
	return out
}

// words is the marks of a set, never null.
func words(m core.Marks) []string { return append([]string{}, m.List()...) }
