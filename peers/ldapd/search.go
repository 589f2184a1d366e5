package ldapd

import (
	"slices"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// query is a search, taken apart (RFC 4511, section 4.5.1).
type query struct {
	base       string
	parts      []string
	scope      int64
	limit      int // of the client; 0 = none
	typesOnly  bool
	filter     *ber.Packet
	attributes []string
	page       *pageOf
	// dsa: what refers elsewhere is shown as it is (RFC 3296).
	dsa bool
}

// pageOf is what the control of pages asks for.
type pageOf struct {
	size int
	// after is the serial number of the last entry that was given.
	after int
	// stop: the client wants no more.
	stop bool
}

// search obeys one.
func (c *session) search(r request) error {
	q, refused := c.query(r)
	if refused.Code != success && q.filter == nil {
		c.violation("a search that is none")
		return c.finish(r.id, resultOf(opDone, refused), nil, Fault{})
	}
	asked := Asked{Session: c.id, User: c.who, Base: q.base, Scope: scopeName(q.scope), Filter: printed(q.filter), Attributes: q.attributes}
	if q.page != nil {
		if q.page.after == 0 {
			c.pages, c.given = 0, 0
		}
		c.pages++
		asked.Page, asked.Size = c.pages, q.page.size
	}
	f := c.srv.ask(c, Ask{Request: "SEARCH", Base: q.base, Filter: asked.Filter, Page: asked.Page})
	if err := c.play(r, f); err != nil || f.Hang {
		return err
	}
	found, cookie, result := c.find(q)
	if refused.Code != success {
		found, cookie, result = nil, "", refused
	}
	switch {
	case f.Refuse != nil:
		found, cookie, result = found[:min(len(found), f.RefuseAfter)], "", *f.Refuse
	case f.Partial != nil:
		found, cookie, result = found[:min(len(found), *f.Partial)], "", Result{}
	case f.Same && q.page != nil:
		cookie = strconv.Itoa(q.page.after)
	}
	for _, e := range found {
		if f.CutAfter != nil && asked.Entries == *f.CutAfter {
			c.w.Flush()
			return errEnd
		}
		answer := c.srv.show(q, e, f.Lost)
		asked.Entries++
		if !q.dsa && e.is("referral") {
			answer = ber.Encode(ber.ClassApplication, ber.TypeConstructed, opReference, nil, "")
			for _, uri := range e.get("ref") {
				answer.AppendChild(octetString(uri + "??" + asked.Scope))
			}
			asked.Entries--
		}
		if err := c.send(r.id, answer, nil); err != nil {
			return err
		}
	}
	c.given += asked.Entries
	c.srv.mu.Lock()
	c.srv.searches = append(c.srv.searches, asked)
	c.srv.sent += asked.Entries
	c.srv.mu.Unlock()
	if f.CutAfter != nil {
		c.w.Flush()
		return errEnd
	}
	var controls *ber.Packet
	if q.page != nil && result.Code == success && !f.NoControl {
		if c.srv.opt.OneCookie && cookie != "" {
			c.after, _ = strconv.Atoi(cookie) // find made it
			cookie = "0"
		}
		controls = pageControl(cookie)
	}
	return c.finish(r.id, resultOf(opDone, result), controls, f)
}

func scopeName(n int64) string {
	return [...]string{"base", "one", "sub"}[min(max(n, 0), 2)]
}

// query takes a search apart. A result other than success is the answer; what
// is no search at all has no filter.
func (c *session) query(r request) (q query, result Result) {
	bad := Result{Code: protocolError, Text: "decoding error"}
	p := r.op.Children
	if len(p) != 8 {
		return q, bad
	}
	q.base = p[0].Data.String()
	scope, ok1 := p[1].Value.(int64)
	limit, ok2 := p[3].Value.(int64)
	only, ok3 := p[5].Value.(bool)
	if !ok1 || !ok2 || !ok3 || scope < 0 || scope > 2 || limit < 0 {
		return q, bad
	}
	q.scope, q.limit, q.typesOnly = scope, int(limit), only
	if _, ok := c.srv.match(&entry{}, p[6]); !ok {
		return q, bad
	}
	q.filter = p[6]
	for _, a := range p[7].Children {
		q.attributes = append(q.attributes, a.Data.String())
	}
	var ok bool
	if q.parts, ok = parseDN(q.base); !ok {
		return q, Result{Code: invalidDN, Text: "invalid DN"}
	}
	for _, control := range r.controls {
		switch {
		case control.oid == oidPages && !c.srv.opt.NoPages:
			if q.page, ok = c.parsePage(control.value); !ok {
				return q, Result{Code: protocolError, Text: "paged results cookie is invalid"}
			}
		case control.oid == oidManageDSA:
			q.dsa = true
		case control.critical:
			return q, Result{Code: unavailableExtension, Text: "critical extension is not recognized"}
		}
	}
	return q, Result{}
}

// parsePage reads the value of the control of pages (RFC 2696, section 2).
func (c *session) parsePage(value string) (*pageOf, bool) {
	p, err := ber.DecodePacketErr([]byte(value))
	if err != nil || len(p.Children) != 2 {
		return nil, false
	}
	size, ok := p.Children[0].Value.(int64)
	if !ok || size < 0 || size > 1<<31-1 {
		return nil, false
	}
	out := &pageOf{size: int(size)}
	switch cookie := p.Children[1].Data.String(); {
	case cookie == "":
		return out, true
	case c.srv.opt.OneCookie:
		out.after, ok = c.after, cookie == "0" && c.after > 0
	default:
		out.after, err = strconv.Atoi(cookie)
		ok = err == nil && out.after >= 0
	}
	out.stop = size == 0
	return out, ok
}

// find returns what one answer shows, and the cookie of the page behind it.
func (c *session) find(q query) (found []*entry, cookie string, result Result) {
	s := c.srv
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(q.parts) == 0 && q.scope == 0 {
		root := s.root(c)
		if t, _ := s.match(root, q.filter); t == yes {
			found = append(found, root)
		}
		return found, "", Result{}
	}
	if result := s.reachable(c, q); result.Code != success {
		return nil, "", result
	}
	if q.page != nil && q.page.stop {
		return nil, "", Result{}
	}
	limit := s.opt.limit(key(c.who))
	most := limit.Size // of this answer; 0 = no limit
	if q.page != nil {
		most = 0
	}
	if q.limit > 0 && (most == 0 || q.limit < most) {
		most = q.limit
	}
	n := 0 // entries; what refers elsewhere does not count
	for _, e := range s.entries {
		if q.page != nil && e.serial <= q.page.after {
			continue
		}
		depth, ok := below(e.parts, q.parts)
		if !ok || q.scope == 0 && depth != 0 || q.scope == 1 && depth != 1 {
			continue
		}
		if !q.dsa && e.is("referral") {
			found = append(found, e)
			continue
		}
		e = s.withPosition(e)
		if t, _ := s.match(e, q.filter); t != yes {
			continue
		}
		switch {
		case most > 0 && n == most, q.page != nil && limit.Paged > 0 && c.given+n == limit.Paged:
			return found, "", Result{Code: sizeLimitExceeded}
		case q.page != nil && n == q.page.size:
			return found, strconv.Itoa(found[len(found)-1].serial), Result{}
		}
		found = append(found, e)
		n++
	}
	return found, "", Result{}
}

// withPosition adds contextCSN to the entry of a suffix; the caller holds the
// lock.
func (s *Server) withPosition(e *entry) *entry {
	if s.opt.NoSync || !s.suffixes[e.key] {
		return e
	}
	told := *e
	told.attributes = append(slices.Clone(e.attributes), attribute{"contextCSN", "contextcsn", nil, []string{s.csn}, true})
	return &told
}

// reachable tells whether the base is there, and here, and may be seen; the
// caller holds the lock.
func (s *Server) reachable(c *session, q query) Result {
	if c.barred() {
		return Result{Code: needsTLS, Text: "TLS confidentiality required"}
	}
	if c.who == "" && !s.opt.Anonymous {
		return Result{Code: noSuchObject}
	}
	if e := s.byKey[join(q.parts)]; e != nil && (q.dsa || !e.is("referral")) {
		return Result{}
	}
	for above := q.parts; len(above) > 0; above = above[1:] {
		e := s.byKey[join(above)]
		switch {
		case e == nil:
		case e.is("referral") && !q.dsa:
			return Result{Code: referral, Matched: e.dn, Referrals: slices.Clone(e.get("ref"))}
		default:
			return Result{Code: noSuchObject, Matched: e.dn}
		}
	}
	return Result{Code: noSuchObject}
}

// hidden: no filter and no answer shows the attribute.
func (s *Server) hidden(base string) bool { return slices.Contains(s.opt.Hidden, base) }

// covered tells whether an attribute is one of those that a description means
// (RFC 4512, section 2.5.2: options make subtypes).
func (a attribute) covered(base string, options []string) bool {
	return a.base == base && !slices.ContainsFunc(options, func(o string) bool {
		return o != "binary" && !strings.HasPrefix(o, "range=") && !slices.Contains(a.options, o)
	})
}
