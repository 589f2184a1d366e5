package dav

import (
	"context"
	"fmt"
	"strings"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// Probe implements core.Prober: how the collections were found, what the server can do,
// and what is odd about it.
func (r *Replica) Probe(ctx context.Context) ([]core.Finding, error) {
	r.account.forget() // the whole way is shown
	place, _, err := r.account.where(ctx)
	out := trail(place)
	if err != nil {
		return append(out, core.Finding{Name: "found", Value: core.Reason(err), Bad: true}), err
	}
	survey, err := r.Collections(ctx)
	if err != nil {
		return out, err
	}
	out = append(out, r.protection(), r.login())
	software, classes := r.client.Software()
	server := core.Finding{Name: "server", Value: strings.TrimSpace(software + " " + r.client.Quirks().Server)}
	if server.Value == "" {
		server.Value = "does not say"
	}
	out = append(out, server)
	if classes != "" {
		out = append(out, core.Finding{Name: "DAV", Value: classes})
	}
	out = append(out, quirks(r.client.Quirks())...)
	out = append(out, r.moves(ctx))
	if !survey.Complete {
		out = append(out, core.Finding{Name: "home", Value: "its list cannot be read in full", Effect: "no collection counts as deleted", Bad: true})
	}
	for _, c := range survey.Collections {
		out = append(out, r.probeBook(r.books[c.ID]))
	}
	return out, nil
}

// trail is how the collections were found.
func trail(place wire.Place) (out []core.Finding) {
	for _, s := range place.Trail {
		out = append(out, core.Finding{Name: "found", Value: fmt.Sprintf("%s %s %s", s.URL, s.Question, s.Answer)})
	}
	return out
}

func (r *Replica) protection() core.Finding {
	if r.client.URL().Scheme == "https" {
		return core.Finding{Name: "protection", Value: "TLS"}
	}
	f := core.Finding{Name: "protection", Value: "none"}
	if r.config.Insecure {
		f.Bad, f.Effect = true, "everybody between can read and change everything, the password first: use https"
	}
	return f
}

func (r *Replica) login() core.Finding {
	f := core.Finding{Name: "login", Value: string(r.client.LoginMethod())}
	switch wire.Method(f.Value) {
	case wire.Basic:
		f.Effect = "the server is told the password"
	case wire.Auto:
		f.Value = "none"
	}
	return f
}

// quirks are what is odd about a known server, and what is done about it.
func quirks(q wire.Quirks) (out []core.Finding) {
	for _, o := range []struct {
		is           bool
		name, effect string
	}{
		{q.TakesAnyToken, "takes any token", "changes are not asked for: every collection that moved is listed in full"},
		{q.StateTokens, "tells no deletion of what came since", "changes are not asked for: every collection that moved is listed in full"},
		{q.ForgetsChanges, "may forget old changes", "a deletion that it does not tell is found by the weekly list of all"},
		{q.Converts, "converts vCards", "4.0 is asked for where the server has it"},
		{q.Rewrites, "rewrites what it stores", "what a write left is read back, and what the server dropped is kept on the other side"},
		{q.HidesETag, "tells no ETag after a write", "it is read back"},
	} {
		if o.is {
			out = append(out, core.Finding{Name: o.name, Value: "yes", Effect: o.effect})
		}
	}
	return out
}

// moves tells what becomes of items that move between collections.
func (r *Replica) moves(ctx context.Context) core.Finding {
	const effect = "what moves to another collection is made there and deleted here"
	allow, err := r.client.Methods(ctx, r.client.URL())
	switch {
	case r.client.Quirks().Moves:
		return core.Finding{Name: "MOVE", Value: "yes"}
	case err == nil && strings.Contains(allow, "MOVE"):
		return core.Finding{Name: "MOVE", Value: "offered, but not known to work", Effect: effect}
	}
	return core.Finding{Name: "MOVE", Value: "no", Effect: effect}
}

// probeBook is what a collection can do.
func (r *Replica) probeBook(b *book) core.Finding {
	f := core.Finding{Name: b.path}
	var values, effects []string
	switch {
	case b.syncs:
		values = append(values, "tells changes (sync-collection)")
	case b.CTag != "":
		values = append(values, "tells that something changed (ctag)")
		effects = append(effects, "it is listed in full then")
	default:
		values = append(values, "tells nothing")
		effects = append(effects, "it is listed in full in every pass")
	}
	if b.ReadOnly {
		values = append(values, "read-only")
	}
	if len(b.Versions) > 0 && strings.Join(b.Versions, "") != "" {
		values = append(values, "versions "+strings.Join(b.Versions, ", "))
	}
	if len(b.Components) > 0 {
		values = append(values, "holds "+strings.Join(b.Components, ", "))
	}
	if b.MaxSize > 0 {
		values = append(values, fmt.Sprintf("items up to %d bytes", b.MaxSize))
	}
	f.Value, f.Effect = strings.Join(values, "; "), strings.Join(effects, "; ")
	return f
}
