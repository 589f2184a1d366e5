package directory_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"testing"

	"lockstep/connect/directory"
	"lockstep/core"
	"lockstep/internal/mapping"
)

// crowd is a directory of n people, who are made as they are read.
type crowd struct {
	shelf
	n int
}

func (c *crowd) Read(context.Context, []string) iter.Seq2[mapping.Entry, error] {
	return func(yield func(mapping.Entry, error) bool) {
		for i := range c.n {
			dn := fmt.Sprintf("uid=user%06d,ou=people,dc=example,dc=com", i)
			e := mapping.Entry{Source: c.name, DN: dn, Where: dn, Attributes: map[string][]string{
				"entryuuid": {id(i)}, "mail": {fmt.Sprintf("user%06d@example.com", i)}, "mailalias": {fmt.Sprintf("alias%06d@example.com", i)},
				"givenname": {fmt.Sprintf("Given%d", i)}, "sn": {fmt.Sprintf("Family%d", i)}, "mailquotasize": {"4000000000"},
			}}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// BenchmarkRead reads and lists 100,000 entries of four elements each. kept-MB is
// what a replica holds when it was listed, stubs not counted, since they are
// made a page at a time.
func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		before := heap()
		r, err := directory.Open(directory.Config{Rules: rules(b), Sources: []directory.Source{&crowd{shelf{name: "corp"}, 100_000}}})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, feed := range []core.FeedID{"aliases", "contacts", "quotas", "users"} {
			for d, since := (core.Delta{More: true}), core.Token(""); d.More; since = d.Next {
				if d, err = r.Changes(context.Background(), feed, since); err != nil {
					b.Fatal(err)
				}
				n += len(d.Changed)
			}
		}
		if n != 400_000 {
			b.Fatalf("%d elements", n)
		}
		b.ReportMetric(float64(heap()-before)/1e6, "kept-MB")
		runtime.KeepAlive(r)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
