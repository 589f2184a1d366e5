package sqlite

import (
	"path/filepath"
	"testing"

	"lockstep/core"
	"lockstep/state"
)

// TestFromTheFirstSchema: a file of the first schema is brought up, and what it
// holds reads as before, with nothing in the fields that are new.
func TestFromTheFirstSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	old := &Store{path: path}
	if err := old.open(t.Context(), schema()[:1]); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"INSERT INTO collection_ids VALUES (1, 'INBOX')",
		`INSERT INTO base VALUES (1, 'k@h', 0, '', 7, 0, '', 'ours', 0, 0, 1, 0, 1, 'a', 1, '', '', '', 0, 0, 1, 0, 1, 'b', 1, '', '', '', 0, 0)`,
		"INSERT INTO observed VALUES (0, 1, 'c', 0, '', 'n@h', '', '', '', 9, 0, '', 0, 0, 0, '')",
		"UPDATE counters SET last = 1 WHERE name = 'row'",
	} {
		if _, err := old.writer.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	s := opened(t, path)
	defer s.Close()
	if v := version(t, s); v != len(schema()) {
		t.Errorf("it has schema %d", v)
	}
	rows, err := s.Rows(t.Context(), []int64{1})
	want := core.Row{N: 1, Key: "k@h", Size: 7, Origin: core.Ours}
	for x, id := range []core.ID{"a", "b"} {
		want.Side[x] = core.Bound{Ref: core.Ref{Collection: "INBOX", ID: id}, Place: "INBOX"}
	}
	if err != nil || len(rows) != 1 || rows[0].Key != want.Key || rows[0].Size != want.Size || rows[0].Side[0].Ref != want.Side[0].Ref ||
		rows[0].Side[1].Place != want.Side[1].Place || rows[0].Renaming != "" || rows[0].MovedTo != 0 || rows[0].Side[0].Verbatim || rows[0].Side[1].Verbatim || rows[0].Side[0].Label+rows[0].Side[1].Where != "" {
		t.Errorf("%+v, %v", rows, err)
	}
	var seen []state.Observation
	for o, err := range s.Observed(t.Context(), core.Left) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, o)
	}
	if len(seen) != 1 || seen[0].Key != "n@h" || seen[0].Label+seen[0].Where != "" {
		t.Errorf("%+v", seen)
	}
	rows[0].Renaming, rows[0].MovedTo, rows[0].Side[0].Label, rows[0].Side[1].Where = "x", 7, "a label", "a place"
	rows[0].Side[1].Verbatim = true
	mustCommit(t, s, &state.Batch{PutRows: rows})
	again, err := s.Rows(t.Context(), []int64{1})
	if err != nil || len(again) != 1 || again[0].Renaming != "x" || again[0].MovedTo != 7 || again[0].Side[0].Label != "a label" || again[0].Side[1].Where != "a place" ||
		again[0].Side[0].Verbatim || !again[0].Side[1].Verbatim {
		t.Errorf("%+v, %v", again, err)
	}
}
