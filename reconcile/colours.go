package reconcile

import (
	"fmt"

	"lockstep/core"
)

// Colours plans which collections get the colour of their partners, and settles those
// that need no step. paints tells which sides can be given colours.
//
// Each side's colour is compared with the one that it had when both were last settled,
// so two that were different from the beginning, that were refused or that a server
// spells in its own way stay as they are until somebody changes one. A side that tells
// no colour has not removed one.
func Colours(p *Pairing, surveys [2]core.Survey, policy Policy, paints [2]bool) {
	var there [2]map[core.CollectionID]core.Collection
	for _, x := range core.Sides() {
		there[x] = map[core.CollectionID]core.Collection{}
		for _, c := range surveys[x].Collections {
			there[x][c.ID] = c
		}
	}
	for i := range p.Rows {
		row := &p.Rows[i]
		_, left := there[core.Left][row.Side[core.Left].Collection.ID]
		_, right := there[core.Right][row.Side[core.Right].Collection.ID]
		if !left || !right || !row.On(core.Left) || !row.On(core.Right) {
			continue // what is not seen now tells nothing
		}
		if s, planned := colour(row, policy, paints); planned {
			p.Steps = append(p.Steps, s)
		}
	}
	for _, s := range p.Steps { // what is made gets its colour as soon as it is there
		from := there[s.Side.Other()][s.ID].Color
		if s.Op == core.CreateCollection && from != "" && paints[s.Side] {
			p.Steps = append(p.Steps, core.CollectionStep{Side: s.Side, Op: core.ColorCollection, Path: s.Path, Color: from,
				Why: fmt.Sprintf("its colour on the %s is %s", s.Side.Other(), from)})
		}
	}
	sortSteps(p.Steps)
}

// colour decides for one pair.
func colour(row *core.CollectionRow, policy Policy, paints [2]bool) (core.CollectionStep, bool) {
	var now, was [2]string
	var changed, can [2]bool
	for _, x := range core.Sides() {
		c := row.Side[x].Collection
		now[x], was[x] = c.Color, row.Side[x].Color
		changed[x] = now[x] != "" && now[x] != was[x]
		can[x] = paints[x] && policy.Write[x] && !c.ReadOnly
	}
	lead := policy.Winner
	switch {
	case !changed[core.Left] && !changed[core.Right]:
		return core.CollectionStep{}, false
	case now[core.Left] == now[core.Right], // both have it
		changed[core.Left] && changed[core.Right] && was == [2]string{}: // each had its own before us
		row.Side[core.Left].Color, row.Side[core.Right].Color = now[core.Left], now[core.Right]
		return core.CollectionStep{}, false
	case !changed[lead], changed[lead.Other()] && !can[lead.Other()]: // of two changes, one that can go over
		lead = lead.Other()
	}
	x := lead.Other()
	if !can[x] {
		return core.CollectionStep{}, false
	}
	why := fmt.Sprintf("its colour on the %s is %s", lead, now[lead])
	if was[lead] != "" {
		why = fmt.Sprintf("its colour was changed on the %s from %s to %s", lead, was[lead], now[lead])
	}
	return core.CollectionStep{Side: x, Op: core.ColorCollection, Row: row.N, ID: row.Side[x].Collection.ID, Path: row.Side[x].Collection.Path,
		Color: now[lead], Before: now[x], Why: why}, true
}

// Painted settles a pair whose step was tried, by what a look after it shows: what is
// there now is what the service has made of it, or has kept. A refused step is not
// tried again before a colour changes; one that met somebody else's change is decided
// anew.
func Painted(rows []core.CollectionRow, s core.CollectionStep, refused bool) {
	for i := range rows {
		at, from := &rows[i].Side[s.Side], &rows[i].Side[s.Side.Other()]
		if at.Collection.ID != s.ID || at.None || refused && at.Collection.Color != s.Before {
			continue
		}
		at.Color, from.Color = at.Collection.Color, s.Color
	}
}
