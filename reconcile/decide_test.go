package reconcile

import (
	"os"
	"strings"
	"testing"

	"lockstep/core"
)

// TestTable compares the table in the comment of Decide with what it decides.
func TestTable(t *testing.T) {
	source, err := os.ReadFile("decide.go")
	if err != nil {
		t.Fatal(err)
	}
	drifts := map[string]Drift{"same": Same, "moved": Moved, "gone": Gone}
	verdicts := map[string]Verdict{
		"nothing": Nothing, "copy to left": CopyToLeft, "copy to right": CopyToRight, "delete left": DeleteLeft,
		"delete right": DeleteRight, "both": Both, "forget": Forget,
	}
	cells := 0
	var columns []string
	for _, line := range strings.Split(string(source), "\n") {
		row, is := strings.CutPrefix(line, "//\t")
		if !is {
			continue
		}
		cols := strings.Split(row, "|")
		for i := range cols {
			cols[i] = strings.TrimSpace(cols[i])
		}
		if strings.Contains(cols[0], `\`) {
			columns = cols[1:]
			continue
		}
		for i, want := range cols[1:] {
			verdict, known := verdicts[want]
			if !known {
				t.Fatalf("the table says %q, which is no verdict", want)
			}
			if got := Decide(drifts[cols[0]], drifts[columns[i]]); got != verdict {
				t.Errorf("left %s, right %s: decided %d, the table says %s", cols[0], columns[i], got, want)
			}
			cells++
		}
	}
	if cells != 9 {
		t.Fatalf("the table has %d cells", cells)
	}
}

// TestMergeMarks tries every combination of two marks: what either side added
// is there, what either removed is not, the rest is as it was.
func TestMergeMarks(t *testing.T) {
	set := func(bits int) core.Marks {
		var all []string
		for i, m := range []string{"a", "b"} {
			if bits&(1<<i) != 0 {
				all = append(all, m)
			}
		}
		return core.NewMarks(all...)
	}
	for base := range 4 {
		for l := range 4 {
			for r := range 4 {
				want := base&l&r | (l|r)&^base
				if got := MergeMarks(set(base), set(l), set(r)); got != set(want) {
					t.Errorf("base %02b left %02b right %02b: got %q, want %q", base, l, r, got, set(want))
				}
				if MergeMarks(set(base), set(l), set(r)) != MergeMarks(set(base), set(r), set(l)) {
					t.Error("the sides are not treated alike")
				}
			}
		}
	}
}

func TestPlanIDs(t *testing.T) {
	step := core.Step{Side: core.Right, Op: core.OpDelete, Ref: core.Ref{Collection: "a", ID: "1"}, Key: "k", Why: "one reason"}
	p := core.Plan{Held: []core.Step{step}}
	id := heldID(&p)
	p.Held[0].Why = "another wording"
	if heldID(&p) != id {
		t.Error("the same deletions have another ID")
	}
	p.Held[0].Ref.ID = "2"
	if heldID(&p) == id || heldID(&core.Plan{}) != "" {
		t.Error("other deletions have the same ID")
	}
}
