package directory_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/directory"
	"lockstep/core"
	"lockstep/format/element"
	"lockstep/internal/mapping"
)

// shelf is a directory in memory, which yields its entries and its errors in
// any order.
type shelf struct {
	name    string
	entries []mapping.Entry
	// errs are yielded among the entries; last ends the read after cut entries.
	errs []error
	last error
	cut  int
	// reads counts; asked is what the last one asked for; repaired is called
	// before each.
	reads  int
	asked  []string
	repair func(*shelf)
	closed bool
	dice   *rand.Rand
}

func (s *shelf) Name() string { return s.name }

func (s *shelf) Close() error { s.closed = true; return nil }

func (s *shelf) Probe(context.Context) ([]core.Finding, error) {
	return []core.Finding{{Name: "shelf", Value: s.name}}, nil
}

func (s *shelf) Read(_ context.Context, attributes []string) iter.Seq2[mapping.Entry, error] {
	return func(yield func(mapping.Entry, error) bool) {
		s.reads++
		s.asked = attributes
		if s.repair != nil {
			s.repair(s)
		}
		for _, err := range s.errs {
			if !yield(mapping.Entry{}, err) {
				return
			}
		}
		entries := slices.Clone(s.entries)
		if s.dice != nil {
			s.dice.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		}
		for i, e := range entries {
			if s.last != nil && i == s.cut {
				yield(mapping.Entry{}, s.last)
				return
			}
			e.Source = s.name
			if !yield(e, nil) {
				return
			}
		}
		if s.last != nil && s.cut >= len(entries) {
			yield(mapping.Entry{}, s.last)
		}
	}
}

// person makes an entry of a list of attribute=value.
func person(n int, attributes ...string) mapping.Entry {
	dn := fmt.Sprintf("uid=u%d,dc=d", n)
	e := mapping.Entry{DN: dn, Where: dn, Attributes: map[string][]string{"entryuuid": {fmt.Sprintf("%08x-0000-4000-8000-000000000000", n)}}}
	for _, a := range attributes {
		name, value, _ := strings.Cut(a, "=")
		e.Attributes[strings.ToLower(name)] = append(e.Attributes[strings.ToLower(name)], value)
	}
	return e
}

// id of a person's entry.
func id(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

func parse(t testing.TB, text string) mapping.Expression {
	t.Helper()
	e, err := mapping.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// rules of a link that has aliases, forwards, contacts and quotas.
func rules(t testing.TB) mapping.Rules {
	return mapping.Rules{Mail: parse(t, "mail"), ID: parse(t, "entryUUID"), Resources: map[element.Resource]mapping.Resource{
		element.User:    {Password: parse(t, "userPassword")},
		element.Alias:   {Values: parse(t, "mailAlias")},
		element.Forward: {Values: parse(t, "mailForward")},
		element.Contact: {Given: parse(t, "givenName"), Family: parse(t, "sn")},
		element.Quota:   {Value: parse(t, "mailQuotaSize")},
	}}
}

func open(t testing.TB, rules mapping.Rules, sources ...directory.Source) *directory.Replica {
	t.Helper()
	r, err := directory.Open(directory.Config{Sources: sources, Rules: rules, Page: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// list reads a feed to its end, asking again as the engine does where a failure
// may pass.
func list(r *directory.Replica, feed core.FeedID) (stubs []core.Stub, full bool, err error) {
	tries := 0
	for since := core.Token(""); ; {
		d, err := r.Changes(context.Background(), feed, since)
		if class := core.ClassOf(err); err != nil && (class == core.Transient || class == core.Unknown) && tries < 3 {
			tries++
			continue
		}
		if err != nil {
			return stubs, full, err
		}
		stubs, full, since = append(stubs, d.Changed...), d.Full, d.Next
		if !d.More {
			return stubs, full, nil
		}
	}
}

// failed takes the last stub of a listing of users, which tells of a source that
// was not read completely.
func failed(stubs []core.Stub) ([]core.Stub, string) {
	n := len(stubs) - 1
	if n < 0 || stubs[n].Bad == "" || !strings.HasSuffix(string(stubs[n].ID), "!") {
		return stubs, ""
	}
	return stubs[:n], stubs[n].Bad
}

// print tells a stub in a line.
func print(s core.Stub) string {
	line := fmt.Sprintf("%s %s", s.ID, s.Key)
	if s.Label != "" {
		line += " (" + s.Label + ")"
	}
	if s.Out {
		line += " out"
	}
	if s.Bad != "" {
		line += " BAD " + s.Bad
	}
	return line
}

// expect compares a listing with lines; a line may end in "...", where only its
// beginning counts.
func expect(t *testing.T, name string, stubs []core.Stub, want ...string) {
	t.Helper()
	var lines []string
	for _, s := range stubs {
		lines = append(lines, print(s))
	}
	if !slices.EqualFunc(lines, want, func(line, want string) bool {
		begin, open := strings.CutSuffix(want, "...")
		return line == want || open && strings.HasPrefix(line, begin)
	}) {
		t.Errorf("%s lists\n\t%s\nwant\n\t%s", name, strings.Join(lines, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// body reads one item.
func body(t *testing.T, r *directory.Replica, ref core.Ref) (element.Value, error) {
	t.Helper()
	for item, err := range r.Fetch(context.Background(), []core.Ref{ref}) {
		if item.Ref != ref {
			t.Errorf("asked for %v, got %v", ref, item.Ref)
		}
		if err != nil {
			return element.Value{}, err
		}
		text, err := io.ReadAll(item.Body)
		if err != nil {
			t.Fatal(err)
		}
		v, err := element.ReadValue(strings.NewReader(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		return v, nil
	}
	t.Fatalf("%v was not read", ref)
	return element.Value{}, nil
}
