package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockstep/peers/fault"
)

var rungFlag = flag.String("rung", "", "what the IMAP server of the kill tests is not seen to be able to do: a name of rungs, "+
	`"each" = one after the other, "turn" = another one at every run; "" = nothing is hidden`)

// rung is a way to use a server: what is hidden of it. The program does each thing
// in the best way that the server lets it, and has to be right in all of them.
type rung struct {
	name string
	hide []string
}

func rungs() []rung {
	return []rung{
		{"everything", nil},
		{"no-NOTIFY", []string{"NOTIFY"}},
		{"no-QRESYNC", []string{"QRESYNC"}},
		{"no-CONDSTORE", []string{"CONDSTORE", "QRESYNC"}},
		{"no-UIDPLUS", []string{"UIDPLUS"}},
		{"no-MOVE", []string{"MOVE"}},
		{"no-MOVE-no-UIDPLUS", []string{"MOVE", "UIDPLUS"}},
		{"no-MULTIAPPEND", []string{"MULTIAPPEND"}},
		{"no-LIST-STATUS", []string{"LIST-STATUS"}},
		{"no-ESEARCH", []string{"ESEARCH"}},
		{"no-OBJECTID", []string{"OBJECTID"}},
		{"no-LITERAL", []string{"LITERAL+"}},
		{"bare", []string{"NOTIFY", "IDLE", "MULTIAPPEND", "CONDSTORE", "QRESYNC", "ENABLE", "UIDPLUS", "MOVE", "LIST-STATUS", "LIST-EXTENDED", "SPECIAL-USE",
			"ESEARCH", "OBJECTID", "LITERAL+", "UNSELECT", "SASL-IR"}},
	}
}

// eachRung runs a test on the rungs of -rung. The account is reached at the
// address given, and turn goes on to the next rung where that is wished; both are
// nothing if nothing is hidden.
func eachRung(t *testing.T, open func(*testing.T) account, do func(t *testing.T, a account, address string, turn func())) {
	all := rungs()
	proxied := func(t *testing.T, r rung, turn func(*fault.Proxy)) {
		a := open(t)
		proxy, err := fault.Listen(a.address, fault.Plan{Hide: r.hide})
		must(t, err)
		t.Cleanup(func() { proxy.Close() })
		do(t, a, proxy.Addr(), func() { turn(proxy) })
	}
	switch at := slices.IndexFunc(all, func(r rung) bool { return r.name == *rungFlag }); {
	case *rungFlag == "":
		do(t, open(t), "", func() {})
	case *rungFlag == "each":
		for _, r := range all {
			t.Run(r.name, func(t *testing.T) { proxied(t, r, func(*fault.Proxy) {}) })
		}
	case *rungFlag == "turn":
		n := 0
		proxied(t, all[0], func(p *fault.Proxy) {
			n++
			p.SetPlan(fault.Plan{Hide: all[n%len(all)].hide})
		})
	case at >= 0:
		proxied(t, all[at], func(*fault.Proxy) {})
	default:
		var names []string
		for _, r := range all {
			names = append(names, r.name)
		}
		t.Fatal(fmt.Errorf("-rung %q is none of: each, turn, %s", *rungFlag, strings.Join(names, ", ")))
	}
}
