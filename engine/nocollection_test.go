package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/core"
)

// TestCase55NoCollectionIsNoDeletion: a server that suddenly names no address book,
// in an answer that is as it should be, deletes nothing, however few cards there
// are; when the books are back all is as before.
func TestCase55NoCollectionIsNoDeletion(t *testing.T) {
	w := newDavWorld(still{}, davOptions{})
	for n := range 4 {
		w.put(w.servers[0], core.Ref{}, map[string]string{"UID": fmt.Sprint("u", n), "FN": "somebody"})
	}
	w.pass()
	right := w.servers[1]
	right.RemoveFolder("book")
	for range 3 {
		w.pass()
		if w.report.Left.Deleted != 0 || !strings.Contains(fmt.Sprint(w.report.Plan.Notes), "it names no collection, but had 1") {
			t.Errorf("%+v", w.report)
		}
	}
	if n := len(w.servers[0].Refs()); n != 4 {
		t.Errorf("%d cards are left", n)
	}
}
