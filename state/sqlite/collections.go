package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"lockstep/core"
)

// Collection IDs are long on some services and stand in every row, so the file
// holds numbers instead. There are few; the store keeps all of them in memory.
// A number is never taken back.

func (s *Store) loadCollections(ctx context.Context) error {
	s.numbers, s.ids = map[core.CollectionID]int64{}, map[int64]core.CollectionID{}
	return s.each(ctx, "SELECT n, id FROM collection_ids", nil, func(r *sql.Rows) (bool, error) {
		var n int64
		var id core.CollectionID
		if err := r.Scan(&n, &id); err != nil {
			return false, err
		}
		s.learnCollection(n, id)
		return true, nil
	})
}

func (s *Store) learnCollection(n int64, id core.CollectionID) { s.numbers[id], s.ids[n] = n, id }

// collectionOf returns the ID for a number in the file.
func (s *Store) collectionOf(n int64) (core.CollectionID, error) {
	id, ok := s.ids[n]
	if !ok {
		return "", damage(fmt.Sprintf("collection number %d has no ID", n))
	}
	return id, nil
}

// number returns the number of a collection ID, a new one if it needs one. The
// store learns it only when the commit is done.
func (c *commit) number(id core.CollectionID) (int64, error) {
	if n, ok := c.store.numbers[id]; ok {
		return n, nil
	}
	if n, ok := c.numbers[id]; ok {
		return n, nil
	}
	done, err := c.exec("INSERT INTO collection_ids (id) VALUES (?)", string(id))
	if err != nil {
		return 0, err
	}
	n, err := done.LastInsertId()
	c.numbers[id] = n
	return n, err
}
