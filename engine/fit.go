package engine

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"lockstep/core"
)

// room is what a collection has for one body.
type room struct {
	most int64 // bytes
	// why it is no more, as "the right ...".
	why string
}

// roomIn tells what room a collection has, as its side announces it, or as a refusal
// in this pass has shown. false = as much as one likes, as far as is known.
func (p *pass) roomIn(x core.Side, id core.CollectionID) (room, bool) {
	r, known := p.refusedFrom[lostCollection{x, id}]
	if most := p.view.Sides[x].Collections[id].MaxSize; most > 0 && (!known || most <= r.most) {
		return room{most, fmt.Sprintf("takes no more than %d bytes", most)}, true
	}
	return r, known
}

// fit leaves out of the bodies of a batch what the collection that they go to has no room
// for, before their intents are made. So the base of that side never has it, nobody takes
// it for deleted there (rule 24), and the other side keeps it. What does not fit even so
// is refused by the side, which says why.
func (x *executor) fit(side core.Side, jobs []*job) error {
	for _, j := range jobs {
		r, known := x.roomIn(side, j.step.Ref.Collection)
		if x.link.Traits.Merger == nil || !known || int64(len(j.step.Body)) <= r.most {
			continue
		}
		body, without := x.link.Traits.Merger.Fit(j.step.Body, r.most)
		if body == nil {
			continue
		}
		smaller, err := spool(core.Item{Stub: j.body.stub, Body: io.NopCloser(bytes.NewReader(body))}, x.link.Traits.Digest)
		if err != nil {
			return err
		}
		j.body.close()
		j.body, j.step.Body = smaller, body
		j.without, j.room = append(j.without, without...), r
		if j.step.Carried != nil { // this write is about what it leaves out, too
			j.step.Carried = slices.Concat(j.step.Carried, without)
			slices.Sort(j.step.Carried)
			j.step.Carried = slices.Compact(j.step.Carried)
		}
	}
	return nil
}

// refit tells whether a write that was refused for its size goes again with less: what
// is left out is told then (fit). The collection has less room than what was refused, for
// the rest of the pass; the next one need not know it, for it writes nothing again.
func (x *executor) refit(j *job) bool {
	s := j.step
	if x.link.Traits.Merger == nil || !core.TooLarge(j.err) || len(s.Body) == 0 {
		return false
	}
	refused := int64(len(s.Body))
	if r, known := x.roomIn(s.Side, s.Ref.Collection); !known || r.most >= refused {
		if x.refusedFrom == nil {
			x.refusedFrom = map[lostCollection]room{}
		}
		x.refusedFrom[lostCollection{s.Side, s.Ref.Collection}] = room{refused - 1, fmt.Sprintf("refuses %d bytes (%s)", refused, core.Reason(j.err))}
	}
	r, _ := x.roomIn(s.Side, s.Ref.Collection)
	if body, _ := x.link.Traits.Merger.Fit(s.Body, min(r.most, refused-1)); body == nil {
		return false
	}
	x.smaller = append(x.smaller, j)
	return true
}

// again makes a job ready to be sent once more.
func (j *job) again() {
	j.intent, j.result, j.err, j.done, j.stored = nil, core.Result{}, nil, false, nil
}

// staysHere is the note about what a write has left out.
func staysHere(s core.Step, without []string, r room) core.Note {
	return core.Note{
		Side: s.Side.Other(), Ref: s.Source.Ref, Row: s.Row, Key: s.Key,
		Why: fmt.Sprintf("%s stays here only: the %s %s", strings.Join(classes(without), ", "), s.Side, r.why),
	}
}

// classes of properties whose names may tell their values (KEY:...).
func classes(names []string) (out []string) {
	for _, name := range names {
		class, _, _ := strings.Cut(name, ":")
		out = append(out, class[strings.LastIndexByte(class, '|')+1:])
	}
	slices.Sort(out)
	return slices.Compact(out)
}
