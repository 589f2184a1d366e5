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
	// Of a provisioning: the address it is for, the sort of element, its name
	// among the owner's others, its value before and after, where the directory
	// has the owner, and the call that the step makes.
	Owner    string `json:"owner,omitempty"`
	Resource string `json:"resource,omitempty"`
	Element  string `json:"element,omitempty"`
	Before   string `json:"before,omitempty"`
	After    string `json:"after,omitempty"`
	Where    string `json:"where,omitempty"`
	Call     string `json:"call,omitempty"`
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
	// Of a provisioning: whom it concerns, where the directory has what is
	// wrong, and of how many elements it speaks.
	Owner string `json:"owner,omitempty"`
	Where string `json:"where,omitempty"`
	Count int    `json:"count,omitempty"`
	Why   string `json:"why"`
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

// stepJSON is a step for programs, with what only a link knows of it.
func (s *session) stepJSON(at paths, typ string, step core.Step) stepJSON {
	out := at.stepJSON(typ, s.link.Name, step)
	if provisions(s.link) {
		out.provision(step)
		out.Call = s.callOf(step)
	}
	return out
}

// provision adds what a step of a provisioning is about.
func (out *stepJSON) provision(step core.Step) {
	out.Owner, out.Resource, out.Element = step.Owner, resourceOf(step), elementName(step.Key)
	out.Before, out.After, out.Where = step.Before, step.Source.Label, step.Source.Where
	switch step.Op {
	case core.OpRename: // the values are the addresses
		out.After = step.Owner
	case core.OpDelete:
		out.After = ""
	}
}

func folderJSON(typ, link string, s core.CollectionStep) stepJSON {
	return stepJSON{Type: typ, Link: link, Side: s.Side.String(), Op: string(s.Op), Folder: s.Path, Why: s.Why}
}

func (p paths) noteJSON(link string, n core.Note) noteJSON {
	out := noteJSON{
		Type: "note", Link: link, Side: n.Side.String(), Key: string(n.Key), ID: string(n.Ref.ID), Why: n.Why,
		Owner: n.Owner, Where: n.Where, Count: n.Count,
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
