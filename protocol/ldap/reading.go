package ldap

import (
	"context"
	"strings"

	"lockstep/core"
)

// reading is one Search under way.
type reading struct {
	c      *Client
	ctx    context.Context
	search Search
	yield  func(Entry, error) bool
	left   bool // the caller has seen enough
	names  names
	// open entries of this page wait for the rest of their values.
	open []openEntry
	// elsewhere is what search references name (RFC 4511, section 4.5.3).
	elsewhere ReferenceError
}

// page is what one answer was.
type page struct {
	cookie string // of the next page; "" = this was the last
	paged  bool
	first  string // DN of its first entry; "" = it had none
}

// run reads all pages.
func (r *reading) run() error {
	if err := r.c.free(); err != nil {
		return err
	}
	request, err := r.search.request()
	if err != nil {
		return err
	}
	r.c.reading = true
	defer func() { r.c.reading = false }()
	defer r.c.guard(r.ctx)()
	began := map[string]string{} // what the page behind a cookie began with
	for cookie := ""; ; {
		p, err := r.page(request, cookie)
		if err != nil || r.left {
			return err
		}
		switch before, again := began[cookie]; {
		case again && before == p.first:
			// Several servers use one cookie for all pages of a search (389
			// Directory Server, ApacheDS): the cookie alone proves nothing.
			return r.c.lose(r.ctx, &core.Error{Op: "ldap.Search", Class: core.Permanent, Thing: thing(r.search.Base),
				Remedy: "set page = 0, and let the server allow the account a larger answer", Err: broken("the server sends the same page again")})
		case cookie != "" && !p.paged:
			return r.c.lose(r.ctx, broken("the server stopped telling pages in the middle of a search"))
		case p.cookie != "" && r.search.pages("") == nil:
			return r.c.lose(r.ctx, broken("the server sends pages that nobody asked for"))
		case p.cookie == "":
			if r.elsewhere.Count > 0 {
				return &r.elsewhere
			}
			return nil
		}
		if cookie != "" {
			began[cookie] = p.first
		}
		cookie = p.cookie
	}
}

// page reads one page to its end.
func (r *reading) page(request []byte, cookie string) (p page, err error) {
	id, err := r.c.send(r.ctx, request, r.search.pages(cookie))
	if err != nil {
		return p, err
	}
	for {
		m, err := r.c.receive(r.ctx, id)
		if err != nil {
			return p, err
		}
		switch m.op {
		case opEntry:
			e, ranges, err := r.names.entry(m.body)
			if err != nil {
				return p, r.c.lose(r.ctx, err)
			}
			if p.first == "" {
				p.first = e.DN
			}
			if len(ranges) > 0 {
				if len(r.open) == maxOpen {
					return p, r.c.lose(r.ctx, broken("more than %d entries of one page have values in ranges", maxOpen))
				}
				r.open = append(r.open, openEntry{e, ranges})
			} else if !r.deliver(e) {
				return p, r.c.lose(r.ctx, errLeft())
			}
		case opReference:
			if err := r.refer(m); err != nil {
				return p, r.c.lose(r.ctx, err)
			}
		case opDone:
			if err := m.result(); err != nil {
				return p, err
			}
			if p.cookie, p.paged, err = m.cookie(); err != nil {
				return p, r.c.lose(r.ctx, err)
			}
			return p, r.complete()
		default:
			return p, r.c.lose(r.ctx, broken("a search was answered with operation %#x", m.op))
		}
	}
}

func (r *reading) deliver(e Entry) bool {
	r.left = !r.yield(e, nil)
	return !r.left
}

// complete asks for what the open entries of a page still lack.
func (r *reading) complete() error {
	for _, o := range r.open {
		if err := r.c.fill(r.ctx, &r.names, o); err != nil {
			return err
		}
		if !r.deliver(o.Entry) {
			return r.c.lose(r.ctx, errLeft())
		}
	}
	r.open = nil
	return nil
}

// refer counts a search reference. Nobody follows it: the server that it names
// is not the one that the password is for.
func (r *reading) refer(m message) error {
	d := &decoder{rest: m.body}
	list := uris(d)
	if d.bad || len(list) == 0 {
		return broken("a search reference is not what LDAP allows")
	}
	if holdsNobody(list[0]) {
		return nil
	}
	r.elsewhere.Count++
	if len(r.elsewhere.URIs) < 3 {
		r.elsewhere.URIs = append(r.elsewhere.URIs, list[0])
	}
	return nil
}

// holdsNobody tells the three partitions that every Active Directory refers to
// from the top of a domain: two of DNS records, and that of the servers'
// configuration. No person is in them, by design.
func holdsNobody(uri string) bool {
	_, rest, _ := strings.Cut(uri, "://")
	_, dn, _ := strings.Cut(rest, "/")
	dn = strings.ToLower(dn)
	for _, partition := range []string{"dc=forestdnszones,dc=", "dc=domaindnszones,dc=", "cn=configuration,dc="} {
		if strings.HasPrefix(dn, partition) {
			return true
		}
	}
	return false
}
