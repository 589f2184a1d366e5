package sqlite

import (
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"lockstep/state"
)

// TestPackedLog: what comes together is read as if it had come one by one, from
// wherever it is asked for.
func TestPackedLog(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "state.db"))
	defer s.Close()
	var all []state.Entry
	of := map[string][]state.Entry{}
	for i, size := range []int{1, fewEntries, fewEntries + 1, 3, mostEntries + fewEntries + 2, 20} {
		var part []state.Entry
		for n := range size {
			run := "a"
			if i == 3 || i == 5 && n%10 == 9 { // one run between another's
				run = "b"
			}
			part = append(part, state.Entry{Run: run, Why: fmt.Sprintf("why %d.%d \xff", i, n), Row: int64(n)})
		}
		mustCommit(t, s, &state.Batch{Log: part})
		for _, e := range part {
			all, of[e.Run] = append(all, e), append(of[e.Run], e)
		}
	}
	for run, want := range map[string][]state.Entry{"": all, "a": of["a"], "b": of["b"], "c": nil} {
		if got, err := s.Log(t.Context(), run); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("run %q: %d entries, want %d, %v", run, len(got), len(want), err)
		}
	}
	for n := range len(of["a"]) + 2 {
		var got []state.Entry
		for e, err := range s.LogAfter(t.Context(), "a", n) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, e); len(got) == 3 {
				break
			}
		}
		rest := of["a"][min(n, len(of["a"])):]
		if want := rest[:min(3, len(rest))]; len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("after %d: %+v, want %+v", n, got, want)
		}
	}
	if _, err := s.writer.ExecContext(t.Context(), "UPDATE log SET packed = x'ff' WHERE entries > 0"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Log(t.Context(), "a"); err == nil {
		t.Error("damage is not noticed")
	}
}
