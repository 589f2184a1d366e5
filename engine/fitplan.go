package engine

import (
	"context"
	"fmt"
	"io"
	"slices"

	"lockstep/core"
)

// foresee says of each step of a plan whose body is larger than its collection takes what
// will be left out of it (fit), or that it will be refused. The bodies are read for that,
// one after the other; of one that cannot be read nothing is said.
func (p *pass) foresee(ctx context.Context, plan *core.Plan) error {
	if p.link.Traits.Merger == nil {
		return nil
	}
	notes := map[int]core.Note{}
	judge := func(i int, body []byte) {
		s := plan.Steps[i]
		r, known := p.roomIn(s.Side, s.Ref.Collection)
		if !known || int64(len(body)) <= r.most {
			return
		}
		if fitted, without := p.link.Traits.Merger.Fit(body, r.most); fitted != nil {
			notes[i] = staysHere(s, without, r)
			return
		}
		notes[i] = core.Note{Side: s.Side.Other(), Ref: s.Source.Ref, Row: s.Row, Key: s.Key, Why: fmt.Sprintf("it will be refused: the %s %s", s.Side, r.why)}
	}
	var unread [2]map[core.Ref][]int // by the side that they come from
	for i, s := range plan.Steps {
		from := s.Side.Other()
		r, known := p.roomIn(s.Side, s.Ref.Collection)
		body := s.Body
		if body == nil {
			body = p.view.Sides[from].Bodies[s.Source.Ref]
		}
		switch {
		case !known || s.Op != core.OpCreate && s.Op != core.OpUpdate:
		case body != nil:
			judge(i, body)
		case s.Size > r.most:
			if unread[from] == nil {
				unread[from] = map[core.Ref][]int{}
			}
			unread[from][s.Source.Ref] = append(unread[from][s.Source.Ref], i)
		}
	}
	for _, x := range core.Sides() {
		if err := p.readThese(ctx, x, unread[x], judge); err != nil {
			return err
		}
	}
	for i := range plan.Steps {
		if note, is := notes[i]; is {
			plan.Notes = append(plan.Notes, note)
		}
	}
	return nil
}

// readThese reads the bodies of some items of a side, for the steps that each is the
// source of.
func (p *pass) readThese(ctx context.Context, x core.Side, at map[core.Ref][]int, use func(step int, body []byte)) error {
	if len(at) == 0 {
		return nil
	}
	refs := make([]core.Ref, 0, len(at))
	for ref := range at {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, core.Ref.Compare)
	p.report.Requests++
	for item, err := range p.link.Replicas[x].Fetch(ctx, refs) {
		if err != nil {
			if core.ClassOf(err) == core.Auth {
				return err
			}
			continue
		}
		body, err := io.ReadAll(io.LimitReader(&countReader{r: item.Body, n: &p.report.BytesRead}, maxMergeBody))
		item.Body.Close()
		if err != nil {
			continue
		}
		for _, i := range at[item.Ref] {
			use(i, body)
		}
	}
	return ctx.Err()
}
