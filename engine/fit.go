package engine

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"lockstep/core"
)

// fit leaves out of the bodies of a batch what the collection that they go to has no room
// for, before their intents are made. So the base of that side never has it, nobody takes
// it for deleted there (rule 24), and the other side keeps it. What does not fit even so
// is refused by the side, which says why.
func (x *executor) fit(side core.Side, jobs []*job) error {
	for _, j := range jobs {
		most := x.view.Sides[side].Collections[j.step.Ref.Collection].MaxSize
		if x.link.Traits.Merger == nil || most <= 0 || int64(len(j.step.Body)) <= most {
			continue
		}
		body, without := x.link.Traits.Merger.Fit(j.step.Body, most)
		if body == nil {
			continue
		}
		smaller, err := spool(core.Item{Stub: j.body.stub, Body: io.NopCloser(bytes.NewReader(body))}, x.link.Traits.Digest)
		if err != nil {
			return err
		}
		j.body.close()
		j.body, j.step.Body = smaller, body
		if j.step.Carried != nil { // this write is about what it leaves out, too
			j.step.Carried = slices.Concat(j.step.Carried, without)
			slices.Sort(j.step.Carried)
			j.step.Carried = slices.Compact(j.step.Carried)
		}
		x.plan.Notes = append(x.plan.Notes, core.Note{
			Side: side.Other(), Ref: j.step.Source.Ref, Row: j.step.Row, Key: j.step.Key,
			Why: fmt.Sprintf("%s stays here only: the %s takes no more than %d bytes", strings.Join(classes(without), ", "), side, most),
		})
	}
	return nil
}

// classes of properties whose names may tell their values (KEY:...).
func classes(names []string) (out []string) {
	for _, name := range names {
		class, _, _ := strings.Cut(name, ":")
		out = append(out, class)
	}
	return slices.Compact(out)
}
