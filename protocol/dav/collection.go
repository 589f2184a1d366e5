package dav

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lockstep/core"
)

// Collection is an address book or a calendar, or what else a URL names.
type Collection struct {
	URL *url.URL
	// Is: it is a collection of the flavour that was asked about.
	Is bool
	// Name and Description for people, and Color ("#rrggbb", "#rrggbbaa", or what
	// else the server says); "" = none.
	Name, Description, Color string
	// SyncToken (RFC 6578) and CTag move with its content; "" = not told.
	SyncToken, CTag string
	// ReadOnly: the account may not write here.
	ReadOnly bool
	// Sync and Multiget: the reports that it offers. Reports: it says which it
	// offers; those that it does not name can still be there.
	Sync, Multiget, Reports bool
	// Versions of vCard that it takes ("3.0", "4.0"), or sorts of data; nil = not told.
	Versions []string
	// Components that a calendar holds ("VEVENT"); nil = not told, which is all.
	Components []string
	// MaxSize of an item in bytes; 0 = not told.
	MaxSize int64
	// Owner is the path of its owner; "" = not told.
	Owner string

	principal *node // current-user-principal
	homes     *node
	isDir     bool
}

// collectionProperties are asked for at once.
func collectionProperties(f Flavour) []xml.Name {
	return []xml.Name{
		dav("resourcetype"), dav("displayname"), dav("sync-token"), {Space: csNS, Local: "getctag"},
		dav("supported-report-set"), f.name(f.SupportedData), f.name("supported-calendar-component-set"),
		f.name("max-resource-size"), dav("current-user-privilege-set"), dav("owner"), f.name(f.Description), f.Color,
	}
}

// collectionOf understands a row.
func collectionOf(f Flavour, at *url.URL, r row) Collection {
	p := r.found
	c := Collection{
		URL: at, Name: p[dav("displayname")].line(), Description: p[f.name(f.Description)].line(), Color: p[f.Color].line(),
		SyncToken: p[dav("sync-token")].line(), CTag: p[xml.Name{Space: csNS, Local: "getctag"}].line(),
		principal: p[dav("current-user-principal")], homes: p[f.name(f.HomeSet)],
	}
	c.Is = p[dav("resourcetype")].child(f.name(f.ResourceType)) != nil
	c.isDir = p[dav("resourcetype")].child(dav("collection")) != nil
	p[dav("supported-report-set")].each(dav("supported-report"), func(s *node) {
		c.Reports = true
		report := s.child(dav("report"))
		if report == nil {
			report = s // Xandikos leaves that element out
		}
		c.Sync = c.Sync || report.child(dav("sync-collection")) != nil
		c.Multiget = c.Multiget || report.child(f.name(f.Multiget)) != nil
	})
	if data := p[f.name(f.SupportedData)]; data != nil {
		for _, kind := range data.children { // address-data-type, calendar-data
			c.Versions = append(c.Versions, kind.attr("version"))
		}
	}
	p[f.name("supported-calendar-component-set")].each(f.name("comp"), func(n *node) { c.Components = append(c.Components, n.attr("name")) })
	if n, err := strconv.ParseInt(p[f.name("max-resource-size")].line(), 10, 64); err == nil && n > 0 {
		c.MaxSize = n
	}
	if h := p[dav("owner")].hrefs(); len(h) > 0 {
		if u, err := resolve(at, h[0]); err == nil {
			c.Owner = u.EscapedPath()
		}
	}
	c.ReadOnly = readOnly(p[dav("current-user-privilege-set")])
	return c
}

// readOnly tells whether privileges (RFC 3744, section 5.4) let nobody write; a
// server that tells none lets everybody.
func readOnly(set *node) bool {
	if set == nil {
		return false
	}
	told, may := false, false
	set.each(dav("privilege"), func(p *node) {
		for _, right := range p.children {
			told = true
			switch right.name {
			case dav("all"), dav("write"), dav("write-content"), dav("bind"):
				may = true
			}
		}
	})
	return told && !may
}

