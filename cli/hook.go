package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"time"

	"lockstep/core"
)

// hook runs the link's after_sync with the report on stdin. What it prints
// goes to stderr, so that it does not mix with what sync prints.
func (s *session) hook(ctx context.Context, t *tally) error {
	if s.link.AfterSync == "" {
		return nil
	}
	report, err := json.Marshal(t.reportJSON)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", s.link.AfterSync)
	cmd.Stdin = bytes.NewReader(append(report, '\n'))
	cmd.Stdout, cmd.Stderr = s.sys.Stderr, s.sys.Stderr
	cmd.WaitDelay = time.Second // for a grandchild that keeps the pipe open
	if err := cmd.Run(); err != nil {
		return &core.Error{Op: "after_sync", Class: core.Permanent, Thing: s.link.AfterSync, Err: err,
			Remedy: "the sync itself is done; run the command by hand to see why it fails"}
	}
	return nil
}
