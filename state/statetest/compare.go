package statetest

import (
	"context"
	"iter"
	"reflect"
	"strconv"

	"lockstep/core"
	"lockstep/state"
)

// compare asks both stores everything that batches of the generator can make a
// difference to.
func (g *generator) compare(s *subject, reference state.Store) {
	s.t.Helper()
	if got, want := Dump(s.t, s.store), Dump(s.t, reference); got != want {
		s.t.Errorf("the stores differ:\n%s", diff(got, want))
	}
	var refs []core.Ref
	for _, c := range g.collections {
		for n := range 25 {
			refs = append(refs, core.Ref{Collection: c, ID: core.ID(strconv.Itoa(n))})
		}
	}
	for _, x := range core.Sides() {
		same(s, reference, "rows at the "+x.String(), func(ctx context.Context, st state.Store) (any, error) {
			return told(st.RowsAt(ctx, x, refs))
		})
		same(s, reference, "outlines at the "+x.String(), func(ctx context.Context, st state.Store) (any, error) {
			return told(st.Outlines(ctx, x, refs))
		})
		same(s, reference, "observed at the "+x.String(), func(ctx context.Context, st state.Store) (any, error) {
			return told(st.ObservedAt(ctx, x, refs))
		})
		for _, c := range g.collections {
			same(s, reference, "rows in "+string(c)+" on the "+x.String(), func(ctx context.Context, st state.Store) (any, error) {
				return told(collect(st.RowsIn(ctx, x, c)))
			})
		}
	}
	for _, by := range g.properties() {
		same(s, reference, "rows with a property", func(ctx context.Context, st state.Store) (any, error) {
			return told(st.RowsWith(ctx, by))
		})
	}
	same(s, reference, "log of a run", func(ctx context.Context, st state.Store) (any, error) { return told(st.Log(ctx, "run2")) })
	same(s, reference, "rest of the log of a run", func(ctx context.Context, st state.Store) (any, error) {
		return told(collect(st.LogAfter(ctx, "run2", 2)))
	})
}

func (g *generator) properties() []state.Property {
	out := []state.Property{{}, {Owner: "o1"}, {Owner: "o2"}, {Key: "k1"}, {Key: "k2"}, {Key: "k3"}}
	for _, sum := range []core.Sum{"aa", "bb", "ccdd", "x1", "x2"} {
		out = append(out, state.Property{Sum: sum})
	}
	for n := range 25 {
		out = append(out, state.Property{ID: core.ID(strconv.Itoa(n)), Side: core.Side(n % 2)})
	}
	return out
}

// same fails the test where the store and the reference answer differently.
func same(s *subject, reference state.Store, what string, ask func(context.Context, state.Store) (any, error)) {
	s.t.Helper()
	got, err := ask(s.ctx, s.store)
	s.must(err)
	want, err := ask(s.ctx, reference)
	s.must(err)
	if !reflect.DeepEqual(got, want) {
		s.t.Errorf("%s:\n got %#v\nwant %#v", what, got, want)
	}
}

// told is an answer in tidy form.
func told[T any](answer T, err error) (any, error) { return tidy(answer), err }

func collect[T any](all iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for one, err := range all {
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}
