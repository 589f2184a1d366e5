package ldapd

import (
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// truth of a filter (RFC 4511, section 4.5.1.7). An entry is found if it is
// true; the order makes "and" the least and "or" the greatest.
type truth int8

const (
	no      truth = -1
	unknown truth = 0
	yes     truth = 1
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// match evaluates a filter; ok = it is one.
func (s *Server) match(e *entry, f *ber.Packet) (t truth, ok bool) {
	if f.ClassType != ber.ClassContext {
		return unknown, false
	}
	switch f.Tag {
	case 0, 1: // and, or; the empty ones are RFC 4526
		t = yes
		if f.Tag == 1 {
			t = no
		}
		for _, child := range f.Children {
			c, ok := s.match(e, child)
			if !ok {
				return unknown, false
			}
			if f.Tag == 0 {
				t = min(t, c)
			} else {
				t = max(t, c)
			}
		}
		return t, true
	case 2:
		if len(f.Children) != 1 {
			return unknown, false
		}
		t, ok = s.match(e, f.Children[0])
		return -t, ok
	case 3, 8: // equal; approximately is the same here
		return s.assertion(e, f, func(sx syntax, have, asserted string) (bool, bool) { return sx.equal(have, asserted) })
	case 4:
		return s.substrings(e, f)
	case 5:
		return s.assertion(e, f, func(sx syntax, have, asserted string) (bool, bool) {
			o, ok := sx.compare(have, asserted)
			return o >= 0, ok
		})
	case 6:
		return s.assertion(e, f, func(sx syntax, have, asserted string) (bool, bool) {
			o, ok := sx.compare(have, asserted)
			return o <= 0, ok
		})
	case 7:
		values, known := s.visible(e, f.Data.String())
		if !known {
			return unknown, true
		}
		return truthOf(len(values) > 0), true
	case 9:
		return s.extensible(e, f)
	}
	return unknown, false
}

// visible returns the values of an attribute and its subtypes; known = there
// is such an attribute, and it is shown.
func (s *Server) visible(e *entry, description string) (values []string, known bool) {
	base, options := takeApart(description)
	if !s.known[base] || s.hidden(base) {
		return nil, false
	}
	for _, a := range e.attributes {
		if a.covered(base, options) {
			values = append(values, a.values...)
		}
	}
	return values, true
}

// anyValue tells whether a test holds for one of the values.
func anyValue(values []string, test func(have string) (holds, ok bool)) truth {
	t := no
	for _, have := range values {
		if holds, ok := test(have); !ok {
			t = max(t, unknown)
		} else if holds {
			return yes
		}
	}
	return t
}

// assertion evaluates attribute, relation, value.
func (s *Server) assertion(e *entry, f *ber.Packet, test func(sx syntax, have, asserted string) (bool, bool)) (truth, bool) {
	if len(f.Children) != 2 {
		return unknown, false
	}
	description, asserted := f.Children[0].Data.String(), f.Children[1].Data.String()
	values, known := s.visible(e, description)
	if !known {
		return unknown, true
	}
	base, _ := takeApart(description)
	return anyValue(values, func(have string) (bool, bool) { return test(syntaxOf(base), have, asserted) }), true
}

// substrings evaluates attribute=first*any*last.
func (s *Server) substrings(e *entry, f *ber.Packet) (truth, bool) {
	if len(f.Children) != 2 || len(f.Children[1].Children) == 0 {
		return unknown, false
	}
	base, _ := takeApart(f.Children[0].Data.String())
	values, known := s.visible(e, f.Children[0].Data.String())
	if sx := syntaxOf(base); !known || sx != text && sx != octets {
		return unknown, true
	}
	return anyValue(values, func(have string) (bool, bool) {
		have = fold(have)
		for _, part := range f.Children[1].Children {
			want := strings.ToLower(part.Data.String())
			switch part.Tag {
			case 0:
				if !strings.HasPrefix(have, want) {
					return false, true
				}
				have = have[len(want):]
			case 1:
				_, rest, found := strings.Cut(have, want)
				if !found {
					return false, true
				}
				have = rest
			default:
				if !strings.HasSuffix(have, want) {
					return false, true
				}
			}
		}
		return true, true
	}), true
}

// extensible evaluates attribute:dn:rule:=value (RFC 4511, section 4.5.1.7.7).
func (s *Server) extensible(e *entry, f *ber.Packet) (truth, bool) {
	var rule, description, asserted string
	var names bool
	for _, c := range f.Children {
		switch c.Tag {
		case 1:
			rule = strings.ToLower(c.Data.String())
		case 2:
			description = c.Data.String()
		case 3:
			asserted = c.Data.String()
		case 4:
			names = c.Data.Len() == 1 && c.Data.Bytes()[0] != 0
		}
	}
	if description == "" { // over all attributes: of no use to a reader of people
		return unknown, true
	}
	base, _ := takeApart(description)
	values, known := s.visible(e, description)
	if !known {
		return unknown, true
	}
	if names { // the parts of the name count as values
		for _, part := range e.parts {
			for pair := range strings.SplitSeq(part, "+") {
				if value, ok := strings.CutPrefix(pair, base+"="); ok {
					values = append(values, value)
				}
			}
		}
	}
	return anyValue(values, func(have string) (bool, bool) {
		switch rule {
		case "":
			return syntaxOf(base).equal(have, asserted)
		case "caseignorematch", "caseignoreia5match", "2.5.13.2":
			return text.equal(have, asserted)
		case "caseexactmatch", "caseexactia5match", "2.5.13.5":
			return octets.equal(have, asserted)
		case "integermatch", "2.5.13.14":
			return integer.equal(have, asserted)
		case "1.2.840.113556.1.4.803", "1.2.840.113556.1.4.804": // all of these bits, one of these bits
			h, err1 := strconv.ParseInt(have, 10, 64)
			a, err2 := strconv.ParseInt(asserted, 10, 64)
			if strings.HasSuffix(rule, "3") {
				return h&a == a, err1 == nil && err2 == nil
			}
			return h&a != 0, err1 == nil && err2 == nil
		}
		return false, false
	}), true
}
