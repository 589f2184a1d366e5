package directory

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"

	"lockstep/core"
)

// Probe implements core.Prober. It reads the directories, as a pass does, and
// tells what the entries are like: what they lack is seldom what was meant.
func (r *Replica) Probe(ctx context.Context) ([]core.Finding, error) {
	var out []core.Finding
	for _, s := range r.config.Sources {
		found, err := s.Probe(ctx)
		out = append(out, r.named(s.Name(), found)...)
		if err != nil {
			return out, err
		}
	}
	now, err := r.read(ctx)
	if err != nil {
		return out, err
	}
	for _, t := range now.tallies {
		out = append(out, r.named(t.source, t.findings())...)
	}
	for _, f := range now.failed {
		out = append(out, r.named(f.name, []core.Finding{{Name: "read", Value: f.err.Error(), Bad: true, Effect: "what was read is provisioned, and nothing is deleted"}})...)
	}
	if unseen := now.unseen(); len(unseen) > 0 {
		out = append(out, core.Finding{Name: "attributes", Value: "no entry has " + strings.Join(unseen, ", "), Bad: true,
			Effect: "what is made of them is not there: check their names, and what the reader may see"})
	}
	return out, nil
}

// named says which of several sources a finding is about.
func (r *Replica) named(source string, found []core.Finding) []core.Finding {
	if len(r.config.Sources) > 1 {
		for i := range found {
			found[i].Name = source + " " + found[i].Name
		}
	}
	return found
}

// findings tell what the entries of a source are like.
func (t *tally) findings() []core.Finding {
	entries := core.Finding{Name: "entries", Value: fmt.Sprint(t.read)}
	if t.read == 0 {
		entries.Bad, entries.Effect = true, "nobody is there: check base, scope, filter and what the reader may see"
	}
	out := []core.Finding{entries}
	add := func(n int, name, value, effect string, bad bool) {
		if n > 0 {
			out = append(out, core.Finding{Name: name, Value: value, Effect: effect, Bad: bad})
		}
	}
	taken := t.read - t.leftOut
	add(t.leftOut, "left out", fmt.Sprintf("%d by when", t.leftOut), "", false)
	add(taken-t.identified, "without id", fmt.Sprint(taken-t.identified), "they are not provisioned", true)
	add(taken-t.addressed, "without address", fmt.Sprint(taken-t.addressed), "they are not provisioned", true)
	add(t.several, "several addresses", fmt.Sprint(t.several), "the first in the alphabet counts, or the primary one of proxyAddresses; say which is meant with an expression for mail", false)
	add(t.bad, "bad values", fmt.Sprintf("%d, such as %s", t.bad, t.example), "they are not provisioned, and what stands is kept", true)
	return out
}

// unseen names the attributes that no entry of any source has, where there are
// entries; sorted.
func (now *reading) unseen() (out []string) {
	entries := 0
	for _, t := range now.tallies {
		entries += t.read
	}
	if entries == 0 {
		return nil
	}
	for name := range now.tallies[0].seen {
		if !slices.ContainsFunc(now.tallies, func(t *tally) bool { return t.seen[name] }) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// loopback tells whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
