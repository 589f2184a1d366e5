package sqlite

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/state"
)

// TestQueriesUseIndexes: no question that is asked for one item reads the
// whole base, and nothing that streams is sorted first.
func TestQueriesUseIndexes(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "state.db"))
	mustCommit(t, s, manyRows(2000))
	for text, args := range questions(t, s) {
		t.Run(text[:min(len(text), 40)], func(t *testing.T) {
			var plan []string
			err := s.each(t.Context(), "EXPLAIN QUERY PLAN "+text, args, func(r *sql.Rows) (bool, error) {
				var id, parent, unused int
				var line string
				err := r.Scan(&id, &parent, &unused, &line)
				plan = append(plan, line)
				return true, err
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range plan {
				if strings.HasPrefix(line, "SCAN r") || strings.HasPrefix(line, "SCAN base") || strings.HasPrefix(line, "SCAN o") || strings.HasPrefix(line, "SCAN log") || strings.Contains(line, "TEMP B-TREE FOR ORDER") {
					t.Errorf("%s\n%s", text, strings.Join(plan, "\n"))
				}
			}
		})
	}
}

// questions runs the queries of the store and returns their texts.
func questions(t *testing.T, s *Store) map[string][]any {
	t.Helper()
	out := map[string][]any{}
	ask := func() {
		for text := range s.query.ready {
			out[text] = make([]any, strings.Count(text, "?"))
		}
	}
	ctx := t.Context()
	for _, x := range core.Sides() {
		s.RowsAt(ctx, x, make([]core.Ref, 3))
		s.ObservedAt(ctx, x, make([]core.Ref, 3))
		for range s.RowsIn(ctx, x, "in") {
			break
		}
		for range s.Observed(ctx, x) {
			break
		}
		s.RowsWith(ctx, state.Property{ID: "x", Side: x})
	}
	s.Rows(ctx, []int64{1, 2})
	s.RowsWith(ctx, state.Property{Key: "x"})
	s.RowsWith(ctx, state.Property{Sum: "x"})
	s.RowsWith(ctx, state.Property{Owner: "x"})
	for range s.LogAfter(ctx, "x", 1) {
	}
	ask()
	return out
}
