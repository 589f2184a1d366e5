package ldap

import (
	"slices"
	"strings"
)

// Entry of a directory.
type Entry struct {
	DN string
	// Attributes by name, in lower case. The options "binary" and "range",
	// which are about the transport, are not part of it; others are, sorted:
	// "givenname;lang-fr" is another attribute than "givenname". Values are the
	// bytes that the server sent, in its order, which means nothing.
	Attributes map[string][]string
}

// What one entry may have at most: more than any has, and less than what hurts.
const (
	maxAttributes = 10_000
	maxValues     = 1_000_000
	maxOpen       = 10_000 // entries of a page with values in ranges
)

// names remembers how descriptions of attributes read, since they are the same
// in every entry.
type names struct {
	known map[string]description
}

// description of an attribute, taken apart (RFC 4512, section 2.5).
type description struct {
	name  string // with the options that matter
	slice slice
}

func (n *names) read(raw []byte) (description, error) {
	if d, ok := n.known[string(raw)]; ok {
		return d, nil
	}
	d, err := parseDescription(string(raw))
	if err == nil && len(n.known) < maxAttributes {
		if n.known == nil {
			n.known = map[string]description{}
		}
		n.known[string(raw)] = d
	}
	return d, err
}

// each decodes a SearchResultEntry (RFC 4511, section 4.5.2), an attribute at a
// time.
func (n *names) each(body []byte, see func(description, []string) error) (dn string, err error) {
	d := &decoder{rest: body}
	dn = d.text(tagOctets)
	list := d.in(tagSequence)
	values := 0
	for count := 1; list.more(); count++ {
		attribute := list.in(tagSequence)
		desc, err := n.read(attribute.next(tagOctets))
		if err != nil {
			return dn, err
		}
		set := attribute.in(tagSet)
		got := []string{}
		for set.more() && values <= maxValues {
			got = append(got, set.text(tagOctets))
			values++
		}
		switch {
		case set.bad: // as it is if the attribute is
			return dn, broken("an entry is not what LDAP allows")
		case count > maxAttributes || values > maxValues:
			return dn, broken("%s has more than %d attributes or %d values", plain(dn), maxAttributes, maxValues)
		}
		if err := see(desc, got); err != nil {
			return dn, err
		}
	}
	if d.bad || list.bad {
		return dn, broken("an entry is not what LDAP allows")
	}
	return dn, nil
}

// entry decodes one. ranges are the attributes that have more values than were
// sent.
func (n *names) entry(body []byte) (e Entry, ranges []openRange, err error) {
	e.Attributes = map[string][]string{}
	e.DN, err = n.each(body, func(d description, values []string) error {
		if d.slice.of {
			if err := d.slice.check(d.name, 0, len(values)); err != nil {
				return err
			}
			if !d.slice.last {
				ranges = append(ranges, openRange{d.name, d.slice.to + 1})
			}
		}
		e.Attributes[d.name] = append(e.Attributes[d.name], values...)
		return nil
	})
	return e, ranges, err
}

// parseDescription takes a description apart, such as "member;range=0-1499" or
// "userCertificate;binary".
func parseDescription(text string) (description, error) {
	name, rest, more := strings.Cut(text, ";")
	if name == "" {
		return description{}, broken("an attribute has no name")
	}
	d := description{name: strings.ToLower(name)}
	var options []string
	for more {
		var option string
		option, rest, more = strings.Cut(rest, ";")
		option = strings.ToLower(option)
		if text, ok := strings.CutPrefix(option, "range="); ok {
			s, err := parseSlice(text)
			if err != nil || d.slice.of {
				return description{}, broken("%q is no attribute with a range", plain(text))
			}
			d.slice = s
		} else if option != "binary" && option != "" {
			options = append(options, option)
		}
	}
	slices.Sort(options)
	for _, o := range slices.Compact(options) {
		d.name += ";" + o
	}
	return d, nil
}