// propfind asks for properties of a URL (depth "0"), or also of what is in it ("1").
// It returns where the answer came from, and each calls for every row.
func (c *Client) propfind(ctx context.Context, what call, f Flavour, depth string, properties []xml.Name, each func(at *url.URL, r row) error) error {
	w := newBody()
	w.open("propfind", f)
	w.WriteString("<prop>")
	for _, name := range properties {
		w.empty(name)
	}
	w.WriteString("</prop></propfind>")
	what.method, what.body, what.kind = "PROPFIND", w.bytes(), "application/xml; charset=utf-8"
	what.header = http.Header{"Depth": {depth}}
	what.want = []int{http.StatusMultiStatus}
	_, err := c.multistatus(ctx, what, each)
	return err
}

// multistatus makes a call whose answer is one. Addresses are read as seen from
// where the answer came from.
func (c *Client) multistatus(ctx context.Context, what call, each func(at *url.URL, r row) error) (token string, err error) {
	at := what.at
	what.arrived = func(u *url.URL) { at = u }
	what.read = func(_ int, _ http.Header, body io.Reader) error {
		var err error
		token, err = readMultistatus(body, c.config.Limits, func(r row) error { return each(at, r) })
		return err
	}
	_, err = c.do(ctx, what)
	return token, err
}

// look asks a URL what it is.
func (c *Client) look(ctx context.Context, f Flavour, u *url.URL, wellKnown bool) (Collection, error) {
	properties := append(collectionProperties(f), dav("current-user-principal"), f.name(f.HomeSet))
	var found *Collection
	err := c.propfind(ctx, call{op: "dav.Look", at: u, wellKnown: wellKnown}, f, "0", properties, func(at *url.URL, r row) error {
		to, err := resolve(at, r.href())
		if err != nil || found != nil {
			return err
		}
		if r.failed() {
			return refused(call{op: "dav.Look", thing: u.EscapedPath()}, r.refusal(), 0)
		}
		to.Scheme, to.Host = at.Scheme, at.Host // a proxy may have another name than its server knows
		got := collectionOf(f, to, r)
		c.server.meetToken(at, got.SyncToken)
		found = &got
		return nil
	})
	if err == nil && found == nil {
		err = &core.Error{Op: "dav.Look", Class: core.Permanent, Thing: u.EscapedPath(), Err: &shapeError{"the answer says nothing about what was asked"}}
	}
	if err != nil {
		return Collection{}, err
	}
	return *found, nil
}

// Look asks what a URL is. Missing: nothing is there.
func (c *Client) Look(ctx context.Context, f Flavour, u *url.URL) (Collection, error) {
	return c.look(ctx, f, u, false)
}

// Children are the collections of the flavour directly in a home, in the order of
// their addresses, with one request. odd counts the rows that could not be
// understood or that were refused: then what is not named may be there all the same.
func (c *Client) Children(ctx context.Context, f Flavour, home *url.URL) (all []Collection, odd int, err error) {
	home = Directory(home)
	self := false
	err = c.propfind(ctx, call{op: "dav.Collections", at: home}, f, "1", collectionProperties(f), func(at *url.URL, r row) error {
		to, err := resolve(at, r.href())
		if err != nil {
			odd++
			return nil
		}
		switch where, segment := from(at, to); {
		case where == itself && r.failed():
			return refused(call{op: "dav.Collections", thing: home.EscapedPath()}, r.refusal(), 0)
		case where == itself:
			self = true
		case where == elsewhere, r.failed():
			odd++
		default:
			if got := collectionOf(f, Directory(Member(at, segment)), r); got.Is {
				c.server.meetToken(at, got.SyncToken)
				all = append(all, got)
			}
		}
		return nil
	})
	if !self && len(all) == 0 {
		odd++
	}
	slices.SortFunc(all, func(a, b Collection) int { return strings.Compare(a.URL.EscapedPath(), b.URL.EscapedPath()) })
	all = slices.CompactFunc(all, func(a, b Collection) bool { return a.URL.EscapedPath() == b.URL.EscapedPath() })
	return all, odd, err
}
