package sqlite

import (
	"lockstep/core"
	"lockstep/state"
)

// rename re-addresses what was in a collection, one rename after the other.
func (c *commit) rename(b *state.Batch) error {
	for _, n := range b.Rename {
		if n.From == n.To {
			continue
		}
		if err := c.renameOne(n); err != nil {
			return err
		}
	}
	return nil
}

func (c *commit) renameOne(n state.Rename) error {
	from, err := c.number(n.From)
	if err != nil {
		return err
	}
	to, err := c.number(n.To)
	if err != nil {
		return err
	}
	for _, text := range []string{
		// What arrives takes its handle from what is there.
		`UPDATE base SET {x}_bound = 2 WHERE {x}_collection = ?2 AND {x}_bound <> 0 AND {x}_bound = 1 AND {x}_id IN
			(SELECT o.{x}_id FROM base AS o WHERE o.{x}_collection = ?1 AND o.{x}_bound <> 0 AND o.{x}_bound = 1)`,
		`UPDATE base SET {x}_collection = ?2 WHERE {x}_collection = ?1 AND {x}_bound <> 0`,
		`UPDATE base SET {x}_place = ?2 WHERE {x}_place = ?1 AND {x}_bound <> 0`,
	} {
		if _, err := c.exec(on(n.Side, text), from, to); err != nil {
			return err
		}
	}
	if _, err := c.exec("UPDATE OR REPLACE observed SET collection = ?2 WHERE side = ?3 AND collection = ?1", from, to, int64(n.Side)); err != nil {
		return err
	}
	return c.renameInIntents(n)
}

// renameInIntents follows the handles in the journal.
func (c *commit) renameInIntents(n state.Rename) error {
	all, err := c.openIntents()
	if err != nil {
		return err
	}
	var changed []core.Intent
	for _, in := range all {
		if in, moved := n.Intent(in); moved {
			changed = append(changed, in)
		}
	}
	return execEach(c, putIntent, changed, intentValues)
}
