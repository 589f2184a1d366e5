package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lockstep/config"
	"lockstep/connect/all"
	"lockstep/core"
)

// doctorCommand is lockstep doctor.
type doctorCommand struct {
	Place string `arg:"" optional:"" name:"account" help:"An account or an address; none = every end of every link, and the state."`
}

func (doctorCommand) Help() string {
	return "Opens each place, tells what was found there and what is slow or unsafe because of it, and how each sort of write is kept " +
		"from harming what its plan has not seen. Then it checks the state of each link for damage. Exit code 1 if something should be changed."
}

// placeJSON is what was found of one place.
type placeJSON struct {
	Type     string            `json:"type"` // place, state
	Place    string            `json:"place"`
	Findings []core.Finding    `json:"findings"`
	Writes   map[string]string `json:"writes,omitempty"`
	Error    string            `json:"error,omitempty"`
}

// Run implements the command.
func (c *doctorCommand) Run(ctx context.Context, a *app) error {
	conf, err := a.config()
	if err != nil {
		return err
	}
	if c.Place != "" {
		end, err := conf.End(core.Left, c.Place)
		if err != nil {
			return err
		}
		links, err := a.known(nil)
		if err != nil {
			return err
		}
		a.examine(ctx, end, all.Options{Kind: end.Account.Address.Kinds()[0], Link: linkWith(links, end)})
		return nil
	}
	links, err := a.known(nil)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, l := range links {
		for _, end := range append(l.Sources(), l.Right) {
			if name := end.String(); !seen[name] {
				seen[name] = true
				a.examine(ctx, end, all.Options{Kind: l.Kind, Link: l})
			}
		}
	}
	for _, account := range conf.Accounts {
		if end := (config.End{Account: account}); !seen[account.Name] {
			a.examine(ctx, end, all.Options{Kind: account.Address.Kinds()[0]})
		}
	}
	if len(seen) == 0 && len(conf.Accounts) == 0 {
		a.out.line("no link is configured, and none was used; lockstep doctor ADDRESS looks at one place")
	}
	return a.eachKnown(ctx, nil, a.read, func(s *session) error { return a.examineState(ctx, s) })
}

// linkWith finds the first link that provisions from or to an end, so that it is
// looked at as that link does; nil = none.
func linkWith(links []*config.Link, end config.End) *config.Link {
	for _, l := range links {
		if !provisions(l) {
			continue
		}
		for _, one := range append(l.Sources(), l.Right) {
			if one.String() == end.String() {
				return l
			}
		}
	}
	return nil
}

// examine looks at one place.
func (a *app) examine(ctx context.Context, end config.End, o all.Options) {
	out := placeJSON{Type: "place", Place: end.String(), Findings: []core.Finding{}}
	a.out.line("%s", a.out.paint(bold, safe(out.Place)))
	findings, ops, err := a.probe(ctx, end, o)
	out.Findings = append(out.Findings, findings...)
	for _, f := range findings {
		a.showFinding(f)
	}
	if err != nil {
		out.Error = err.Error()
		a.out.object(out)
		a.fail(out.Place, err)
		return
	}
	out.Writes = map[string]string{}
	if ops == (core.Operations{}) {
		a.out.line("  %s nothing is ever written there", pad("to write", nameWidth))
		a.out.object(out)
		return
	}
	for _, op := range writesOf(o.Kind) {
		out.Writes[op.String()] = ops.Of(op).String()
		a.out.line("  %s %s", pad("to "+op.String(), nameWidth), how(op, ops.Of(op)))
	}
	a.out.object(out)
}

// writesOf are the sorts of write that a kind of item knows.
func writesOf(kind core.Kind) []core.Op {
	if kind == core.Entry {
		return []core.Op{core.OpCreate, core.OpUpdate, core.OpRename, core.OpDelete}
	}
	return []core.Op{core.OpCreate, core.OpUpdate, core.OpMark, core.OpMove, core.OpPlace, core.OpDelete}
}

func (a *app) probe(ctx context.Context, end config.End, o all.Options) (findings []core.Finding, ops core.Operations, err error) {
	replica, _, err := a.sys.Open(ctx, end, o)
	if err != nil {
		return nil, ops, err
	}
	defer func() { err = errors.Join(err, replica.Close()) }()
	if prober, can := replica.(core.Prober); can {
		if findings, err = prober.Probe(ctx); err != nil {
			return findings, ops, err
		}
	}
	return findings, replica.Operations(), nil
}

// nameWidth is the column of names.
const nameWidth = 20

// showFinding prints a finding, and remembers a bad one for the exit code.
func (a *app) showFinding(f core.Finding) {
	sign := a.out.paint(green, "✓")
	if f.Bad {
		sign = a.out.paint(red, "✗")
		a.exit(exitFailed)
	}
	line := fmt.Sprintf("%s %s %s", sign, pad(safe(f.Name), nameWidth), safe(f.Value))
	if f.Effect != "" {
		line += ": " + safe(f.Effect)
	}
	a.out.line("%s", line)
}

// how tells why a write cannot harm what its plan has not seen.
func how(op core.Op, s core.Safety) string {
	switch s {
	case core.Blind:
		return "blind: nothing is checked; what it made is found by its content, and never made twice"
	case core.Checked:
		if op == core.OpCreate {
			return "checked: only under a name that nobody has, never over an item"
		}
		return "checked: only if the item is as the plan saw it"
	case core.Commutative:
		return "commutative: adds and removes single marks or places; what others change at the same time stays"
	case core.Reread:
		return "re-read: looked at again just before; a change within that moment is not seen"
	}
	return "not possible here: done in another way, or reported"
}

// checker is a store that can look for damage in itself.
type checker interface {
	Check(ctx context.Context) ([]core.Finding, error)
}

func (a *app) examineState(ctx context.Context, s *session) error {
	store, can := s.store.(checker)
	if !can {
		return nil
	}
	findings, err := store.Check(ctx)
	if err != nil {
		return err
	}
	out := placeJSON{Type: "state", Place: "state of " + s.link.Name, Findings: findings}
	a.out.line("%s", a.out.paint(bold, safe(out.Place)))
	var sound []string
	for _, f := range findings {
		if f.Bad || a.globals.Verbose {
			a.showFinding(f)
		} else {
			sound = append(sound, strings.TrimPrefix(f.Name, "state "))
		}
	}
	if len(sound) > 0 {
		a.out.line("%s %s %s", a.out.paint(green, "✓"), pad("sound", nameWidth), safe(list(sound)))
	}
	a.out.object(out)
	return nil
}
