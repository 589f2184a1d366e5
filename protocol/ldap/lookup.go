package ldap

import (
	"context"
	"errors"
	"slices"
)

// lookup reads one entry; nil = there is none that may be seen.
func (c *Client) lookup(ctx context.Context, dn string, attributes ...string) (body []byte, err error) {
	request, err := Search{Base: dn, Scope: Base, Attributes: attributes}.request()
	if err != nil {
		return nil, err
	}
	defer c.guard(ctx)()
	id, err := c.send(ctx, request, nil)
	if err != nil {
		return nil, err
	}
	var elsewhere ReferenceError
	for {
		m, err := c.receive(ctx, id)
		if err != nil {
			return nil, err
		}
		switch m.op {
		case opEntry:
			if body != nil {
				return nil, c.lose(ctx, broken("the base alone was asked for, and more than one entry came"))
			}
			body = slices.Clone(m.body)
		case opReference:
			elsewhere.Count++
		case opDone:
			if err := m.result(); err != nil {
				return nil, err
			}
			if body == nil && elsewhere.Count > 0 {
				return nil, &elsewhere
			}
			return body, nil
		default:
			return nil, c.lose(ctx, broken("a search was answered with operation %#x", m.op))
		}
	}
}

// entry looks one entry up.
func (c *Client) entry(ctx context.Context, dn string, attributes ...string) (Entry, bool, error) {
	if err := c.free(); err != nil {
		return Entry{}, false, err
	}
	body, err := c.lookup(ctx, dn, attributes...)
	if err != nil || body == nil {
		return Entry{}, false, err
	}
	e, _, err := new(names).entry(body)
	if err != nil {
		return Entry{}, false, c.lose(ctx, err)
	}
	return e, true, nil
}

// isMissing tells whether the server says that there is no such entry.
func isMissing(err error) bool {
	var refused *ResultError
	return errors.As(err, &refused) && refused.Code == noSuchObject
}

// BaseExists tells whether there is an entry that may be seen.
func (c *Client) BaseExists(ctx context.Context, dn string) (bool, error) {
	_, found, err := c.entry(ctx, dn, "1.1")
	if isMissing(err) {
		return false, nil
	}
	if err != nil {
		return false, failure("ldap.BaseExists", thing(dn), asking, err)
	}
	return found, nil
}
