package sqlite

import (
	"context"

	"lockstep/state"
)

var _ state.Rester = (*Store)(nil)

// Rest implements state.Rester: what was committed is in the file, and nothing
// of it in memory.
func (s *Store) Rest() error {
	if s.closed || s.write == nil {
		return nil
	}
	return fail("state.Rest", s.path, s.closeFile())
}

// Wake implements state.Rester. A file that went meanwhile is an error, and no
// new one is made: the link would take itself for one that was never synced.
func (s *Store) Wake(ctx context.Context) error {
	if s.closed || s.write != nil {
		return nil
	}
	err := regular(s.path)
	if err == nil {
		err = s.openFile(ctx, schema())
	}
	if err != nil {
		_ = s.closeFile() // what failed first is what counts
	}
	return fail("state.Wake", s.path, err)
}
