package james_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/protocol/webadmin"
	"lockstep/replicatest"
)

// TestConformance runs the suite over every pair of resources that it needs to
// see each of them as the first.
func TestConformance(t *testing.T) {
	pairs := [][2]element.Resource{
		{element.User, element.Mapping}, {element.Alias, element.Forward}, {element.Forward, element.Alias},
		{element.Mapping, element.Alias}, {element.Quota, element.Forward}, {element.Contact, element.Alias},
	}
	for _, pair := range pairs {
		t.Run(string(pair[0]), func(t *testing.T) {
			t.Run("fake", func(t *testing.T) { replicatest.Run(t, harness(pair, tmail)) })
			t.Run("real", func(t *testing.T) {
				if pair[0] == element.Contact {
					t.Skip("James has no contacts: only TMail, which there is no real one of")
				}
				real(t) // skipped here, not in each test
				replicatest.Run(t, harness(pair, real))
			})
		})
	}
}

func harness(pair [2]element.Resource, serve func(*testing.T) *server) replicatest.Harness {
	const home = "home.example" // stands for the domain of the server
	return replicatest.Harness{
		New: func(t *testing.T) replicatest.Peer {
			p := &peer{server: serve(t), home: home, made: map[core.Ref]core.Item{}}
			if pair[0] == element.Quota || pair[0] == element.Forward || pair[1] == element.Forward {
				for n := range 30 {
					p.user(t, fmt.Sprintf("u%d", n))
				}
			}
			return p
		},
		Traits: element.Traits(),
		Paths:  [2]string{string(pair[0]), string(pair[1])},
		Item: func(n int) ([]byte, core.Key) {
			e := element.Element{Resource: pair[0], Owner: fmt.Sprintf("u%d@%s", n%100, home)}
			if !pair[0].Single() {
				e.Name = fmt.Sprintf("x%d@%s", n%100, home)
			}
			switch pair[0] {
			case element.Quota:
				e.Value.Bytes = int64(n + 1)
			case element.Contact:
				e.Value.Given = fmt.Sprint("Given ", n)
			}
			return e.Value.Body(), e.Key()
		},
		BadToken: "another service's",
	}
}

// peer edits a server, and lets the suite see only its own domain.
type peer struct {
	*server
	home string
	made map[core.Ref]core.Item
}

// on is an item of the suite as an element of a collection: the suite gives any
// item to both.
func (p *peer) on(resource element.Resource, key core.Key) element.Element {
	e, _ := element.Parse(core.Key(strings.ReplaceAll(string(key), p.home, p.domain)))
	if e.Name == "" && !resource.Single() {
		e.Name = "x" + e.Owner
	}
	e.Resource = resource
	return e
}

func (p *peer) Open(t *testing.T) core.Replica {
	return &window{p.server.open(t), p}
}

func (p *peer) Add(t *testing.T, path string, body []byte, key core.Key, _ core.Marks) {
	t.Helper()
	p.put(t, element.Resource(path), body, key)
}

func (p *peer) put(t *testing.T, resource element.Resource, body []byte, key core.Key) {
	t.Helper()
	ctx := context.Background()
	e := p.on(resource, key)
	value, err := element.ReadValue(bytes.NewReader(body))
	ok(t, err)
	switch resource {
	case element.User:
		ok(t, p.client.CreateUser(ctx, e.Owner, "x"))
	case element.Quota:
		ok(t, p.client.SetQuota(ctx, e.Owner, value.Bytes))
	case element.Contact:
		ok(t, p.client.SetContact(ctx, webadmin.Contact{Address: e.Owner, First: value.Given}))
	default:
		ok(t, p.client.AddMapping(ctx, mappingOf(e)))
	}
}

func mappingOf(e element.Element) webadmin.Mapping {
	switch e.Resource {
	case element.Alias:
		return webadmin.Mapping{Source: e.Name, Type: webadmin.Alias, Target: e.Owner}
	case element.Forward:
		return webadmin.Mapping{Source: e.Owner, Type: webadmin.Forward, Target: e.Name}
	}
	return webadmin.Mapping{Source: e.Owner, Type: webadmin.Address, Target: e.Name}
}

// named finds the element that a handle names.
func (p *peer) named(t *testing.T, ref core.Ref) element.Element {
	t.Helper()
	all, _ := list(t, p.server.open(t), element.Resource(ref.Collection), "")
	for _, s := range all {
		if s.Ref == ref {
			e, _ := element.Parse(s.Key)
			return e
		}
	}
	t.Fatalf("there is no %v", ref)
	return element.Element{}
}

func (p *peer) Remove(t *testing.T, ref core.Ref) {
	t.Helper()
	ctx := context.Background()
	e := p.named(t, ref)
	switch e.Resource {
	case element.User:
		ok(t, p.client.DeleteUser(ctx, e.Owner))
	case element.Quota:
		ok(t, p.client.UnsetQuota(ctx, e.Owner))
	case element.Contact:
		ok(t, p.client.DeleteContact(ctx, e.Owner))
	default:
		ok(t, p.client.RemoveMapping(ctx, mappingOf(e)))
	}
}

func (p *peer) Move(t *testing.T, ref core.Ref, path string) {
	t.Helper()
	e := p.named(t, ref)
	p.Remove(t, ref)
	p.put(t, element.Resource(path), []byte("{}"), e.Key())
}

func (p *peer) Mark(t *testing.T, _ core.Ref, _ core.Marks) { t.Fatal("elements have no marks") }

// Edit implements replicatest.Editor for what has a value.
func (p *peer) Edit(t *testing.T, ref core.Ref, body []byte) {
	t.Helper()
	e := p.named(t, ref)
	if e.Resource != element.Quota && e.Resource != element.Contact {
		t.Skip("an element of " + string(e.Resource) + " has no value that could change")
	}
	p.put(t, e.Resource, body, e.Key())
}

// window is a replica of one domain, which is spelled as the suite spells it.
type window struct {
	core.Replica
	peer *peer
}

func (w *window) Changes(ctx context.Context, feed core.FeedID, since core.Token) (core.Delta, error) {
	d, err := w.Replica.Changes(ctx, feed, since)
	var mine []core.Stub
	for _, s := range d.Changed {
		if element.Domain(s.Owner) == w.peer.domain {
			s.Key = core.Key(strings.ReplaceAll(string(s.Key), w.peer.domain, w.peer.home))
			mine = append(mine, s)
		}
	}
	d.Changed = mine
	return d, err
}

func (w *window) Apply(ctx context.Context, writes iter.Seq[core.Write]) iter.Seq2[core.Result, error] {
	return w.Replica.Apply(ctx, func(yield func(core.Write) bool) {
		for one := range writes {
			if one.Op == core.OpCreate {
				e := w.peer.on(element.Resource(one.Ref.Collection), one.Item.Key)
				one.Item.Key, one.Item.Owner = e.Key(), e.Owner
			}
			if !yield(one) {
				return
			}
		}
	})
}

var _ io.Closer = (*window)(nil)
