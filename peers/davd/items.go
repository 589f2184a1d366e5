package davd

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"lockstep/core"
)

func (s *Server) get(q *request) *answer {
	t, refusal := s.find(q)
	if refusal != nil {
		return refusal
	}
	if t.item == nil {
		return text(http.StatusOK, "This is "+t.path)
	}
	a := &answer{status: http.StatusOK, kind: t.coll.mime() + "; charset=utf-8", body: []byte(t.item.body)}
	a.tagged(t.item)
	return a.with("ETag", s.profile().ETags.spell(t.item.tag)).with("Last-Modified", t.item.modified.Format(http.TimeFormat))
}

// putItem is RFC 4918, section 9.7, with the preconditions of RFC 6352, section
// 6.3.2.1, and RFC 4791, section 5.3.2.1.
func (s *Server) putItem(q *request) *answer {
	p := s.profile()
	if s.foreign(q.path, q.user) {
		return text(p.Foreign, http.StatusText(p.Foreign))
	}
	if t := s.lookUp(q.path, q.user); t != nil && t.item == nil {
		return text(http.StatusMethodNotAllowed, q.path+" is a collection")
	}
	c, name := s.parent(q.path)
	if c == nil {
		return text(p.NoParentStatus, "there is no collection for "+q.path)
	}
	if a := s.mayWrite(q, c); a != nil {
		return a
	}
	old := c.items[name]
	if a := s.conditions(q, old); a != nil {
		return a
	}
	body := string(q.body)
	if s.opt.MaxSize > 0 && len(body) > s.opt.MaxSize {
		oversize := s.opt.Oversize
		if oversize.none() {
			oversize = Refusal{Status: http.StatusForbidden, Condition: "C:max-resource-size"}
		}
		return s.refuse(q, oversize, c, "")
	}
	uid, err := p.accepts(c.kind, body)
	holder := c.holder(uid, name)
	switch {
	case err != nil && !p.BadBody.none():
		return s.refuse(q, p.BadBody, c, "")
	case err == nil && uid == "" && !p.NoUID.none():
		return s.refuse(q, p.NoUID, c, "")
	case err == nil && !p.Loose && !c.holds(body):
		return s.refuse(q, Refusal{Status: http.StatusForbidden, Condition: "C:supported-calendar-component"}, c, "")
	case !p.Doubled.none() && c.kind == core.Contact && (count(body, "REV") > 1 || count(body, "PRODID") > 1):
		return s.refuse(q, p.Doubled, c, "")
	case holder != nil && !p.sameUID(c.kind).none():
		return s.refuse(q, p.sameUID(c.kind), c, c.path+holder.name)
	case old != nil && old.uid != "" && old.uid != uid && !p.sameUID(c.kind).none():
		return s.refuse(q, p.sameUID(c.kind), c, c.path+name)
	}
	body = kept(q, body, old)
	if err == nil {
		for _, rewrite := range p.Stores {
			body = rewrite(c.kind, body, s.opt.Now())
		}
	}
	code := http.StatusCreated
	if old != nil {
		code = p.UpdateStatus
	} else if p.OtherNames {
		name = fmt.Sprintf("n%d-%s", s.serial, name)
	}
	now := s.put(c, name, body)
	a := status(code)
	if p.PutRow {
		a = multistatus([]*node{row(s.hrefOf(c.path+name), code)})
	}
	if old == nil && p.OtherNames {
		a.with("Location", s.hrefOf(c.path+name))
	}
	if !p.NoETag && (p.ETagAnyway || body == string(q.body)) {
		a.with("ETag", p.ETags.spell(now.tag))
	}
	return a.tagged(now)
}

// holds tells whether the components of an object are among those that the
// collection was made for.
func (c *collection) holds(body string) bool {
	set := c.props[xml.Name{Space: nsCalDAV, Local: "supported-calendar-component-set"}]
	if c.kind != core.Event || set == nil {
		return true
	}
	for _, object := range components(unfold(body)) {
		for _, k := range object.kids {
			if k.name != "VTIMEZONE" && !slices.ContainsFunc(set.kids, func(n *node) bool { return strings.EqualFold(n.attribute("name"), k.name) }) {
				return false
			}
		}
	}
	return true
}

// conditions are RFC 9110, section 13; nil = they hold.
func (s *Server) conditions(q *request, now *item) *answer {
	failed := text(http.StatusPreconditionFailed, "The condition does not hold.")
	if match := q.Header.Get("If-Match"); match != "" {
		if now == nil || match != "*" && !s.listed(match, now) {
			return failed
		}
	}
	if !scheduleCondition(q, now) {
		return failed
	}
	if none := q.Header.Get("If-None-Match"); none != "" {
		if now != nil && (none == "*" || s.listed(none, now)) {
			return failed
		}
	}
	return nil
}

// listed tells whether a list of ETags has that of an item. W/ never matches.
func (s *Server) listed(list string, i *item) bool {
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == `"`+i.tag+`"` || s.profile().ETags == Unquoted && one == i.tag {
			return true
		}
	}
	return false
}

// deleteAny is RFC 4918, section 9.6.
func (s *Server) deleteAny(q *request) *answer {
	t, refusal := s.find(q)
	if refusal != nil {
		return refusal
	}
	if t.coll == nil {
		return text(http.StatusForbidden, "this stays")
	}
	if a := s.mayWrite(q, t.coll); a != nil {
		return a
	}
	if t.item != nil {
		if a := s.conditions(q, t.item); a != nil {
			return a
		}
		s.remove(t.coll, t.item.name)
	} else {
		s.unmake(t.coll)
	}
	if s.profile().DeleteRow {
		a := multistatus([]*node{row(s.hrefOf(q.path), http.StatusOK)})
		a.status = http.StatusOK
		return a
	}
	return status(http.StatusNoContent)
}

// move is RFC 4918, section 9.9, of an item.
func (s *Server) move(q *request) *answer {
	p := s.profile()
	if p.NoMove {
		return text(http.StatusMethodNotAllowed, "MOVE is not done here")
	}
	t, refusal := s.find(q)
	if refusal != nil {
		return refusal
	}
	to, ours := s.localHref(q.Header.Get("Destination"))
	if !ours {
		return text(http.StatusBadGateway, "the destination is not here")
	}
	c, name := s.parent(to)
	switch {
	case t.item == nil || name == "":
		return text(http.StatusMethodNotAllowed, "only items move")
	case s.foreign(to, q.user):
		return text(p.Foreign, http.StatusText(p.Foreign))
	case c == nil:
		return text(http.StatusConflict, "there is no collection for "+to)
	case c.kind != t.coll.kind:
		return text(http.StatusForbidden, "the destination is of another kind")
	}
	for _, side := range []*collection{t.coll, c} {
		if a := s.mayWrite(q, side); a != nil {
			return a
		}
	}
	if a := s.conditions(q, t.item); a != nil {
		return a
	}
	there := c.items[name]
	if there != nil && q.Header.Get("Overwrite") == "F" {
		return text(http.StatusPreconditionFailed, "there is something at "+to)
	}
	if there != nil && there.uid != t.item.uid && !p.sameUID(c.kind).none() {
		return s.refuse(q, p.sameUID(c.kind), c, to)
	}
	if holder := c.holder(t.item.uid, name); holder != nil && c != t.coll && !p.sameUID(c.kind).none() {
		return s.refuse(q, p.sameUID(c.kind), c, c.path+holder.name)
	}
	s.remove(t.coll, t.item.name)
	s.put(c, name, t.item.body)
	if there != nil {
		return status(http.StatusNoContent)
	}
	return status(http.StatusCreated)
}
