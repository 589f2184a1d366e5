package cli

import (
	"strings"

	"lockstep/core"
)

// stepJSON is a planned or done write, or change of the list of folders, for
// programs.
type stepJSON struct {
	Type   string `json:"type"` // step, folder, held
	Link   string `json:"link"`
	Side   string `json:"side"`
	Op     string `json:"op"`
	Folder string `json:"folder"`
	// To is where a move, or a deletion that keeps the item, ends.
	To     string   `json:"to,omitempty"`
	Key    string   `json:"key,omitempty"`
	ID     string   `json:"id,omitempty"`
	Time   int64    `json:"time,omitempty"` // received or made, Unix seconds
	Size   int64    `json:"size,omitempty"`
	Add    []string `json:"add,omitempty"`
	Remove []string `json:"remove,omitempty"`
	Why    string   `json:"why"`
	// Error: it was tried and not done.
	Error string `json:"error,omitempty"`
	// In the log only: the run, when it was tried (Unix seconds), what became
	// of it, and the name of the copy in the undo area.
	Run    string `json:"run,omitempty"`
	Done   int64  `json:"done,omitempty"`
	Result string `json:"result,omitempty"`
	Undo   string `json:"undo,omitempty"`
}

// noteJSON is something that is not done, and why.
type noteJSON struct {
	Type   string `json:"type"` // note, parked
	Link   string `json:"link"`
	Side   string `json:"side"`
	Folder string `json:"folder,omitempty"`
	Key    string `json:"key,omitempty"`
	ID     string `json:"id,omitempty"`
	Why    string `json:"why"`
}

// paths of the collections of both sides, by ID.
type paths [2]map[core.CollectionID]string

func (p paths) of(x core.Side, id core.CollectionID) string {
	if path := p[x][id]; path != "" {
		return path
	}
	return strings.TrimPrefix(string(id), "new:")
}

// folderOf is the folder that a step is shown with: where the item is, or for
// a new one where it comes to be.
func (p paths) folderOf(s core.Step) string { return p.of(s.Side, s.Ref.Collection) }

// destination of a step that ends in another folder; "" = it does not.
func (p paths) destination(s core.Step) string {
	if s.To == "" || s.Op == core.OpCreate {
		return ""
	}
	return p.of(s.Side, s.To)
}

func (p paths) stepJSON(typ, link string, s core.Step) stepJSON {
	return stepJSON{
		Type: typ, Link: link, Side: s.Side.String(), Op: s.Op.String(), Folder: p.folderOf(s), To: p.destination(s),
		Key: string(s.Key), ID: string(s.Ref.ID), Time: s.Time, Size: s.Size, Add: s.Add.List(), Remove: s.Remove.List(), Why: s.Why,
	}
}

func folderJSON(typ, link string, s core.CollectionStep) stepJSON {
	return stepJSON{Type: typ, Link: link, Side: s.Side.String(), Op: string(s.Op), Folder: s.Path, Why: s.Why}
}

func (p paths) noteJSON(link string, n core.Note) noteJSON {
	out := noteJSON{
		Type: "note", Link: link, Side: n.Side.String(), Key: string(n.Key), ID: string(n.Ref.ID), Why: n.Why,
	}
	if n.Parked {
		out.Type = "parked"
	}
	if n.Ref.Collection != "" {
		out.Folder = p.of(n.Side, n.Ref.Collection)
	}
	return out
}

// changes says in words what a step does beyond its sign.
func (p paths) changes(s core.Step) string {
	var words []string
	if s.Op == core.OpMark { // a new item's marks are part of it
		for _, m := range s.Add.List() {
			words = append(words, "+"+m)
		}
		for _, m := range s.Remove.List() {
			words = append(words, "-"+m)
		}
	}
	if to := p.destination(s); to != "" {
		words = append(words, "to "+to)
	}
	return safe(strings.Join(words, " "))
}
