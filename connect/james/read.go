package james

import (
	"context"
	"slices"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/protocol/webadmin"
)

// reader reads single elements, right before a write or because somebody asks.
// It remembers the mappings of a source until they are written, so that several
// writes about one owner read them once.
type reader struct {
	client *webadmin.Client
	known  map[string][]webadmin.Mapping
}

func (r *Replica) reader() *reader {
	return &reader{client: r.client, known: map[string][]webadmin.Mapping{}}
}

// standing is an element as it stands on the server.
type standing struct {
	value element.Value
	// mappings that are the element: several if it is spelled in several ways.
	mappings []webadmin.Mapping
}

// read tells whether an element stands, and how.
func (r *reader) read(ctx context.Context, p place) (s standing, there bool, err error) {
	switch p.resource {
	case element.User:
		there, err = r.client.HasUser(ctx, p.owner)
	case element.Quota:
		q, err := r.client.Quota(ctx, p.owner)
		if core.ClassOf(err) == core.Missing && err != nil {
			return s, false, nil // no account, so no quota
		}
		return standing{value: element.Value{Bytes: q.Size}}, q.Set, err
	case element.Contact:
		c, there, err := r.client.Contact(ctx, p.owner)
		return standing{value: valueOf(c)}, there, noContacts(err)
	case element.Identity:
		identity, there, err := r.client.DefaultIdentity(ctx, p.owner)
		return standing{value: element.Value{Name: identity.Name}}, there, err
	default:
		s.mappings, err = r.spellings(ctx, p)
		there = len(s.mappings) > 0
	}
	return s, there, err
}

// spellings returns the mappings that are the same element as a place's.
func (r *reader) spellings(ctx context.Context, p place) (out []webadmin.Mapping, err error) {
	wanted := p.mapping()
	all, err := r.of(ctx, wanted.Source)
	if err != nil {
		return nil, err
	}
	e, bad := p.element()
	for _, m := range all {
		at, ours := ofMapping(m)
		if !ours || at.resource != p.resource {
			continue
		}
		if other, err := at.element(); m == wanted || bad == nil && err == nil && other.Key() == e.Key() {
			out = append(out, m)
		}
	}
	return out, nil
}

// of returns the mappings of a source.
func (r *reader) of(ctx context.Context, source string) ([]webadmin.Mapping, error) {
	if known, is := r.known[source]; is {
		return known, nil
	}
	all, err := r.client.MappingsOf(ctx, source)
	if err == nil {
		r.known[source] = all
	}
	return all, err
}

// add and remove write a mapping. What is known of its source stays known only
// if the outcome is certain.
func (r *reader) add(ctx context.Context, m webadmin.Mapping) error {
	err := r.client.AddMapping(ctx, m)
	r.learn(m.Source, err, func(known []webadmin.Mapping) []webadmin.Mapping { return append(slices.Clip(known), m) })
	return err
}

func (r *reader) remove(ctx context.Context, m webadmin.Mapping) error {
	err := r.client.RemoveMapping(ctx, m)
	r.learn(m.Source, err, func(known []webadmin.Mapping) []webadmin.Mapping {
		return slices.DeleteFunc(slices.Clone(known), func(o webadmin.Mapping) bool { return o == m })
	})
	return err
}

func (r *reader) learn(source string, err error, after func([]webadmin.Mapping) []webadmin.Mapping) {
	known, is := r.known[source]
	if is && err == nil {
		r.known[source] = after(known)
	} else {
		delete(r.known, source)
	}
}

// stub of an element as it stands.
func (s standing) stub(p place) core.Stub { return p.stub(s.value) }
