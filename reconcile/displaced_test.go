package reconcile

import (
	"testing"

	"lockstep/core"
)

// TestDisplaced: a handle that has the item of another Key now is not the old item
// edited, if that one is elsewhere or the new one is another row's: rule 15.
func TestDisplaced(t *testing.T) {
	at := func(id, key string) core.Stub {
		return core.Stub{Ref: core.Ref{Collection: "a", ID: core.ID(id)}, Key: core.Key(key)}
	}
	for name, c := range map[string]struct {
		now    []core.Stub
		loaded int      // rows a, b, c with IDs 1, 2, 3
		torn   bool     // the listing is none
		open   bool     // the first row's last write is not settled
		base   core.Key // that the first row's base body bears
		want   [3]core.ID
	}{
		"as it was":         {now: []core.Stub{at("1", "a"), at("2", "b"), at("3", "c")}, loaded: 3, want: [3]core.ID{"1", "2", "3"}},
		"two change places": {now: []core.Stub{at("1", "b"), at("2", "a")}, loaded: 2, want: [3]core.ID{"2", "1"}},
		"a new one before":  {now: []core.Stub{at("1", "new"), at("2", "a"), at("3", "b"), at("4", "c")}, loaded: 3, want: [3]core.ID{"2", "3", "4"}},
		"the first is gone": {now: []core.Stub{at("1", "b"), at("2", "c")}, loaded: 3, want: [3]core.ID{"", "1", "2"}},
		"a copy over it":    {now: []core.Stub{at("1", "b"), at("2", "b")}, loaded: 2, want: [3]core.ID{"", "2"}},
		"another Key":       {now: []core.Stub{at("1", "new"), at("2", "b")}, loaded: 2, want: [3]core.ID{"1", "2"}},
		"another body":      {now: []core.Stub{at("1", "new"), at("2", "b")}, loaded: 2, base: "a", want: [3]core.ID{"", "2"}},
		"its own Key":       {now: []core.Stub{at("1", "its own"), at("2", "b"), at("3", "a")}, loaded: 2, base: "its own", want: [3]core.ID{"1", "2"}},
		"a bad one":         {now: []core.Stub{{Ref: at("1", "").Ref, Key: "b", Bad: "line 1"}, at("2", "b")}, loaded: 2, want: [3]core.ID{"1", "2"}},
		"a torn listing":    {now: []core.Stub{at("1", "b"), at("2", "a")}, loaded: 2, torn: true, want: [3]core.ID{"1", "2"}},
		"an open write":     {now: []core.Stub{at("1", "new"), at("2", "b"), at("3", "a")}, loaded: 2, open: true, want: [3]core.ID{"1", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			v := NewView(3, 1)
			v.Traits.UniqueKeys, v.Policy.Mode = true, TwoWay
			v.Traits.KeyOf = func(body []byte) core.Key { return core.Key(body) }
			v.Sides[core.Left].Whole = !c.torn
			rest := map[core.Ref]core.Stub{}
			for _, s := range c.now {
				rest[s.Ref] = s
			}
			for n, was := range []core.Stub{at("1", "a"), at("2", "b"), at("3", "c")}[:c.loaded] {
				row := core.Row{N: int64(n + 1), Key: was.Key, Side: [2]core.Bound{{Ref: was.Ref}, {Ref: was.Ref}}}
				if n == 0 {
					row.Side[core.Left].Body = []byte(c.base)
				}
				s, there := rest[was.Ref]
				delete(rest, was.Ref)
				v.AddRow(row, [2]*core.Stub{&s, nil}, [2]bool{!there, false})
			}
			for ref, s := range rest {
				v.Sides[core.Left].Stubs[ref] = s
			}
			if c.open {
				v.Intents[1] = &core.Intent{N: 1, Row: 1, Op: core.OpUpdate}
			}
			v.Rebind(core.Left)
			for n := range c.loaded {
				row := v.Rows[int64(n+1)]
				got := row.Side[core.Left].Ref.ID
				if _, there := v.Stub(row, core.Left); !there {
					got = ""
				}
				if got != c.want[n] {
					t.Errorf("row %s has %q and not %q", row.Key, got, c.want[n])
				}
				if row.Side[core.Right].Ref.ID != at(string(rune('1'+n)), "").ID {
					t.Errorf("row %s has another handle on the right", row.Key)
				}
			}
		})
	}
}
