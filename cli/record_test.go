package cli_test

import (
	"context"
	"fmt"
	"os"

	"lockstep/core"
	"lockstep/state"
	"lockstep/state/sqlite"
)

// record is a helper of the scripts: it writes an open conflict into a state,
// as a pass of items that merge does.
func record(args []string) int {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, args[0])
	if err == nil {
		err = s.Commit(ctx, &state.Batch{Conflicts: []state.Conflict{{
			Run: "20260102T030405.000Z", Time: 1767323045,
			ConflictRecord: core.ConflictRecord{
				Row: 1, Key: "a@example.org", Refs: [2]core.Ref{{Collection: "INBOX", ID: "one"}, {Collection: "INBOX", ID: "two"}},
				Why: "both sides changed a property", Open: true,
				Collisions: []core.Collision{{Property: "TEL", Value: [2]string{"+1 555 1", "+1 555 2"}}},
			},
		}}})
	}
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		return 1
	}
	return 0
}
