package imapd

import "strings"

// state is what a session must have reached for a command (RFC 3501,
// section 3).
type state int

const (
	anyState state = iota
	notAuthenticated
	authenticated
	selected
)

// verb is a command: when it may come, and what it needs to be offered.
type verb struct {
	needs state
	offer string
	// free verbs read or write the connection themselves and lock by
	// themselves.
	free bool
	do   func(*parser) answer
	// quiet verbs may not be followed by EXPUNGE responses (RFC 3501,
	// section 7.4.1).
	quiet bool
}

// verb finds a command.
func (c *session) verb(name string) (verb, bool) {
	base, uid := strings.CutPrefix(name, "UID ")
	if v, found := c.verbSelected(base, uid); found {
		return v, true
	}
	if uid {
		return verb{}, false
	}
	switch base {
	case "CAPABILITY":
		return verb{do: c.capability}, true
	case "NOOP":
		return verb{do: c.noop}, true
	case "LOGOUT":
		return verb{do: c.logout}, true
	case "ID":
		return verb{do: c.identify, offer: "ID"}, true
	case "STARTTLS":
		return verb{do: c.mayStartTLS, needs: notAuthenticated, offer: "STARTTLS"}, true
	case "AUTHENTICATE":
		return verb{do: c.authenticate, needs: notAuthenticated, free: true}, true
	case "LOGIN":
		return verb{do: c.login, needs: notAuthenticated}, true
	case "ENABLE":
		return verb{do: c.enable, needs: authenticated, offer: "ENABLE"}, true
	case "NAMESPACE":
		return verb{do: c.namespace, needs: authenticated, offer: "NAMESPACE"}, true
	case "SELECT", "EXAMINE":
		return verb{do: func(p *parser) answer { return c.doSelect(p, base == "EXAMINE") }, needs: authenticated}, true
	case "CREATE":
		return verb{do: c.create, needs: authenticated}, true
	case "DELETE":
		return verb{do: c.delete, needs: authenticated}, true
	case "RENAME":
		return verb{do: c.rename, needs: authenticated}, true
	case "SUBSCRIBE", "UNSUBSCRIBE":
		return verb{do: func(p *parser) answer { return c.subscribe(p, base == "SUBSCRIBE") }, needs: authenticated}, true
	case "LIST":
		return verb{do: c.list, needs: authenticated}, true
	case "LSUB":
		return verb{do: c.lsub, needs: authenticated}, true
	case "STATUS":
		return verb{do: c.status, needs: authenticated}, true
	case "APPEND":
		return verb{do: c.append, needs: authenticated}, true
	case "COMPRESS":
		return verb{do: c.compress, needs: authenticated, offer: "COMPRESS=DEFLATE"}, true
	case "NOTIFY":
		return verb{do: c.notify, needs: authenticated, offer: "NOTIFY"}, true
	case "IDLE":
		return verb{do: c.idle, needs: authenticated, offer: "IDLE", free: true}, true
	}
	return verb{}, false
}

// verbSelected finds a command that needs a selected mailbox.
func (c *session) verbSelected(base string, uid bool) (verb, bool) {
	v := verb{needs: selected}
	switch {
	case base == "CHECK" && !uid:
		v.do = c.noop
	case base == "CLOSE" && !uid:
		v.do = c.closeBox
	case base == "UNSELECT" && !uid:
		v.do, v.offer = c.unselect, "UNSELECT"
	case base == "EXPUNGE" && uid:
		v.do, v.offer = func(p *parser) answer { return c.expunge(p, true) }, "UIDPLUS"
	case base == "EXPUNGE":
		v.do = func(p *parser) answer { return c.expunge(p, false) }
	case base == "SEARCH":
		v.do, v.quiet = func(p *parser) answer { return c.search(p, uid) }, !uid
	case base == "FETCH":
		v.do, v.quiet = func(p *parser) answer { return c.fetch(p, uid) }, !uid
	case base == "STORE":
		v.do, v.quiet = func(p *parser) answer { return c.store(p, uid) }, !uid
	case base == "COPY":
		v.do = func(p *parser) answer { return c.copy(p, uid, false) }
	case base == "MOVE":
		v.do, v.offer = func(p *parser) answer { return c.copy(p, uid, true) }, "MOVE"
	}
	return v, v.do != nil
}

// obey runs a command under the server's lock.
func (c *session) obey(name string, p *parser) answer {
	v, found := c.verb(name)
	switch {
	case !found || v.offer != "" && !c.srv.has(v.offer):
		p.fail("unknown command %s", name)
		return answer{}
	case v.needs == notAuthenticated && c.user != nil, v.needs >= authenticated && c.user == nil, v.needs == selected && c.box == nil:
		p.fail("%s in the wrong state", name)
		return answer{}
	case v.free:
		return v.do(p)
	}
	c.srv.mu.Lock()
	defer c.srv.mu.Unlock()
	a := v.do(p)
	if p.bad != "" {
		return answer{}
	}
	c.update(!v.quiet)
	c.notices()
	return a
}
