package imapd

import (
	"crypto/tls"
	"maps"
	"slices"
	"strings"
)

// capability: CAPABILITY (RFC 3501, section 6.1.1).
func (c *session) capability(p *parser) answer {
	if !p.end() {
		return answer{}
	}
	c.asked = c.asked || c.user == nil
	c.out.line("* CAPABILITY %s", strings.Join(c.capabilities(), " "))
	return ok("Capability completed.")
}

// noop: NOOP and CHECK (RFC 3501, sections 6.1.2 and 6.4.1).
func (c *session) noop(p *parser) answer {
	if !p.end() {
		return answer{}
	}
	return ok("NOOP completed.")
}

// logout: LOGOUT (RFC 3501, section 6.1.3).
func (c *session) logout(p *parser) answer {
	if !p.end() {
		return answer{}
	}
	c.out.line("* BYE Logging out")
	c.closing, c.box = true, nil
	return ok("Logout completed.")
}

// identify: ID (RFC 2971, section 3.1).
func (c *session) identify(p *parser) answer {
	p.sp()
	if !p.try("NIL") {
		n := 0
		p.list(func() {
			if n++; n%2 == 1 {
				p.str()
			} else if !p.try("NIL") {
				p.str()
			}
		})
		if n%2 == 1 {
			p.fail("an ID field without a value")
		}
	}
	if !p.end() {
		return answer{}
	}
	var words []string
	for _, k := range slices.Sorted(maps.Keys(c.srv.opt.ID)) {
		words = append(words, quoted(k), quoted(c.srv.opt.ID[k]))
	}
	c.out.line("* ID (%s)", strings.Join(words, " "))
	return ok("ID completed.")
}

// enable: ENABLE (RFC 5161, section 3.1).
func (c *session) enable(p *parser) answer {
	var on []string
	p.sp()
	for first := true; first || p.try(" "); first = false {
		switch name := p.keyword(); {
		case !c.srv.has(name):
		case name == "CONDSTORE":
			c.condstore = true
			on = append(on, name)
		case name == "QRESYNC": // RFC 7162, section 3.2.3: it enables CONDSTORE, too
			c.condstore, c.qresync = true, true
			on = append(on, name)
		case name == "UTF8=ACCEPT": // RFC 6855, section 3
			c.utf8 = true
			on = append(on, name)
		}
	}
	if !p.end() {
		return answer{}
	}
	c.out.line("%s", strings.TrimSuffix("* ENABLED "+strings.Join(on, " "), " "))
	return ok("Enabled.")
}

// namespace: NAMESPACE (RFC 2342, section 5).
func (c *session) namespace(p *parser) answer {
	if !p.end() {
		return answer{}
	}
	o := c.srv.opt
	c.out.line("* NAMESPACE %s %s %s", c.space(o.Prefix, true), c.space(o.Others, false), c.space(o.Shared, false))
	return ok("Namespace completed.")
}

func (c *session) space(prefix string, there bool) string {
	if prefix == "" && !there {
		return "NIL"
	}
	if !c.utf8 {
		prefix = encodeName(prefix)
	}
	return "((" + quoted(prefix) + " " + quoted(c.srv.opt.Delimiter) + "))"
}

// mayStartTLS: STARTTLS (RFC 3501, section 6.2.1).
func (c *session) mayStartTLS(p *parser) answer {
	if c.secure {
		p.fail("STARTTLS in TLS")
	}
	if !p.end() {
		return answer{}
	}
	return ok("Begin TLS negotiation now.")
}

// startTLS sends the answer and goes over to TLS. What the client sent in
// plain text behind the command is a violation and is dropped.
func (c *session) startTLS(f Fault) error {
	if err := c.finish(f); err != nil {
		return err
	}
	if n := c.in.Buffered(); n > 0 {
		c.violation("%d bytes behind STARTTLS before the handshake", n)
	}
	conn := tls.Server(c.conn, c.srv.certs.config())
	if err := conn.Handshake(); err != nil {
		return err
	}
	c.srv.mu.Lock()
	c.conn, c.secure = conn, true
	c.srv.mu.Unlock()
	c.in.Reset(conn)
	return nil
}
