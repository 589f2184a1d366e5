package davd

import (
	"net/http"
	"slices"
	"strings"

	"lockstep/core"
)

// mkcol is RFC 5689, and MKCALENDAR RFC 4791, section 5.3.1. Only address books
// and calendars are made, and only in a home.
func (s *Server) mkcol(q *request) *answer {
	if q.xmlErr != nil {
		return text(http.StatusBadRequest, "the body: "+q.xmlErr.Error())
	}
	kind, ok := wanted(q)
	if !ok {
		return text(http.StatusForbidden, "only address books and calendars are made here")
	}
	folder := strings.TrimSuffix(q.path, "/") + "/"
	if s.foreign(folder, q.user) {
		return text(s.profile().Foreign, http.StatusText(s.profile().Foreign))
	}
	if s.lookUp(folder, q.user) != nil || s.lookUp(strings.TrimSuffix(folder, "/"), q.user) != nil {
		if q.Method == "MKCALENDAR" {
			return s.failed(q, s.profile().ExistsStatus, dav("resource-must-be-null"))
		}
		return text(http.StatusMethodNotAllowed, "there is something at "+folder) // RFC 4918, section 9.3.1
	}
	parent := folder[:strings.LastIndexByte(strings.TrimSuffix(folder, "/"), '/')+1]
	homes := s.homeOf(parent, q.user)
	switch {
	case s.lookUp(parent, q.user) == nil:
		return text(http.StatusConflict, "there is no "+parent)
	case !slices.Contains(homes, kind):
		return text(http.StatusForbidden, "this may not be in "+parent)
	}
	c := s.make(q.user, kind, folder)
	var done []*node
	if q.xml != nil {
		for _, set := range q.xml.kids {
			if prop := set.child(nsDAV, "prop"); prop != nil && set.is(nsDAV, "set") {
				for _, p := range prop.kids {
					done = append(done, &node{name: p.name})
					if !live(p.name) {
						s.set(c, p.name, p)
					}
				}
			}
		}
	}
	if q.Method == "MKCOL" && s.profile().MkcolResponse {
		return &answer{status: http.StatusCreated, doc: dav("mkcol-response", propstat(http.StatusOK, done))}
	}
	if space := s.profile().MkcalendarResponse; q.Method == "MKCALENDAR" && q.xml != nil && space != "" {
		return &answer{status: http.StatusCreated, doc: el(space, "mkcalendar-response", propstat(http.StatusOK, done))}
	}
	return status(http.StatusCreated)
}

// wanted is the kind of collection that a request makes.
func wanted(q *request) (core.Kind, bool) {
	if q.Method == "MKCALENDAR" {
		return core.Event, q.xml == nil || q.xml.is(nsCalDAV, "mkcalendar")
	}
	if q.xml == nil || !q.xml.is(nsDAV, "mkcol") {
		return "", false
	}
	for _, set := range q.xml.kids {
		prop := set.child(nsDAV, "prop")
		if prop == nil || prop.child(nsDAV, "resourcetype") == nil {
			continue
		}
		types := prop.child(nsDAV, "resourcetype")
		switch {
		case types.child(nsCardDAV, "addressbook") != nil:
			return core.Contact, true
		case types.child(nsCalDAV, "calendar") != nil:
			return core.Event, true
		}
	}
	return "", false
}
