package sqlite

import (
	"database/sql"
	"errors"

	"lockstep/core"
	"lockstep/state"
)

func (c *commit) dropRows(b *state.Batch) error {
	for _, n := range b.DropRows {
		if err := c.dropRow(n); err != nil {
			return err
		}
	}
	return nil
}

// revise says of rows of which revision their items are.
func (c *commit) revise(b *state.Batch) error {
	for _, x := range core.Sides() {
		text := on(x, "UPDATE base SET {x}_rev = ?, {x}_label = ?, {x}_found_at = ?, {x}_verbatim = ? WHERE n = ?")
		for _, r := range b.Revise {
			if r.Side != x {
				continue
			}
			if err := c.asked.Err(); err != nil {
				return err
			}
			if _, err := c.exec(text, string(r.Rev), r.Label, r.Where, truth(r.Verbatim), r.Row); err != nil {
				return err
			}
		}
	}
	return nil
}

// putRows replaces whole rows. A handle finds the row that was put there last.
func (c *commit) putRows(b *state.Batch) error {
	var last int64
	for _, row := range b.PutRows {
		if err := c.dropRow(row.N); err != nil {
			return err
		}
		for _, x := range core.Sides() {
			if err := c.takeHandle(x, row.Side[x]); err != nil {
				return err
			}
		}
		values, err := c.rowValues(row)
		if err != nil {
			return err
		}
		if _, err := c.exec(insertRow, values...); err != nil {
			return err
		}
		last = max(last, row.N)
	}
	return c.count("row", last)
}

// dropRow removes a row, if it is there, and the uses of its bodies.
func (c *commit) dropRow(n int64) error {
	if err := c.asked.Err(); err != nil {
		return err
	}
	var left, right int64
	err := c.scan("DELETE FROM base WHERE n = ? RETURNING left_body, right_body", []any{n}, &left, &right)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	c.uses[left]--
	c.uses[right]--
	return err
}

// takeHandle takes a handle from the row that has it.
func (c *commit) takeHandle(x core.Side, b core.Bound) error {
	if bound(b) != boundHere {
		return nil
	}
	at, err := c.number(b.Ref.Collection)
	if err != nil {
		return err
	}
	_, err = c.exec(on(x, `UPDATE base SET {x}_bound = 2
		WHERE {x}_collection = ? AND {x}_id = ? AND {x}_bound <> 0 AND {x}_bound = 1`), at, string(b.Ref.ID))
	return err
}

// count keeps the greatest number ever given.
func (c *commit) count(name string, last int64) error {
	if last == 0 {
		return nil
	}
	_, err := c.exec("UPDATE counters SET last = max(last, ?) WHERE name = ?", last, name)
	return err
}
