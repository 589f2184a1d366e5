package imapd

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// matcher says whether the message at an index of the view is meant.
type matcher func(i int, m *message) bool

// searcher reads search keys (RFC 3501, section 6.4.4).
type searcher struct {
	c      *session
	p      *parser
	modseq bool
	depth  int
}

// all reads keys up to the end or a parenthesis; all must hold.
func (s *searcher) all() matcher {
	keys := []matcher{s.key()}
	for s.p.bad == "" && s.p.try(" ") {
		keys = append(keys, s.key())
	}
	return func(i int, m *message) bool {
		return !slices.ContainsFunc(keys, func(k matcher) bool { return !k(i, m) })
	}
}

func (s *searcher) key() matcher {
	p := s.p
	if s.depth++; s.depth > 100 {
		p.fail("SEARCH too deep")
	}
	defer func() { s.depth-- }()
	if p.bad != "" {
		return func(int, *message) bool { return false }
	}
	if p.try("(") {
		k := s.all()
		p.want(")")
		return k
	}
	if b := p.peek(); b >= '0' && b <= '9' || b == '*' {
		return s.inSet(false)
	}
	name := p.keyword()
	if flag, negative, is := flagKey(name); is {
		return func(_ int, m *message) bool { return m.has(flag) != negative }
	}
	switch name {
	case "ALL":
		return func(int, *message) bool { return true }
	case "NOT":
		p.sp()
		k := s.key()
		return func(i int, m *message) bool { return !k(i, m) }
	case "OR":
		p.sp()
		a := s.key()
		p.sp()
		b := s.key()
		return func(i int, m *message) bool { return a(i, m) || b(i, m) }
	case "UID":
		p.sp()
		return s.inSet(true)
	case "RECENT":
		return func(_ int, m *message) bool { return m.recent == s.c }
	case "NEW":
		return func(_ int, m *message) bool { return m.recent == s.c && !m.has(`\Seen`) }
	case "OLD":
		return func(_ int, m *message) bool { return m.recent != s.c }
	}
	return s.argument(name)
}

// flagKey finds the keys that are one flag.
func flagKey(name string) (flag string, negative, is bool) {
	base, negative := strings.CutPrefix(name, "UN")
	switch base {
	case "ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN":
		return `\` + base, negative, true
	}
	return "", false, false
}

// inSet reads a set; it is compared with the view, never expanded.
func (s *searcher) inSet(uid bool) matcher {
	set := s.p.set()
	last := uint32(len(s.c.view))
	if uid && last > 0 {
		last = s.c.view[last-1].m.uid
	}
	return func(i int, m *message) bool {
		if uid {
			return set.holds(m.uid, last)
		}
		return set.holds(uint32(i+1), last)
	}
}

// argument reads the keys that have an argument.
func (s *searcher) argument(name string) matcher {
	p := s.p
	p.sp()
	switch name {
	case "KEYWORD", "UNKEYWORD":
		flag := p.atom()
		return func(_ int, m *message) bool { return m.has(flag) == (name == "KEYWORD") }
	case "HEADER":
		field := p.astring()
		p.sp()
		return headerKey(field, p.astring())
	case "SUBJECT", "FROM", "TO", "CC", "BCC":
		return headerKey(name, p.astring())
	case "BODY", "TEXT":
		want := bytes.ToLower([]byte(p.astring()))
		return func(_ int, m *message) bool {
			text := m.email.body
			if name == "BODY" {
				text = text[len(header(text)):]
			}
			return bytes.Contains(bytes.ToLower(text), want)
		}
	case "LARGER", "SMALLER":
		n := p.number()
		return func(_ int, m *message) bool {
			size := uint64(len(m.email.body))
			return name == "LARGER" && size > n || name == "SMALLER" && size < n
		}
	case "SINCE", "BEFORE", "ON":
		return s.dateKey(name)
	case "MODSEQ": // RFC 7162, section 3.1.5
		s.modseq = true
		s.c.needCondstore(p)
		n := p.number()
		return func(_ int, m *message) bool { return m.modseq >= n }
	case "EMAILID": // RFC 8474, section 6
		id := p.astring()
		return func(_ int, m *message) bool { return m.email.id == id }
	}
	p.fail("unknown search key %s", name)
	return func(int, *message) bool { return false }
}

func headerKey(name, want string) matcher {
	want = strings.ToLower(want)
	return func(_ int, m *message) bool {
		return slices.ContainsFunc(fields(m.email.body), func(f field) bool {
			return strings.EqualFold(f.name, name) && strings.Contains(strings.ToLower(f.value()), want)
		})
	}
}

func (s *searcher) dateKey(name string) matcher {
	text := strings.Trim(s.p.astring(), `"`)
	day, err := time.Parse("2-Jan-2006", text)
	if err != nil {
		s.p.fail("bad date %q", text)
	}
	return func(_ int, m *message) bool {
		y, mo, d := m.internal.Date() // disregarding the time zone
		at := time.Date(y, mo, d, 0, 0, 0, 0, time.UTC)
		switch name {
		case "SINCE":
			return !at.Before(day)
		case "BEFORE":
			return at.Before(day)
		}
		return at.Equal(day)
	}
}
