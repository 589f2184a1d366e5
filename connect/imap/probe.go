package imap

import (
	"context"

	"lockstep/core"
)

// Probe implements core.Prober.
func (r *Replica) Probe(ctx context.Context) ([]core.Finding, error) {
	conn, err := r.connected(ctx, "imap.Probe")
	if err != nil {
		return nil, err
	}
	var out []core.Finding
	for _, e := range []struct{ name, without string }{
		{"LIST-STATUS", "the survey takes one question for every mailbox"},
		{"CONDSTORE", "all flags are read in every pass"},
		{"UIDPLUS", "new messages are found by their position, and nothing is removed while others are marked as deleted"},
		{"MOVE", "a move is a copy and then a removal"},
		{"ESEARCH", "to learn what vanished takes the numbers of all messages"},
		{"LITERAL+", "each new message waits for the server before it is sent"},
		{"SPECIAL-USE", "which mailbox is for sent mail, drafts and trash has to be configured"},
		{"OBJECTID", "messages have no identity of their own: a move by others is told by Message-ID and body"},
	} {
		f := core.Finding{Name: e.name, Value: "yes"}
		if !conn.Has(e.name) {
			f.Value, f.Effect = "no", e.without
		}
		out = append(out, f)
	}
	return out, nil
}
