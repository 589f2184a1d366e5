package webadmin

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
)

// Type of a mapping.
type Type string

// The types that can be read and written here; James has more.
const (
	Alias   Type = "Alias"   // mail to the source goes to the target, which it is another name of
	Forward Type = "Forward" // mail to the source, an account, is sent on
	Address Type = "Address" // mail to the source goes to the target
)

// Mapping from one address to another. An alias of an owner is the source, and
// the owner the target.
type Mapping struct {
	Source string
	Type   Type
	Target string
}

// Mappings lists all mappings of everybody, of every type, in order.
func (c *Client) Mappings(ctx context.Context) (out []Mapping, err error) {
	what := call{op: "webadmin.Mappings", thing: "/mappings", method: http.MethodGet, path: "/mappings", want: []int{http.StatusOK}}
	what.list = func(d *decoder) error {
		out = nil
		err := d.object(func(source string) error {
			return array(d, func(m mapping) error { return m.add(&out, source) })
		})
		if err != nil {
			return err
		}
		return d.end()
	}
	_, err = c.read(ctx, what)
	slices.SortFunc(out, Mapping.compare)
	return out, err
}

// MappingsOf lists the mappings of one source, in order; of one that has none,
// the empty list.
func (c *Client) MappingsOf(ctx context.Context, source string) (out []Mapping, err error) {
	path, err := c.path(ctx, plain, "/mappings/user/*", source)
	if err != nil {
		return nil, err
	}
	what := call{op: "webadmin.MappingsOf", thing: source, method: http.MethodGet, path: path, want: []int{http.StatusOK}}
	what.list = func(d *decoder) error {
		out = nil
		if err := array(d, func(m mapping) error { return m.add(&out, source) }); err != nil {
			return err
		}
		return d.end()
	}
	_, err = c.read(ctx, what)
	slices.SortFunc(out, Mapping.compare)
	return out, err
}

// mapping as webadmin writes it.
type mapping struct {
	Type    *Type   `json:"type"`
	Mapping *string `json:"mapping"`
}

func (m mapping) add(out *[]Mapping, source string) error {
	if m.Type == nil || m.Mapping == nil {
		return &shapeError{"a mapping has no type or no target"}
	}
	*out = append(*out, Mapping{Source: source, Type: *m.Type, Target: *m.Mapping})
	return nil
}

func (m Mapping) compare(o Mapping) int {
	return cmp.Or(strings.Compare(m.Source, o.Source), strings.Compare(string(m.Type), string(o.Type)), strings.Compare(m.Target, o.Target))
}

// AddMapping makes a mapping; one that is there is no error. Refused with 400:
// no address, source and target are the same, or a domain is not managed; with
// 404: a forward, and the source is no account; with 409: an alias whose address
// is taken, or a loop.
func (c *Client) AddMapping(ctx context.Context, m Mapping) error {
	method := http.MethodPut
	if m.Type == Address {
		method = http.MethodPost
	}
	return c.changeMapping(ctx, "webadmin.AddMapping", method, m)
}

// RemoveMapping removes a mapping; one that is not there is no error. James
// tells targets apart by case.
func (c *Client) RemoveMapping(ctx context.Context, m Mapping) error {
	return c.changeMapping(ctx, "webadmin.RemoveMapping", http.MethodDelete, m)
}

func (c *Client) changeMapping(ctx context.Context, op, method string, m Mapping) error {
	switch m.Type {
	case Alias:
		return c.change(ctx, op, rewriting, method, "/address/aliases/*/sources/*", m.Target, m.Source)
	case Forward:
		return c.change(ctx, op, rewriting, method, "/address/forwards/*/targets/*", m.Source, m.Target)
	default:
		return c.change(ctx, op, rewriting, method, "/mappings/address/*/targets/*", m.Source, m.Target)
	}
}

// Aliases lists the aliases of an account, in order; James tells owners apart by
// case here. The account need not exist.
func (c *Client) Aliases(ctx context.Context, owner string) (out []string, err error) {
	path, err := c.path(ctx, rewriting, "/address/aliases/*", owner)
	if err != nil {
		return nil, err
	}
	what := call{op: "webadmin.Aliases", thing: owner, method: http.MethodGet, path: path, want: []int{http.StatusOK}}
	what.list = func(d *decoder) error {
		out = nil
		err := array(d, func(v struct {
			Source *string `json:"source"`
		}) error {
			if v.Source == nil {
				return &shapeError{"an alias has no address"}
			}
			out = append(out, *v.Source)
			return nil
		})
		if err != nil {
			return err
		}
		return d.end()
	}
	_, err = c.read(ctx, what)
	slices.Sort(out)
	return out, err
}
