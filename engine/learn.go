package engine

import (
	"bytes"
	"context"
	"io"
	"slices"

	"lockstep/core"
	"lockstep/reconcile"
)

// maxMergeBody bounds a body that is merged in memory; bytes. A larger one
// (a card with a huge photo) is refused and parked by its connector's limit.
const maxMergeBody = 64 << 20

// learn reads the bodies that a decision asks for, until it asks no more. A
// body that cannot be read now is marked unread, and nothing is decided that
// depends on it; Missing proves nothing either: rule 10.
func (p *pass) learn(ctx context.Context, wants func() [2][]core.Ref) error {
	for {
		want, any := wants(), false
		for _, x := range p.cheapFirst() {
			refs := p.unknown(x, want[x])
			if len(refs) == 0 {
				continue
			}
			any = true
			refs, err := p.proveByHeader(ctx, x, refs)
			if err != nil {
				return err
			}
			if len(refs) == 0 {
				continue
			}
			p.emit(Event{Type: EventLearning, Side: x, Total: len(refs)})
			if err := p.learnSide(ctx, x, refs); err != nil {
				return err
			}
		}
		if !any {
			return nil
		}
	}
}

// cheapFirst is the order in which bodies are learnt: those of this machine
// first, for they may prove those of the other side.
func (p *pass) cheapFirst() [2]core.Side {
	if p.link.Local[core.Right] && !p.link.Local[core.Left] {
		return [2]core.Side{core.Right, core.Left}
	}
	return core.Sides()
}

// unknown drops what was read in this pass, or could not be.
func (p *pass) unknown(x core.Side, refs []core.Ref) []core.Ref {
	side := p.view.Sides[x]
	refs = slices.DeleteFunc(slices.Clone(refs), func(r core.Ref) bool {
		s, there := side.Stubs[r]
		return !there || side.Unread[r] || s.Sum != "" && (p.link.Traits.Merger == nil || side.Bodies[r] != nil)
	})
	slices.SortFunc(refs, core.Ref.Compare)
	return slices.Compact(refs)
}

func (p *pass) learnSide(ctx context.Context, x core.Side, refs []core.Ref) error {
	side := p.view.Sides[x]
	left := map[core.Ref]bool{}
	for _, r := range refs {
		left[r] = true
	}
	err := p.retry(ctx, x, func() error {
		var failed error
		rest := slices.DeleteFunc(slices.Clone(refs), func(r core.Ref) bool { return !left[r] })
		p.report.Requests++
		for item, err := range p.link.Replicas[x].Fetch(ctx, rest) {
			if err == nil {
				err = p.learnItem(x, item)
			}
			if err == nil {
				delete(left, item.Ref)
				continue
			}
			switch core.ClassOf(err) {
			case core.Transient, core.Unknown, core.Auth:
				failed = err
			default:
				delete(left, item.Ref)
				side.Unread[item.Ref] = true
				if core.ClassOf(err) == core.Missing && !p.engine.Without.Holds(reconcile.RuleMissingIsNotGone) {
					delete(side.Stubs, item.Ref) // the rule is out: taken for gone
					delete(side.Unread, item.Ref)
				} else if core.ClassOf(err) == core.Permanent {
					p.plan.Notes = append(p.plan.Notes, core.Note{Side: x, Ref: item.Ref, Parked: true, Why: err.Error()})
				}
			}
		}
		return failed
	})
	for r := range left {
		side.Unread[r] = true
	}
	if err != nil && core.ClassOf(err) == core.Auth || ctx.Err() != nil {
		return err
	}
	return nil
}

func (p *pass) learnItem(x core.Side, item core.Item) error {
	defer item.Body.Close()
	side := p.view.Sides[x]
	s := side.Stubs[item.Ref]
	body := io.Reader(&countReader{r: item.Body, n: &p.report.BytesRead})
	if p.link.Traits.Merger != nil {
		raw, err := io.ReadAll(io.LimitReader(body, maxMergeBody))
		if err != nil {
			return err
		}
		side.Bodies[item.Ref] = raw
		for _, property := range p.link.Traits.Merger.Properties(raw) {
			p.hold(x, property)
		}
		s.Rev = item.Rev
		body = bytes.NewReader(raw)
	}
	sum, size, err := p.link.Traits.Digest(body)
	if err != nil {
		return err
	}
	if item.Rev != "" {
		s.Rev = item.Rev
	}
	s.Sum, s.Size = sum, size
	p.view.Learnt(x, s)
	return nil
}

// hold remembers that a server was seen to hold a class of properties.
func (p *pass) hold(x core.Side, property string) {
	if !p.view.HeldProperties[x][property] {
		p.view.HeldProperties[x][property] = true
		p.heldChanged[x] = true
	}
}

// countReader counts the bytes read through it.
type countReader struct {
	r io.Reader
	n *int64
}

func (c *countReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	*c.n += int64(n)
	return n, err
}
