package sqlite

import (
	"context"
	"database/sql"
	"iter"

	"lockstep/state"
)

const (
	// fewEntries of a run are a row each; more that come together are packed.
	fewEntries = 8
	// mostEntries are packed into one row.
	mostEntries = 1000
)

// log appends entries. Those of one run that follow each other are together.
func (c *commit) log(all []state.Entry) error {
	for len(all) > 0 {
		n := 1
		for n < len(all) && n < mostEntries && all[n].Run == all[0].Run {
			n++
		}
		run, part := all[0].Run, make([]state.Entry, n)
		copy(part, all)
		all = all[n:]
		for i := range part {
			part[i].Run = "" // it has a column
		}
		if n > fewEntries {
			text, err := encode(part)
			if err != nil {
				return err
			}
			packed, err := c.store.bodies.pack([]byte(text))
			if err != nil {
				return err
			}
			if _, err := c.exec("INSERT INTO log (run, entry, entries, packed) VALUES (?, '', ?, ?)", run, n, packed); err != nil {
				return err
			}
			continue
		}
		err := execEach(c, "INSERT INTO log (run, entry) VALUES (?, ?)", part, func(e state.Entry) ([]any, error) {
			text, err := encode(e)
			return []any{run, text}, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// selectLog selects rows of the log for eachEntry.
const selectLog = "SELECT run, entry, entries, packed FROM log "

// Log implements state.Store.
func (s *Store) Log(ctx context.Context, run string) (out []state.Entry, err error) {
	text, args := selectLog+"ORDER BY n", []any(nil)
	if run != "" {
		text, args = selectLog+"WHERE run = ? ORDER BY n", []any{run}
	}
	err = s.eachEntry(ctx, text, args, 0, func(e state.Entry) bool {
		out = append(out, e)
		return true
	})
	return out, fail("state.Log", s.path, err)
}

// LogAfter implements state.Store. It holds no more than one row.
func (s *Store) LogAfter(ctx context.Context, run string, n int) iter.Seq2[state.Entry, error] {
	return func(yield func(state.Entry, error) bool) {
		err := s.eachEntry(ctx, selectLog+"WHERE run = ? ORDER BY n", []any{run}, n, func(e state.Entry) bool { return yield(e, nil) })
		if err != nil {
			yield(state.Entry{}, fail("state.LogAfter", s.path, err))
		}
	}
}

// eachEntry runs a query that begins with selectLog; the first so many entries
// are left out.
func (s *Store) eachEntry(ctx context.Context, text string, args []any, skip int, f func(state.Entry) (more bool)) error {
	var from packer
	return s.each(ctx, text, args, func(r *sql.Rows) (more bool, err error) {
		var run, one string
		var n int
		var packed sql.RawBytes
		if err := r.Scan(&run, &one, &n, &packed); err != nil {
			return false, err
		}
		if count := max(n, 1); skip >= count {
			skip -= count
			return true, nil
		}
		entries := make([]state.Entry, 1)
		if n == 0 {
			err = decode(one, &entries[0])
		} else {
			entries, err = unpackLog(&from, packed, n)
		}
		if err != nil {
			return false, err
		}
		for _, e := range entries[skip:] {
			if e.Run = run; !f(e) {
				return false, nil
			}
		}
		skip = 0
		return true, nil
	})
}

func unpackLog(from *packer, packed []byte, n int) (entries []state.Entry, err error) {
	text, err := from.unpack(packed)
	if err != nil {
		return nil, err
	}
	if err := decode(string(text), &entries); err != nil {
		return nil, err
	}
	if len(entries) != n {
		return nil, damage("a part of the log does not hold what it says")
	}
	return entries, nil
}
