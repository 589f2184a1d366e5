package imap

import (
	"context"

	"lockstep/format/utf7"
)

// StartNamespaces asks where mailboxes are kept (RFC 2342, section 5). told is
// called if the answer can be read.
func (c *Conn) StartNamespaces(ctx context.Context, told func(Namespaces)) *Command {
	return c.start(ctx, &Command{name: "NAMESPACE", h: handlers{spaces: told}})
}

// namespaceData reads NAMESPACE: three lists, one for each of a Namespaces.
func (c *Conn) namespaceData() {
	var n Namespaces
	for _, list := range []*[]Namespace{&n.Personal, &n.Others, &n.Shared} {
		c.r.spaces()
		c.r.list(func() { *list = append(*list, c.namespace()) })
	}
	if p := c.first(func(p *Command) bool { return p.h.spaces != nil }); p != nil && c.r.ok() {
		p.h.spaces(n)
	}
}

// namespace reads a prefix, a delimiter and what extensions add.
func (c *Conn) namespace() (n Namespace) {
	r, part := c.r, 0
	r.list(func() {
		switch part++; part {
		case 1:
			raw, _ := r.str()
			n.Prefix = raw
			if name, exact := utf7.Decode(raw); exact && !c.utf8 {
				n.Prefix = name
			}
		case 2:
			if s, there := r.str(); there && len(s) == 1 {
				n.Delimiter = s[0]
			} else if there {
				r.fail("a delimiter is not one character")
			}
		default:
			r.value()
		}
	})
	if part < 2 {
		r.fail("a namespace is not a prefix and a delimiter")
	}
	return n
}
