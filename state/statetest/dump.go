package statetest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/state"
)

// Dump returns all that a store remembers as text: two stores with equal dumps
// remember the same. It is how a test shows that nothing was changed.
func Dump(t *testing.T, store state.Store) string {
	t.Helper()
	ctx := context.Background()
	var out strings.Builder
	line := func(what string, v any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %#v\n", what, v)
	}
	head, err := store.Head(ctx)
	line("head", tidy(head), err)
	totals, err := store.Totals(ctx)
	line("totals", totals, err)
	numbers := make([]int64, head.LastRow)
	for i := range numbers {
		numbers[i] = int64(i + 1)
	}
	rows, err := store.Rows(ctx, numbers)
	for _, r := range rows {
		line("row", tidy(r), err)
	}
	for _, x := range core.Sides() {
		for o, err := range store.Observed(ctx, x) {
			line("observed "+x.String(), o, err)
		}
	}
	intents, err := store.Intents(ctx)
	line("intents", tidy(intents), err)
	parked, err := store.Parked(ctx)
	line("parked", tidy(parked), err)
	conflicts, err := store.Conflicts(ctx)
	line("conflicts", tidy(conflicts), err)
	runs, err := store.Runs(ctx)
	line("runs", tidy(runs), err)
	log, err := store.Log(ctx, "")
	line("log", tidy(log), err)
	return out.String()
}

// diff returns the lines that differ.
func diff(got, want string) string {
	var out strings.Builder
	in := func(text string) map[string]bool {
		all := map[string]bool{}
		for l := range strings.Lines(text) {
			all[l] = true
		}
		return all
	}
	had, has := in(want), in(got)
	for l := range strings.Lines(want) {
		if !has[l] {
			out.WriteString("want " + l)
		}
	}
	for l := range strings.Lines(got) {
		if !had[l] {
			out.WriteString("got  " + l)
		}
	}
	return out.String()
}
