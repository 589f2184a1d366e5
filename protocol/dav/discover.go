package dav

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"lockstep/core"
)

// Step of a discovery, as a person reads it.
type Step struct {
	// Question that was asked, and where.
	Question, URL string
	// Answer to it.
	Answer string
	// Failed: it led no further.
	Failed bool
}

// Place is where the collections of an account are.
type Place struct {
	// Trail is how it was found.
	Trail []Step
	// Principal is the address of the account; nil = not told.
	Principal *url.URL
	// Homes hold the collections. Collection is set instead if the URL is one.
	Homes      []*url.URL
	Collection *Collection
	// Listed are the collections of the only home, if finding it has listed it; Odd
	// is as Children tells it.
	Listed []Collection
	Odd    int
}

// Discover finds the collections of an account (RFC 6764): from the URL itself, if
// it has a path; from the well-known path of its host; from its root; and from the
// DNS, if the client may ask that. Permanent: there are none. An error of class
// Transient or Auth ends it: nothing is concluded then.
func (c *Client) Discover(ctx context.Context, f Flavour) (Place, error) {
	d := &discovery{c: c, f: f}
	type way struct {
		question string
		at       *url.URL
		known    bool
	}
	var ways []way
	root := *c.start
	root.Path, root.RawPath = "/", "/"
	if c.start.EscapedPath() != "/" {
		ways = append(ways, way{"what is this?", c.start, false})
	}
	known := root
	known.Path, known.RawPath = f.WellKnown, f.WellKnown
	ways = append(ways, way{"where is " + f.Name + "?", &known, true}, way{"what is this?", &root, false})
	for _, w := range ways {
		done, err := d.try(ctx, w.question, w.at, w.known)
		if err != nil || done {
			return d.place, err
		}
	}
	if c.config.LookupSRV != nil && c.start.Port() == "" && c.start.Scheme == "https" && net.ParseIP(c.start.Hostname()) == nil {
		if done, err := d.service(ctx); err != nil || done {
			return d.place, err
		}
	}
	err := &core.Error{Op: "dav.Discover", Class: core.Permanent, Thing: c.start.String(),
		Err: fmt.Errorf("no %s was found: %s", f.Collection, d.summary()), Remedy: "give the URL that the service names for " + f.Name}
	return d.place, err
}

// discovery is one on its way.
type discovery struct {
	c     *Client
	f     Flavour
	place Place
	// seen principals, so that none is asked twice.
	seen map[string]bool
}

func (d *discovery) note(question string, at *url.URL, failed bool, format string, args ...any) {
	d.place.Trail = append(d.place.Trail, Step{question, at.String(), fmt.Sprintf(format, args...), failed})
}

// summary is the trail in one line.
func (d *discovery) summary() string {
	var out []string
	for _, s := range d.place.Trail {
		if s.Failed {
			out = append(out, s.URL+": "+s.Answer)
		}
	}
	return strings.Join(out, "; ")
}

// try asks a URL what it is, and follows what it says.
func (d *discovery) try(ctx context.Context, question string, at *url.URL, wellKnown bool) (bool, error) {
	found, err := d.c.look(ctx, d.f, at, wellKnown)
	if err != nil {
		d.note(question, at, true, "%s", core.Reason(err))
		switch core.ClassOf(err) {
		case core.Auth, core.Transient, core.Unknown:
			return false, err
		}
		return false, nil
	}
	switch {
	case found.Is && at == d.c.start:
		d.note(question, at, false, "an %s", strings.TrimPrefix(d.f.Collection, "an "))
		d.place.Collection = &found
		return true, nil
	case len(found.homes.hrefs()) > 0:
		d.note(question, at, false, "a principal")
		d.place.Principal = found.URL
		return d.homes(found)
	}
	// A home can be asked for its collections right away; the root of a server
	// hardly is one.
	if found.isDir && found.URL.EscapedPath() != "/" && !wellKnown {
		if done, err := d.home(ctx, question, found.URL); done || err != nil {
			return done, err
		}
	}
	return d.principal(ctx, question, at, found)
}

// home tries whether a URL is one.
func (d *discovery) home(ctx context.Context, question string, at *url.URL) (bool, error) {
	all, odd, err := d.c.Children(ctx, d.f, at)
	switch core.ClassOf(err) {
	case core.Auth, core.Transient:
		if err != nil {
			return false, err
		}
	}
	if err != nil || len(all) == 0 {
		return false, nil
	}
	d.note(question, at, false, "a home of %d %ss", len(all), d.f.Collection)
	d.place.Homes, d.place.Listed, d.place.Odd = []*url.URL{at}, all, odd
	return true, nil
}

