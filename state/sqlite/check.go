package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"

	"lockstep/core"
)

// Check looks for damage and for what must never be. It reads the whole file
// and changes nothing. Each look gives one finding, also when the file cannot
// be read; the only errors are those of a cancelled call.
func (s *Store) Check(ctx context.Context) ([]core.Finding, error) {
	var out []core.Finding
	for _, l := range s.looks() {
		bad, err := l.find(ctx)
		if ctx.Err() != nil {
			return nil, fail("state.Check", s.path, ctx.Err())
		}
		if err != nil {
			bad = append(bad, err.Error())
		}
		f := core.Finding{Name: "state " + l.name, Value: "sound"}
		if len(bad) > 0 {
			f.Value, f.Effect, f.Bad = bad[0], l.effect, true
		}
		if len(bad) > 1 {
			f.Value += fmt.Sprintf(" (and %d more)", len(bad)-1)
		}
		out = append(out, f)
	}
	return out, nil
}

// look is one thing to look at; find returns a sentence for each fault.
type look struct {
	name, effect string
	find         func(context.Context) ([]string, error)
}

func (s *Store) looks() []look {
	return []look{
		{"file", remedyDamaged, s.damaged},
		{"records", remedyDamaged, s.unreadable},
		{"bodies", remedyDamaged, s.falseBodies},
		{"uses of bodies", remedyReport, s.faults(falseUses)},
		{"collections", remedyDamaged, s.faults(nameless(core.Left), nameless(core.Right), namelessObserved)},
		{"numbers", remedyReport, s.faults(uncounted("base", "row"), uncounted("intents", "intent"))},
		{"handles", remedyReport, s.faults(twoRows(core.Left), twoRows(core.Right))},
		{"observed", remedyReport, s.faults(goneOfNothing(core.Left), goneOfNothing(core.Right))},
	}
}

func (s *Store) damaged(ctx context.Context) ([]string, error) {
	bad, err := s.faults("PRAGMA quick_check")(ctx)
	if len(bad) == 1 && bad[0] == "ok" {
		bad = nil
	}
	return bad, err
}

// unreadable reads every record that is kept as JSON.
func (s *Store) unreadable(ctx context.Context) ([]string, error) {
	var bad []string
	note := func(err error) {
		if err != nil {
			bad = append(bad, err.Error())
		}
	}
	_, err := s.Head(ctx)
	note(err)
	_, err = s.Intents(ctx)
	note(err)
	_, err = s.Parked(ctx)
	note(err)
	_, err = s.Conflicts(ctx)
	note(err)
	_, err = s.Log(ctx, "")
	note(err)
	_, err = s.Runs(ctx)
	note(err)
	return bad, nil
}

// falseBodies compares every body with its digest.
func (s *Store) falseBodies(ctx context.Context) ([]string, error) {
	var bad []string
	err := s.each(ctx, "SELECT n, digest, packed FROM bodies ORDER BY n", nil, func(r *sql.Rows) (bool, error) {
		var n int64
		var digest, packed []byte
		if err := r.Scan(&n, &digest, &packed); err != nil {
			return false, err
		}
		body, err := s.bodies.unpack(packed)
		if sum := sha256.Sum256(body); err != nil || !bytes.Equal(sum[:], digest) {
			bad = append(bad, fmt.Sprintf("body %d is not what was stored", n))
		}
		return true, nil
	})
	return bad, err
}

// faults makes a look of queries that yield one sentence for each fault.
func (s *Store) faults(queries ...string) func(context.Context) ([]string, error) {
	return func(ctx context.Context) ([]string, error) {
		var bad []string
		for _, text := range queries {
			err := s.each(ctx, text, nil, func(r *sql.Rows) (bool, error) {
				var line string
				err := r.Scan(&line)
				bad = append(bad, line)
				return true, err
			})
			if err != nil {
				return bad, err
			}
		}
		return bad, nil
	}
}

const falseUses = `
	WITH used (body) AS (
		SELECT left_body FROM base WHERE left_body <> 0 UNION ALL SELECT right_body FROM base WHERE right_body <> 0
	), counted (body, uses) AS (SELECT body, count(*) FROM used GROUP BY body)
	SELECT format('body %d is used %d times and not %d', b.n, coalesce(c.uses, 0), b.uses)
		FROM bodies AS b LEFT JOIN counted AS c ON c.body = b.n WHERE b.uses <> coalesce(c.uses, 0)
	UNION ALL
	SELECT format('body %d is used and not there', body) FROM counted WHERE body NOT IN (SELECT n FROM bodies)`

const namelessObserved = `SELECT format('an observation is in collection number %d, which has no ID', collection)
	FROM observed WHERE collection NOT IN (SELECT n FROM collection_ids)`

func nameless(x core.Side) string {
	return on(x, `SELECT format('row %d is in a collection on the {x} that has no ID', n) FROM base
		WHERE {x}_collection NOT IN (SELECT n FROM collection_ids) OR {x}_place NOT IN (SELECT n FROM collection_ids)`)
}

func uncounted(table, name string) string {
	return fmt.Sprintf(`SELECT format('%[2]s %%d is beyond the last number %%d', t.n, c.last)
		FROM %[1]s AS t CROSS JOIN counters AS c WHERE c.name = '%[2]s' AND t.n > c.last`, table, name)
}

// twoRows: a handle is in at most one row of a side.
func twoRows(x core.Side) string {
	return on(x, `SELECT format('rows %d and %d have one handle on the {x}: %s', min(n), max(n), {x}_id) FROM base
		WHERE {x}_bound <> 0 AND {x}_id <> '' GROUP BY {x}_collection, {x}_id HAVING count(*) > 1`)
}

// goneOfNothing: only what a row has can be gone.
func goneOfNothing(x core.Side) string {
	return on(x, fmt.Sprintf(`SELECT format('%%s is gone on the {x}, and no row has it', o.id) FROM observed AS o
		WHERE o.side = %d AND o.gone <> 0 AND NOT EXISTS (SELECT 1 FROM base AS r
			WHERE r.{x}_collection = o.collection AND r.{x}_id = o.id AND r.{x}_bound <> 0)`, x))
}
