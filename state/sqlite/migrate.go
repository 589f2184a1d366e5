package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"lockstep/core"
)

// migrate brings a file to the version of steps, one transaction for each
// step. It refuses a file of another program and of a later lockstep, before
// it changes anything.
func migrate(ctx context.Context, conn *sql.Conn, path string, steps []string) error {
	var owner, version, tables int
	for _, q := range []struct {
		text string
		to   *int
	}{
		{"PRAGMA application_id", &owner},
		{"PRAGMA user_version", &version},
		{"SELECT count(*) FROM sqlite_schema", &tables},
	} {
		if err := conn.QueryRowContext(ctx, q.text).Scan(q.to); err != nil {
			return err
		}
	}
	fresh := owner == 0 && version == 0 && tables == 0
	switch {
	case !fresh && owner != applicationID:
		return &core.Error{Op: "state.Open", Class: core.Permanent, Thing: path, Remedy: remedyNotOurs,
			Err: errors.New("this is an SQLite file of another program")}
	case version > len(steps):
		return &core.Error{Op: "state.Open", Class: core.Permanent, Thing: path, Remedy: remedyNewer,
			Err: fmt.Errorf("a later lockstep wrote it (schema %d; this one knows up to %d)", version, len(steps))}
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
