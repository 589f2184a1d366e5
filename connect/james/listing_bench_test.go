package james_test

import (
	"context"
	"fmt"
	"testing"

	"lockstep/connect/james"
	"lockstep/core"
	"lockstep/format/element"
	"lockstep/peers/webadmind"
)

// BenchmarkQuietPass lists 100,000 accounts with an alias and a forward each.
func BenchmarkQuietPass(b *testing.B) {
	const n = 100_000
	s := webadmind.New(webadmind.Options{Memory: true})
	defer s.Close()
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		user := fmt.Sprintf("u%d@example.com", i)
		for _, err := range []error{s.AddUser(user, "x"), s.AddAlias(user, "alias."+user), s.AddForward(user, "x@y.example")} {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		r, err := james.Open(context.Background(), james.Config{URL: url, Resources: []element.Resource{element.Alias, element.Forward, element.Mapping}})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Collections(context.Background()); err != nil {
			b.Fatal(err)
		}
		listed := 0
		for _, feed := range []core.FeedID{"users", "aliases", "forwards", "mappings"} {
			for since, more := core.Token(""), true; more; {
				d, err := r.Changes(context.Background(), feed, since)
				if err != nil {
					b.Fatal(err)
				}
				listed, since, more = listed+len(d.Changed), d.Next, d.More
			}
		}
		if listed != 3*n {
			b.Fatalf("%d elements", listed)
		}
	}
}
