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
	Write bool   `help:"Write items with all that servers often lose into an address book or a calendar, tell what became of them, and delete them."`
}

func (doctorCommand) Help() string {
	return "Opens each place, tells what was found there and what is slow or unsafe because of it, and how each sort of write is kept " +
		"from harming what its plan has not seen. Then it checks the state of each link for damage. Exit code 1 if something should be changed, 6 if a login is needed.\n\n" +
		"With --write it also tries out an address book or a calendar on a server: the #collection of the account or address, else the first that can " +
		"be written to. The items are there for a moment; a sync in that moment carries them over, and the next one their deletion."
}

// placeJSON is what was found of one place.
type placeJSON struct {
	Type     string            `json:"type"` // place, state
	Place    string            `json:"place"`
	Findings []core.Finding    `json:"findings"`
	Writes   map[string]string `json:"writes,omitempty"`
	// Tried is what became of what was written to try the collection TriedIn out.
	TriedIn string         `json:"tried_in,omitempty"`
	Tried   []core.Finding `json:"tried,omitempty"`
	Error   string         `json:"error,omitempty"`
}

// Run implements the command.
func (c *doctorCommand) Run(ctx context.Context, a *app) error {
	conf, err := a.config()
	if err != nil {
		return err
	}
	if c.Write && c.Place == "" {
		return usage("name the account or the address that is written to: lockstep doctor --write ACCOUNT")
	}
	links, err := a.known(nil)
	if err != nil {
		return err
	}
	if c.Place != "" {
		end, err := conf.End(core.Left, c.Place)
		if err != nil {
			return err
		}
		for _, p := range asLinked(links, end) {
			a.examine(ctx, p.end, p.options, c.Write)
		}
		return nil
	}
	seen := map[string]bool{}
	linked := map[*config.Account]bool{}
	for _, l := range links {
		for _, end := range append(l.Sources(), l.Right) {
			linked[end.Account] = true
			if name := end.String(); !seen[name] {
				seen[name] = true
				a.examine(ctx, end, all.Options{Kind: l.Kind, Link: l}, false)
			}
		}
	}
	for _, account := range conf.Accounts {
		end := config.End{Account: account, Collection: account.Address.Collection}
		if seen[end.String()] || linked[account] && account.Address.Local() { // its links say where its items lie
			continue
		}
		a.examine(ctx, end, all.Options{Kind: account.Address.Kinds()[0]}, false)
	}
	if len(seen) == 0 && len(conf.Accounts) == 0 {
		a.out.line("no link is configured, and none was used; lockstep doctor ADDRESS looks at one place")
	}
	return a.eachKnown(ctx, nil, a.read, func(s *session) error { return a.examineState(ctx, s) })
}

// linkedPlace is an end, and how it is opened.
type linkedPlace struct {
	end     config.End
	options all.Options
}

// asLinked is an end as links open it: for items of their kind, provisioning links with
// what they say, and a place on this machine that they name a collection of as that one,
// for its items lie directly there. What no link has is taken as it is.
func asLinked(links []*config.Link, end config.End) (places []linkedPlace) {
	seen := map[config.Address]bool{}
	for _, l := range links {
		for _, one := range append(l.Sources(), l.Right) {
			here := one.Address()
			if whole := here; end.Collection == "" && here.Local() {
				whole.Collection = ""
				if whole == end.Address() && !seen[here] {
					seen[here] = true
					places = append(places, linkedPlace{one, all.Options{Kind: l.Kind, Link: l}})
				}
			} else if one.String() == end.String() && len(places) == 0 {
				places = append(places, linkedPlace{end, all.Options{Kind: l.Kind, Link: l}})
			}
		}
	}
	if len(places) == 0 {
		places = append(places, linkedPlace{end, all.Options{Kind: end.Account.Address.Kinds()[0]}})
	}
	return places
}

// examine looks at one place; write: and tries it out by writing.
func (a *app) examine(ctx context.Context, end config.End, o all.Options, write bool) {
	out := placeJSON{Type: "place", Place: end.String(), Findings: []core.Finding{}}
	a.out.line("%s", a.out.paint(bold, safe(out.Place)))
	if err := a.probe(ctx, end, o, write, &out); err != nil {
		out.Error = err.Error()
		a.out.object(out)
		a.fail(out.Place, err)
		return
	}
	a.out.object(out)
}

// probe opens a place, looks at it and shows what it finds.
func (a *app) probe(ctx context.Context, end config.End, o all.Options, write bool, out *placeJSON) (err error) {
	replica, _, err := a.sys.Open(ctx, end, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, replica.Close()) }()
	if prober, can := replica.(core.Prober); can {
		findings, err := prober.Probe(ctx)
		out.Findings = append(out.Findings, findings...)
		a.showFindings(findings, err)
		if err != nil {
			return err
		}
	}
	if end.Account.Window != (config.Since{}) {
		window := a.windowFinding(end.Account)
		out.Findings = append(out.Findings, window)
		a.showFinding(window)
	}
	out.Writes = map[string]string{}
	ops := replica.Operations()
	if ops == (core.Operations{}) {
		a.out.line("  %s nothing is ever written there", pad("to write", nameWidth))
	} else {
		for _, op := range writesOf(o.Kind) {
			out.Writes[op.String()] = ops.Of(op).String()
			a.out.line("  %s %s", pad("to "+op.String(), nameWidth), how(op, ops.Of(op)))
		}
	}
	if write {
		return a.tryOut(ctx, replica, end, out)
	}
	return nil
}

// writesOf are the sorts of write that a kind of item knows.
func writesOf(kind core.Kind) []core.Op {
	switch kind {
	case core.Entry:
		return []core.Op{core.OpCreate, core.OpUpdate, core.OpRename, core.OpDelete}
	case core.Contact, core.Event:
		return []core.Op{core.OpCreate, core.OpUpdate, core.OpMove, core.OpDelete}
	}
	return []core.Op{core.OpCreate, core.OpUpdate, core.OpMark, core.OpMove, core.OpPlace, core.OpDelete}
}

// nameWidth is the column of names.
const nameWidth = 20

// showFindings prints findings; the exit code is that of the error, if there is one,
// else a bad finding is remembered for it.
func (a *app) showFindings(all []core.Finding, err error) {
	for _, f := range all {
		a.showFinding(f)
		if f.Bad && err == nil {
			a.exit(exitFailed)
		}
	}
}

func (a *app) showFinding(f core.Finding) {
	sign := a.out.paint(green, "✓")
	if f.Bad {
		sign = a.out.paint(red, "✗")
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
	leftOut, err := s.leftOutByWindow(ctx)
	if err != nil {
		return err
	}
	out := placeJSON{Type: "state", Place: "state of " + s.link.Name, Findings: append(findings, leftOut...)}
	a.out.line("%s", a.out.paint(bold, safe(out.Place)))
	var sound []string
	var shown []core.Finding
	for _, f := range findings {
		if f.Bad || a.globals.Verbose {
			shown = append(shown, f)
		} else {
			sound = append(sound, strings.TrimPrefix(f.Name, "state "))
		}
	}
	a.showFindings(shown, nil)
	if len(sound) > 0 {
		a.out.line("%s %s %s", a.out.paint(green, "✓"), pad("sound", nameWidth), safe(list(sound)))
	}
	s.showLeftOutByWindow(leftOut)
	a.out.object(out)
	return nil
}
