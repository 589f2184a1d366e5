package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// migrate brings a file to the version of steps, in one transaction: whatever
// ends it, the file is what it was, or of that version. It refuses a file of
// another program and of a later lockstep, before it changes anything.
func migrate(ctx context.Context, conn *sql.Conn, path string, steps []string) error {
	version, err := versionOf(ctx, conn, path, len(steps))
	if err != nil || version == len(steps) {
		return err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	for i := version; i < len(steps); i++ {
		if _, err := tx.ExecContext(ctx, steps[i]); err != nil {
			return fmt.Errorf("bring to schema %d: %w", i+1, err)
		}
	}
	text := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(steps))
	if _, err := tx.ExecContext(ctx, text); err != nil {
		return err
	}
	return tx.Commit()
}
