package sqlite

import (
	"bytes"
	"database/sql"
	"fmt"

	"lockstep/core"
)

// How a side of a row is found by its handle: left_bound and right_bound.
const (
	boundNone  = 0 // this side never held it
	boundHere  = 1 // the handle finds the row
	boundNoRef = 2 // it does not: it has no ID, or a later row took it
)

// selectRow names the columns in the order of reader, selectOutline the same
// without the bodies.
const (
	selectRow     = outline + leftSide + "r.left_body, r.left_verbatim, lb.packed" + rightSide + "r.right_body, r.right_verbatim, rb.packed FROM "
	selectOutline = outline + leftSide + "0, r.left_verbatim, NULL" + rightSide + "0, r.right_verbatim, NULL FROM "

	outline   = "SELECT r.n, r.key, r.owner, r.size, r.time, r.marks, r.origin, r.gone_since, r.gone_passes, r.renaming, r.moved_to, "
	leftSide  = "r.left_bound, r.left_unproven, r.left_collection, r.left_id, r.left_place, r.left_same, r.left_rev, r.left_label, r.left_found_at, r.left_sum, "
	rightSide = ", r.right_bound, r.right_unproven, r.right_collection, r.right_id, r.right_place, r.right_same, r.right_rev, r.right_label, r.right_found_at, r.right_sum, "
)

const joinBodies = ` LEFT JOIN bodies AS lb ON lb.n = r.left_body LEFT JOIN bodies AS rb ON rb.n = r.right_body `

// insertRow names the columns in the order of rowValues.
const insertRow = `INSERT INTO base (n, key, key_hash, owner, size, time, marks, origin, gone_since, gone_passes, renaming, moved_to,
	left_bound, left_unproven, left_collection, left_id, left_place, left_same, left_rev, left_label, left_found_at, left_sum, left_sum_hash, left_body, left_verbatim,
	right_bound, right_unproven, right_collection, right_id, right_place, right_same, right_rev, right_label, right_found_at, right_sum, right_sum_hash, right_body, right_verbatim)
	VALUES (?,?,?,?,?,?,?,?,?,?,?,?, ?,?,?,?,?,?,?,?,?,?,?,?,?, ?,?,?,?,?,?,?,?,?,?,?,?,?)`

func (c *commit) rowValues(r core.Row) ([]any, error) {
	out := make([]any, 0, 38)
	out = append(out, r.N, string(r.Key), shortHash(string(r.Key)), r.Owner, r.Size, r.Time, string(r.Marks), string(r.Origin), r.GoneSince, int64(r.GonePasses), string(r.Renaming), r.MovedTo)
	for x, b := range r.Side {
		sum, hash := packSum(b.Sum), shortHash(string(b.Sum))
		if core.Side(x) == core.Right && b.Sum == r.Side[core.Left].Sum {
			sum, hash = asLeft, 0
		}
		at, err := c.number(b.Ref.Collection)
		if err != nil {
			return nil, err
		}
		place, err := c.number(b.Place)
		if err != nil {
			return nil, err
		}
		body, err := c.body(b.Body)
		if err != nil {
			return nil, err
		}
		out = append(out, bound(b), truth(b.Unproven)+2*truth(b.Older), at, string(b.Ref.ID), place, string(b.Same), string(b.Rev), b.Label, b.Where, sum, hash, body, truth(b.Verbatim))
	}
	return out, nil
}

func bound(b core.Bound) int64 {
	switch {
	case b.None:
		return boundNone
	case b.Ref.ID == "":
		return boundNoRef
	}
	return boundHere
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// reader reads the rows of one query.
type reader struct {
	store *Store
	row   core.Row
	sides [2]sideReader
	to    []any
}

type sideReader struct {
	bound, unproven, collection, place, body, verbatim int64
	sum                                                any
	packed                                             sql.RawBytes
}

func (s *Store) reader() *reader {
	r := &reader{store: s}
	r.to = []any{&r.row.N, &r.row.Key, &r.row.Owner, &r.row.Size, &r.row.Time, &r.row.Marks, &r.row.Origin, &r.row.GoneSince, &r.row.GonePasses, &r.row.Renaming, &r.row.MovedTo}
	for x := range r.sides {
		b, at := &r.row.Side[x], &r.sides[x]
		r.to = append(r.to, &at.bound, &at.unproven, &at.collection, &b.Ref.ID, &at.place, &b.Same, &b.Rev, &b.Label, &b.Where, &at.sum, &at.body, &at.verbatim, &at.packed)
	}
	return r
}

func (r *reader) read(rows *sql.Rows) (core.Row, error) {
	if err := rows.Scan(r.to...); err != nil {
		return core.Row{}, err
	}
	for x := range r.sides {
		if err := r.side(core.Side(x)); err != nil {
			return core.Row{}, err
		}
	}
	return r.row, nil
}

func (r *reader) side(x core.Side) (err error) {
	b, at := &r.row.Side[x], &r.sides[x]
	b.None, b.Unproven, b.Older, b.Verbatim = at.bound == boundNone, at.unproven&1 != 0, at.unproven&2 != 0, at.verbatim != 0
	if b.Ref.Collection, err = r.store.collectionOf(at.collection); err != nil {
		return err
	}
	if b.Place, err = r.store.collectionOf(at.place); err != nil {
		return err
	}
	if x == core.Right && at.sum == asLeft {
		b.Sum = r.row.Side[core.Left].Sum
	} else if b.Sum, err = unpackSum(at.sum); err != nil {
		return err
	}
	if b.Body = nil; at.body == 0 {
		return nil
	}
	if x == core.Right && at.body == r.sides[core.Left].body {
		b.Body = bytes.Clone(r.row.Side[core.Left].Body)
		return nil
	}
	if at.packed == nil {
		return damage(fmt.Sprintf("row %d has a base body that is not there", r.row.N))
	}
	b.Body, err = r.store.bodies.unpack(at.packed)
	return err
}
