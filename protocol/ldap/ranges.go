package ldap

import (
	"context"
	"strconv"
	"strings"

	"lockstep/core"
)

// Active Directory sends no more than about 1500 values of an attribute at a
// time, and calls it member;range=0-1499 then; what follows has to be asked for
// (MS-ADTS, section 3.1.1.3.1.3.3).

// slice of the values of an attribute, counted from 0.
type slice struct {
	of       bool // it is one; otherwise all values are there
	from, to int
	last     bool // nothing follows; then to is not told
}

// parseSlice reads "0-1499" or "1500-*".
func parseSlice(text string) (slice, error) {
	from, to, _ := strings.Cut(text, "-")
	s := slice{of: true, last: to == "*"}
	var ok bool
	if s.from, ok = index(from); !ok {
		return slice{}, broken("no range")
	}
	if !s.last {
		if s.to, ok = index(to); !ok || s.to < s.from {
			return slice{}, broken("no range")
		}
	}
	return s, nil
}

// index reads digits, a billion at most.
func index(text string) (int, bool) {
	if text == "" || len(text) > 9 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// check compares a slice with what was asked for and what came.
func (s slice) check(name string, from, values int) error {
	if s.from != from || !s.last && s.to-s.from+1 != values {
		return broken("%d values of %s came as a range that begins with %d; it was to begin with %d", values, plain(name), s.from, from)
	}
	return nil
}

// openRange is an attribute that has more values from next on.
type openRange struct {
	name string
	next int
}

type openEntry struct {
	Entry
	ranges []openRange
}

// fill asks for the values that an entry still lacks.
func (c *Client) fill(ctx context.Context, names *names, o openEntry) error {
	for _, r := range o.ranges {
		for r.next > 0 {
			body, err := c.lookup(ctx, o.DN, r.name+";range="+strconv.Itoa(r.next)+"-*")
			if err != nil && !isMissing(err) {
				return err
			}
			values, next, err := names.slice(body, r)
			if err != nil {
				return err
			}
			have := append(o.Attributes[r.name], values...)
			if len(have) > maxValues {
				return broken("%s of %s has more than %d values", plain(r.name), plain(o.DN), maxValues)
			}
			o.Attributes[r.name], r.next = have, next
		}
	}
	return nil
}

// slice reads the values of one attribute from an entry that was looked up, and
// where they go on; 0 = they do not. No body = the entry has gone.
func (n *names) slice(body []byte, r openRange) (values []string, next int, err error) {
	found := false
	if body != nil {
		_, err = n.each(body, func(d description, got []string) error {
			if d.name != r.name || !d.slice.of || found {
				return nil // the server may name the whole attribute too, empty
			}
			found, values = true, got
			if !d.slice.last {
				next = d.slice.to + 1
			}
			return d.slice.check(r.name, r.next, len(got))
		})
	}
	if err == nil && !found {
		err = core.Errorf("ldap.Search", core.Transient, "values of %s went away while they were being read", plain(r.name))
	}
	return values, next, err
}
