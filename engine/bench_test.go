package engine_test

import (
	"context"
	"fmt"
	"testing"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/engine"
	"lockstep/reconcile"
	"lockstep/state"
	statemem "lockstep/state/memory"
	"lockstep/state/sqlite"
)

// benchLink is a link between a full and an empty memory server.
func benchLink(b *testing.B, n int, store state.Store) engine.Link {
	shape := memory.Shape{
		Ops:     core.Operations{Create: core.Checked, Mark: core.Commutative, Move: core.Checked, Delete: core.Checked},
		Ordered: true, Deltas: true, TellsID: true, TellsSum: true, Exact: true, Digest: digest, Page: 5000,
	}
	link := engine.Link{
		Name: "bench", Store: store, Mapper: sameNames{}, Traits: core.Traits{Immutable: true, Digest: digestReader},
		Policy: reconcile.Policy{Mode: reconcile.TwoWay, Write: [2]bool{true, true}, Deletes: [2]bool{true, true}},
	}
	for x := range link.Replicas {
		s := memory.NewServer([2]string{"l", "r"}[x], shape)
		for f := range 10 {
			s.AddFolder(fmt.Sprint("f", f), core.RoleNone, core.Vocabulary{Marks: core.NewMarks(core.Seen, core.Flagged), Any: true})
		}
		if x == 0 {
			for i := range n {
				s.Add(core.CollectionID(fmt.Sprint("f", i%10)), memory.Message{Key: core.Key(fmt.Sprintf("<%d.abcdef@example.org>", i)), Body: []byte(fmt.Sprint("message ", i))})
			}
		}
		link.Replicas[x] = memory.Open(s)
	}
	return link
}

func benchmarkFirst(b *testing.B, n int, open func() state.Store) {
	for b.Loop() {
		b.StopTimer()
		link := benchLink(b, n, open())
		b.StartTimer()
		r, err := engine.New().Pass(context.Background(), link, engine.Options{})
		if err != nil || r.Right.Created != n {
			b.Fatal(err, r.Right.Created)
		}
		b.StopTimer()
		link.Store.Close()
		b.StartTimer()
	}
}

func BenchmarkFirstSync20kMemory(b *testing.B) {
	benchmarkFirst(b, 20000, func() state.Store { return statemem.New() })
}

func BenchmarkFirstSync20kSQLite(b *testing.B) {
	benchmarkFirst(b, 20000, func() state.Store {
		s, err := sqlite.Open(context.Background(), b.TempDir()+"/state.db")
		if err != nil {
			b.Fatal(err)
		}
		return s
	})
}

// BenchmarkMillion is a first sync and a quiet one of a million messages.
func BenchmarkMillion(b *testing.B) {
	if testing.Short() {
		b.Skip("takes minutes and gigabytes")
	}
	for b.Loop() {
		store, err := sqlite.Open(context.Background(), b.TempDir()+"/state.db")
		if err != nil {
			b.Fatal(err)
		}
		link := benchLink(b, 1_000_000, store)
		for _, want := range []int{1_000_000, 0} {
			r, err := engine.New().Pass(context.Background(), link, engine.Options{})
			if err != nil || r.Right.Created != want {
				b.Fatal(err, r.Right.Created)
			}
			b.ReportMetric(r.Seconds, fmt.Sprintf("s/%d-created", want))
		}
		store.Close()
	}
}