// principal follows current-user-principal (RFC 5397).
func (d *discovery) principal(ctx context.Context, question string, at *url.URL, found Collection) (bool, error) {
	hrefs := found.principal.hrefs()
	if len(hrefs) == 0 {
		if found.principal.child(dav("unauthenticated")) != nil {
			d.note(question, at, true, "it does not know who asks")
			return false, &core.Error{Op: "dav.Discover", Class: core.Auth, Thing: at.String(), Err: errors.New("the server does not know who asks"), Remedy: "check the user name and the password"}
		}
		d.note(question, at, true, "no %s, and no word of whose account it is", d.f.Collection)
		return false, nil
	}
	to, err := resolve(found.URL, hrefs[0])
	if err != nil {
		d.note(question, at, true, "%v", err)
		return false, nil
	}
	d.note(question, at, false, "the account is %s", to.EscapedPath())
	if d.seen[to.String()] {
		return false, nil
	}
	if d.seen == nil {
		d.seen = map[string]bool{}
	}
	d.seen[to.String()] = true
	d.c.origins.extend(found.URL, to)
	who, err := d.c.look(ctx, d.f, to, false)
	if err != nil {
		d.note("where are its homes?", to, true, "%s", core.Reason(err))
		switch core.ClassOf(err) {
		case core.Auth, core.Transient, core.Unknown:
			return false, err
		}
		return false, nil
	}
	d.place.Principal = who.URL
	if len(who.homes.hrefs()) == 0 {
		d.note("where are its homes?", to, true, "it has none")
		return false, nil
	}
	return d.homes(who)
}

// homes takes the home set, which may name several homes, and other hosts.
func (d *discovery) homes(who Collection) (bool, error) {
	var refused error
	for _, h := range who.homes.hrefs() {
		to, err := resolve(who.URL, h)
		if err != nil {
			d.note("where are its homes?", who.URL, true, "%v", err)
			continue
		}
		to = Directory(to)
		if !d.c.origins.extend(who.URL, to) {
			d.note("where are its homes?", who.URL, true, "at %s, where the login is not sent by itself", to)
			refused = &core.Error{Op: "dav.Discover", Class: core.Permanent, Thing: to.String(), Err: errors.New("the home is on another host than the account"),
				Remedy: "if that is right, make it the URL of the account"}
			continue
		}
		d.note("where are its homes?", who.URL, false, "at %s", to)
		d.place.Homes = append(d.place.Homes, to)
	}
	slices.SortFunc(d.place.Homes, func(a, b *url.URL) int { return strings.Compare(a.String(), b.String()) })
	d.place.Homes = slices.CompactFunc(d.place.Homes, func(a, b *url.URL) bool { return a.String() == b.String() })
	return len(d.place.Homes) > 0, refused
}

// service asks the DNS for the host of a domain (RFC 6764, sections 3 and 6). Its
// answer is not signed, so the login goes only to hosts below the domain itself.
func (d *discovery) service(ctx context.Context) (bool, error) {
	domain := d.c.start.Hostname()
	name := "_" + d.f.Service + "._tcp." + domain
	at := &url.URL{Scheme: "dns", Opaque: name}
	_, records, err := d.c.config.LookupSRV(ctx, d.f.Service, "tcp", domain)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil || len(records) == 0 {
		d.note("which host?", at, true, "none is named")
		return false, nil
	}
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b *net.SRV) int { // of equal weight always the same one
		switch {
		case a.Priority != b.Priority:
			return int(a.Priority) - int(b.Priority)
		case a.Weight != b.Weight:
			return int(b.Weight) - int(a.Weight)
		}
		return strings.Compare(a.Target, b.Target)
	})
	path := d.f.WellKnown
	if d.c.config.LookupTXT != nil {
		if texts, err := d.c.config.LookupTXT(ctx, name); err == nil {
			for _, t := range texts {
				if p, is := strings.CutPrefix(t, "path="); is && strings.HasPrefix(p, "/") {
					path = p
				}
			}
		}
	}
	for _, r := range records {
		host := strings.TrimSuffix(strings.ToLower(r.Target), ".")
		if host == "" { // RFC 2782: the service is decidedly not there
			d.note("which host?", at, true, "the domain says that it has no %s", d.f.Name)
			continue
		}
		to, err := ParseURL(fmt.Sprintf("https://%s:%d%s", host, r.Port, path))
		if err != nil {
			d.note("which host?", at, true, "one that is none: %s", printable(host))
			continue
		}
		if host != domain && !strings.HasSuffix(host, "."+domain) {
			d.note("which host?", at, true, "%s, which is outside of the domain: make %s the URL of the account if it is right", host, to)
			continue
		}
		d.note("which host?", at, false, "%s", to)
		d.c.origins.add(to)
		if done, err := d.try(ctx, "what is this?", to, path == d.f.WellKnown); done || err != nil {
			return done, err
		}
	}
	return false, nil
}
