package ldap

import (
	"context"
	"iter"

	goldap "github.com/go-ldap/ldap/v3"
)

// Scope of a search, as it is written in a configuration.
type Scope string

const (
	Sub  Scope = "sub"  // the base and all below it; "" is the same
	One  Scope = "one"  // what is right below the base
	Base Scope = "base" // the base alone
)

// Search is what to read.
type Search struct {
	// Base DN; "" = the root.
	Base  string
	Scope Scope
	// Filter (RFC 4515); "" = (objectClass=*).
	Filter string
	// Attributes to read; none = all that are not operational.
	Attributes []string
	// Page is how many entries are asked for at a time; 0 = all at once. A
	// server that knows no pages sends all at once.
	Page uint32
	// limit of entries, after which the server is to say sizeLimitExceeded; 0 =
	// none. For questions whose answer is whether there is any.
	limit int64
}

const (
	oidStartTLS = "1.3.6.1.4.1.1466.20037"
	oidPages    = "1.2.840.113556.1.4.319" // RFC 2696
)

// Search streams the entries that a search finds, in the server's order; one
// whose values come in ranges is yielded at the end of its page. If it ends
// without an error, the read is complete: every page came, the server said
// success, and nothing was said to lie elsewhere. Zero entries are no error.
// No other method of the client may be called while it runs; a search that is
// left early closes the connection.
//
// An error is the last thing that is yielded. Transient: the connection was
// lost, or the server is busy or too slow. Permanent: the base or the filter is
// wrong, a limit of the server cut the answer short, or (ReferenceError) parts
// lie on other servers; all that this server holds was yielded before then.
func (c *Client) Search(ctx context.Context, s Search) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		r := &reading{c: c, ctx: ctx, search: s, yield: yield}
		if err := r.run(); err != nil && !r.left {
			yield(Entry{}, failure("ldap.Search", thing(s.Base), asking, err))
		}
	}
}

// thing names a base, for people.
func thing(base string) string {
	if base == "" {
		return `""`
	}
	return base
}

// request encodes a search (RFC 4511, section 4.5.1) that follows no aliases
// and asks for no time limit.
func (s Search) request() ([]byte, error) {
	if err := CheckDN(s.Base); err != nil {
		return nil, err
	}
	filter := s.Filter
	if filter == "" {
		filter = "(objectClass=*)"
	}
	if err := CheckFilter(filter); err != nil {
		return nil, err
	}
	compiled, err := goldap.CompileFilter(filter)
	if err != nil {
		return nil, err
	}
	scope := int64(2)
	switch s.Scope {
	case Base:
		scope = 0
	case One:
		scope = 1
	case Sub, "":
	default:
		return nil, &SyntaxError{Thing: string(s.Scope), What: "this is no scope", Remedy: "write sub, one or base"}
	}
	var attributes [][]byte
	for _, a := range s.Attributes {
		attributes = append(attributes, encodeText(tagOctets, a))
	}
	return encode(nil, opSearch, encodeText(tagOctets, s.Base), encodeInt(tagEnum, scope), encodeInt(tagEnum, 0),
		encodeInt(tagInteger, s.limit), encodeInt(tagInteger, 0), encode(nil, tagBoolean, []byte{0}), compiled.Bytes(), encode(nil, tagSequence, attributes...)), nil
}

// pages encodes the control that asks for the page behind cookie. It is not
// critical: a server that does not know it sends all at once.
func (s Search) pages(cookie string) []byte {
	if s.Page == 0 || s.Scope == Base {
		return nil
	}
	value := encode(nil, tagSequence, encodeInt(tagInteger, int64(min(s.Page, 1<<31-1))), encodeText(tagOctets, cookie))
	return encode(nil, 0xa0, encode(nil, tagSequence, encodeText(tagOctets, oidPages), encode(nil, tagOctets, value)))
}

// cookie of the next page that a server tells; "" = there is none. paged: it
// knows pages.
func (m message) cookie() (cookie string, paged bool, err error) {
	value, found, err := m.control(oidPages)
	if err != nil || !found {
		return "", false, err
	}
	d := (&decoder{rest: value}).in(tagSequence)
	d.number(tagInteger) // a guess at how many there are
	cookie = d.text(tagOctets)
	if d.bad {
		return "", false, broken("the control of pages is not what RFC 2696 allows")
	}
	return cookie, true, nil
}
