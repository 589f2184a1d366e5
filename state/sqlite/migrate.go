package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// migrate brings a file to the version of steps, one transaction for each
// step. It refuses a file of another program and of a later lockstep, before
// it changes anything.
func migrate(ctx context.Context, conn *sql.Conn, path string, steps []string) error {
	version, err := versionOf(ctx, conn, path, len(steps))
	if err != nil {
		return err
	}
	for i := version; i < len(steps); i++ {
		if err := step(ctx, conn, steps[i], i+1); err != nil {
			return fmt.Errorf("bring to schema %d: %w", i+1, err)
		}
	}
	return nil
}

func step(ctx context.Context, conn *sql.Conn, text string, version int) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	text += fmt.Sprintf("; PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version)
	if _, err := tx.ExecContext(ctx, text); err != nil {
		return err
	}
	return tx.Commit()
}
