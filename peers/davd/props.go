package davd

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lockstep/core"
)

// props are all properties that a target has, in an order of their own.
func (s *Server) props(user string, t *target) []*node {
	p := s.profile()
	var out []*node
	add := func(n *node) { out = append(out, n) }
	add(resourceType(p, t))
	if !p.NoPrincipal {
		add(dav("current-user-principal", href(s.hrefOf(forUser(p.Principal, user)))))
	}
	if t.item != nil {
		i := t.item
		add(leaf(nsDAV, "getetag", p.ETags.spell(i.tag)))
		add(leaf(nsDAV, "getcontenttype", t.coll.mime()+"; charset=utf-8"))
		add(leaf(nsDAV, "getcontentlength", strconv.Itoa(len(i.body))))
		add(leaf(nsDAV, "getlastmodified", i.modified.Format(http.TimeFormat)))
		if i.scheduleTag != "" {
			add(leaf(nsCalDAV, "schedule-tag", Strong.spell(i.scheduleTag)))
		}
		return out
	}
	if t.principal {
		// RFC 6352, section 7.1.1; RFC 4791, section 6.2.1
		homes := func(n *node, path string) {
			if !s.hideHomes {
				n.kids = []*node{href(s.hrefOf(forUser(path, user)))}
			}
			add(n)
		}
		homes(el(nsCardDAV, "addressbook-home-set"), p.Contacts)
		homes(el(nsCalDAV, "calendar-home-set"), p.Calendars)
	}
	if t.principal {
		add(dav("principal-URL", href(s.hrefOf(t.path))))
		add(el(nsCalDAV, "calendar-user-address-set", href(s.hrefOf(t.path))))
	}
	add(privileges(p, t))
	add(reports(p, t.coll))
	if p.FolderHomes && len(t.homes) > 0 {
		name := strings.TrimSuffix(t.path, "/")
		const never = "4b825dc642cb6eb9a060e54bf8d69288fbee4904" // the tree of git with nothing in it
		add(leaf(nsDAV, "displayname", name[strings.LastIndexByte(name, '/')+1:]))
		add(leaf(nsDAV, "getetag", p.ETags.spell(never)))
		add(leaf(nsDAV, "getcontenttype", "httpd/unix-directory"))
		add(leaf(nsDAV, "sync-token", never))
		add(leaf(nsServer, "getctag", never))
	}
	if c := t.coll; c != nil {
		out = append(out, s.collectionProps(user, c)...)
	}
	return out
}

func (s *Server) collectionProps(user string, c *collection) []*node {
	p := s.profile()
	out := []*node{dav("owner", href(s.hrefOf(forUser(p.Principal, user))))}
	if p.Changes == SyncToken {
		out = append(out, leaf(nsDAV, "sync-token", s.token(c, c.change)))
	}
	if p.Changes != Nothing {
		ctag := fmt.Sprintf(`"c%d-%d"`, c.incarnation, c.version)
		if p.StateTokens { // both are one digest
			ctag = s.token(c, c.change)
		}
		out = append(out, leaf(nsServer, "getctag", ctag))
	}
	if p.CollectionETags {
		out = append(out, leaf(nsDAV, "getetag", p.ETags.spell(fmt.Sprintf("c%d-%d", c.incarnation, c.version))))
	}
	if s.opt.MaxSize > 0 && !s.opt.SizeUntold {
		out = append(out, leaf(c.space(), "max-resource-size", strconv.Itoa(s.opt.MaxSize)))
	}
	if c.kind == core.Contact && p.Name != "radicale" {
		data := el(nsCardDAV, "supported-address-data")
		for _, version := range []string{"3.0", "4.0"} {
			data.kids = append(data.kids, &node{name: xml.Name{Space: nsCardDAV, Local: "address-data-type"}, attr: []xml.Attr{
				{Name: xml.Name{Local: "content-type"}, Value: "text/vcard"}, {Name: xml.Name{Local: "version"}, Value: version}}})
		}
		out = append(out, data)
	}
	components := xml.Name{Space: nsCalDAV, Local: "supported-calendar-component-set"}
	if (c.kind == core.Event || p.ComponentsEverywhere) && c.props[components] == nil {
		n := &node{name: components}
		for _, name := range []string{"VEVENT", "VTODO", "VJOURNAL"} {
			n.kids = append(n.kids, &node{name: xml.Name{Space: nsCalDAV, Local: "comp"}, attr: []xml.Attr{{Name: xml.Name{Local: "name"}, Value: name}}})
		}
		out = append(out, n)
	}
	description := xml.Name{Space: nsCalDAV, Local: "calendar-description"}
	if p.EmptyDescriptions && c.kind == core.Event {
		out = append(out, &node{name: description})
	}
	dead := slices.SortedFunc(maps.Keys(c.props), compareNames)
	for _, name := range dead {
		if p.EmptyDescriptions && name == description {
			continue
		}
		out = append(out, c.props[name])
	}
	return out
}

func compareNames(a, b xml.Name) int { return strings.Compare(a.Space+a.Local, b.Space+b.Local) }

// live tells which properties no client may set (RFC 4918, section 9.2).
func live(name xml.Name) bool {
	switch name.Space {
	case nsDAV:
		return name.Local != "displayname"
	case nsCardDAV:
		return name.Local != "addressbook-description"
	case nsCalDAV:
		return !slices.Contains([]string{"calendar-description", "calendar-timezone", "supported-calendar-component-set", "schedule-calendar-transp"}, name.Local)
	}
	return name == xml.Name{Space: nsServer, Local: "getctag"}
}

func resourceType(p Profile, t *target) *node {
	n := dav("resourcetype")
	if t.item != nil || t.root && p.FolderHomes {
		return n
	}
	n.kids = append(n.kids, dav("collection"))
	if t.principal {
		n.kids = append(n.kids, dav("principal"))
	}
	if t.coll != nil && t.coll.kind == core.Contact {
		n.kids = append(n.kids, el(nsCardDAV, "addressbook"))
	} else if t.coll != nil {
		n.kids = append(n.kids, el(nsCalDAV, "calendar"))
	}
	return n
}

// privileges are those of RFC 3744, section 3.
func privileges(p Profile, t *target) *node {
	if p.Privilege != "" {
		return dav("current-user-privilege-set", dav("privilege", dav(p.Privilege)))
	}
	names := []string{"read"}
	if t.coll == nil || !t.coll.readOnly {
		names = append(names, "write", "write-properties", "write-content", "bind", "unbind")
	}
	n := dav("current-user-privilege-set")
	for _, name := range names {
		n.kids = append(n.kids, dav("privilege", dav(name)))
	}
	return n
}

// reports that a collection answers (RFC 3253, section 3.1.5); nil = a home or
// a principal, which answers none.
func reports(p Profile, c *collection) *node {
	n := dav("supported-report-set")
	if c == nil {
		return n
	}
	add := func(report *node) {
		if !p.BareReports {
			report = dav("report", report)
		}
		n.kids = append(n.kids, dav("supported-report", report))
	}
	if p.Changes == SyncToken {
		add(dav("sync-collection"))
	}
	if c.kind == core.Contact {
		add(el(nsCardDAV, "addressbook-multiget"))
		add(el(nsCardDAV, "addressbook-query"))
	} else {
		add(el(nsCalDAV, "calendar-multiget"))
		add(el(nsCalDAV, "calendar-query"))
	}
	return n
}
