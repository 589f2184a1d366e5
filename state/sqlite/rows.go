package sqlite

import (
	"context"
	"database/sql"
	"iter"

	"lockstep/core"
	"lockstep/state"
)

// RowsAt implements state.Store.
func (s *Store) RowsAt(ctx context.Context, side core.Side, refs []core.Ref) (map[core.Ref]core.Row, error) {
	return s.rowsAt(ctx, "state.RowsAt", selectRow, joinBodies, side, refs)
}

// Outlines implements state.Store.
func (s *Store) Outlines(ctx context.Context, side core.Side, refs []core.Ref) (map[core.Ref]core.Row, error) {
	return s.rowsAt(ctx, "state.Outlines", selectOutline, "", side, refs)
}

func (s *Store) rowsAt(ctx context.Context, op, columns, bodies string, side core.Side, refs []core.Ref) (map[core.Ref]core.Row, error) {
	out := make(map[core.Ref]core.Row, len(refs))
	for len(refs) > 0 {
		values, length, rest := s.refValues(refs)
		refs = rest
		text := on(side, columns+list("(?,?)", length)+` CROSS JOIN base AS r
			ON r.{x}_collection = want.column1 AND r.{x}_id = want.column2 AND r.{x}_bound <> 0 AND r.{x}_bound = 1`+bodies)
		err := s.eachRow(ctx, text, values, func(r core.Row) bool {
			out[r.Side[side].Ref] = r
			return true
		})
		if err != nil {
			return nil, fail(op, s.path, err)
		}
	}
	return out, nil
}

// RowsIn implements state.Store. It holds no more than one row.
func (s *Store) RowsIn(ctx context.Context, side core.Side, c core.CollectionID) iter.Seq2[core.Row, error] {
	return func(yield func(core.Row, error) bool) {
		n, ok := s.numbers[c]
		if !ok {
			return
		}
		err := s.eachRow(ctx, on(side, selectRow+"base AS r"+joinBodies+`
			WHERE r.{x}_collection = ? AND r.{x}_bound <> 0 ORDER BY r.{x}_id, r.n`), []any{n}, func(r core.Row) bool {
			return yield(r, nil)
		})
		if err != nil {
			yield(core.Row{}, fail("state.RowsIn", s.path, err))
		}
	}
}

// Rows implements state.Store. The order is that of the numbers.
func (s *Store) Rows(ctx context.Context, numbers []int64) ([]core.Row, error) {
	found := make(map[int64]core.Row, len(numbers))
	for left := numbers; len(left) > 0; {
		values, length, rest := numberValues(left)
		left = rest
		text := selectRow + list("(?)", length) + " CROSS JOIN base AS r ON r.n = want.column1" + joinBodies
		err := s.eachRow(ctx, text, values, func(r core.Row) bool {
			found[r.N] = r
			return true
		})
		if err != nil {
			return nil, fail("state.Rows", s.path, err)
		}
	}
	var out []core.Row
	for _, n := range numbers {
		if r, ok := found[n]; ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// RowsWith implements state.Store.
func (s *Store) RowsWith(ctx context.Context, by state.Property) ([]core.Row, error) {
	where, args := property(by)
	if where == "" {
		return nil, nil
	}
	var out []core.Row
	err := s.eachRow(ctx, selectRow+"base AS r"+joinBodies+"WHERE r.n IN ("+where+") ORDER BY r.n", args, func(r core.Row) bool {
		out = append(out, r)
		return true
	})
	return out, fail("state.RowsWith", s.path, err)
}

// property returns the query for the numbers of the rows that have it. Each
// repeats the condition of its index, or SQLite would not use the index.
func property(by state.Property) (text string, args []any) {
	switch {
	case by.Key != "":
		return "SELECT n FROM base WHERE key_hash = ?1 AND key_hash <> 0 AND key = ?2", []any{shortHash(string(by.Key)), string(by.Key)}
	case by.Sum != "":
		return `SELECT n FROM base WHERE left_sum_hash = ?1 AND left_sum_hash <> 0 AND left_sum = ?2 UNION ALL
			SELECT n FROM base WHERE right_sum_hash = ?1 AND right_sum_hash <> 0 AND right_sum = ?2`, []any{shortHash(string(by.Sum)), packSum(by.Sum)}
	case by.ID != "":
		return on(by.Side, `SELECT b.n FROM collection_ids AS c CROSS JOIN base AS b
			ON b.{x}_collection = c.n AND b.{x}_id = ? AND b.{x}_bound <> 0`), []any{string(by.ID)}
	case by.Owner != "":
		return "SELECT n FROM base WHERE owner = ? AND owner <> ''", []any{by.Owner}
	}
	return "", nil
}

// Totals implements state.Store.
func (s *Store) Totals(ctx context.Context) (state.Totals, error) {
	out := state.Totals{Rows: [2]map[core.CollectionID]int{{}, {}}}
	for _, x := range core.Sides() {
		text := on(x, "SELECT {x}_collection, count(*) FROM base WHERE {x}_bound <> 0 GROUP BY {x}_collection")
		err := s.each(ctx, text, nil, func(r *sql.Rows) (bool, error) {
			var n int64
			var count int
			if err := r.Scan(&n, &count); err != nil {
				return false, err
			}
			id, err := s.collectionOf(n)
			out.Rows[x][id] = count
			return true, err
		})
		if err != nil {
			return state.Totals{}, fail("state.Totals", s.path, err)
		}
	}
	err := s.each(ctx, "SELECT count(DISTINCT owner) FROM base WHERE owner <> ''", nil, func(r *sql.Rows) (bool, error) {
		return true, r.Scan(&out.Owners)
	})
	return out, fail("state.Totals", s.path, err)
}

// eachRow runs a query that begins with selectRow.
func (s *Store) eachRow(ctx context.Context, text string, args []any, f func(core.Row) (more bool)) error {
	reader := s.reader()
	return s.each(ctx, text, args, func(r *sql.Rows) (bool, error) {
		row, err := reader.read(r)
		return err == nil && f(row), err
	})
}
