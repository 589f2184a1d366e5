package sqlite

import (
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/state"
)

func bad(t *testing.T, s *Store) []core.Finding {
	t.Helper()
	all, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []core.Finding
	for _, f := range all {
		if f.Bad {
			out = append(out, f)
		}
	}
	return out
}

func checkable(t *testing.T) *Store {
	s := opened(t, filepath.Join(t.TempDir(), "state.db"))
	b := manyRows(50)
	b.PutIntents = []core.Intent{{N: 1}, {N: 2}}
	b.Observe[0] = []state.Observation{{Stub: core.Stub{Ref: b.PutRows[0].Side[0].Ref}, Gone: true}, {Stub: core.Stub{Ref: core.Ref{Collection: "in", ID: "new"}}}}
	b.Log = []state.Entry{{Run: "r"}}
	b.Conflicts = []state.Conflict{{}}
	b.Run, b.Parked = &state.Run{ID: "r"}, &[]core.Note{{}}
	b.Collections, b.Sides = []core.CollectionRow{{N: 1}}, [2]*state.SideState{{}, {}}
	mustCommit(t, s, b)
	return s
}

func TestCheckOfASoundFile(t *testing.T) {
	s := checkable(t)
	if got := bad(t, s); got != nil {
		t.Fatalf("%+v", got)
	}
	mustCommit(t, s, &state.Batch{DropRows: []int64{1, 2, 3}, Unobserve: [2][]core.Ref{{{Collection: "in", ID: "left-0"}}, nil}})
	if got := bad(t, s); got != nil {
		t.Fatalf("%+v", got)
	}
}

// TestCheckFinds breaks each promise and expects the one finding about it.
func TestCheckFinds(t *testing.T) {
	for _, c := range []struct{ name, finding, value, tamper string }{
		{"intent", "records", "parse", "UPDATE intents SET intent = '[' WHERE n = 1"},
		{"pair", "records", "parse", "UPDATE pairs SET pair = '['"},
		{"side", "records", "parse", "UPDATE sides SET state = '[' WHERE side = 1"},
		{"third side", "records", "third", "INSERT INTO sides VALUES (2, '{}')"},
		{"parked", "records", "parse", "UPDATE parked SET note = '['"},
		{"conflict", "records", "parse", "UPDATE conflicts SET conflict = '['"},
		{"log", "records", "parse", "UPDATE log SET entry = '['"},
		{"run", "records", "parse", "UPDATE runs SET run = '['"},
		{"body", "bodies", "body 3", "UPDATE bodies SET packed = (SELECT packed FROM bodies WHERE n = 1) WHERE n = 3"},
		{"packing", "bodies", "body 3", "UPDATE bodies SET packed = x'ffff' WHERE n = 3"},
		{"uses", "uses of bodies", "body 3 is used 2 times and not 7", "UPDATE bodies SET uses = 7 WHERE n = 3"},
		{"lost body", "uses of bodies", "body 3 is used and not there", "DELETE FROM bodies WHERE n = 3"},
		{"collection", "collections", "row 5 ", "UPDATE base SET right_place = 77 WHERE n = 5"},
		{"row number", "numbers", "row 50 is beyond the last number 49", "UPDATE counters SET last = 49 WHERE name = 'row'"},
		{"intent number", "numbers", "intent 2 is beyond the last number 1", "UPDATE counters SET last = 1 WHERE name = 'intent'"},
		{"handle", "handles", "rows 5 and 6 have one handle on the right", "UPDATE base SET right_id = 'x' WHERE n IN (5, 6)"},
		{"gone", "observed", "nothing is gone on the left", "UPDATE observed SET id = 'nothing' WHERE gone = 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := checkable(t)
			if _, err := s.writer.ExecContext(t.Context(), c.tamper); err != nil {
				t.Fatal(err)
			}
			got := bad(t, s)
			if len(got) != 1 || got[0].Name != "state "+c.finding || !strings.Contains(got[0].Value, c.value) || got[0].Effect == "" {
				t.Fatalf("got %+v", got)
			}
		})
	}
}

// TestBodiesGoWithTheirRows: what no row uses takes no space.
func TestBodiesGoWithTheirRows(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "state.db"))
	mustCommit(t, s, manyRows(50))
	count := func() (n int) {
		t.Helper()
		if err := s.writer.QueryRowContext(t.Context(), "SELECT count(*) FROM bodies").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 50 {
		t.Fatalf("100 bodies of 50 contents are stored %d times", n)
	}
	b := manyRows(50)
	for i := range b.PutRows {
		b.PutRows[i].Side[0].Body, b.PutRows[i].Side[1].Body = []byte("all the same"), nil
	}
	mustCommit(t, s, b)
	if n := count(); n != 1 {
		t.Fatalf("%d contents are stored and not 1", n)
	}
	for n := range int64(50) {
		mustCommit(t, s, &state.Batch{DropRows: []int64{n + 1}})
	}
	if n := count(); n != 0 {
		t.Fatalf("%d contents are stored and no rows", n)
	}
}
