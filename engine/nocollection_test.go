package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/connect/memory"
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

// TestOverlookedFolder: a folder that a server leaves out of its list, and that can
// be read all the same, is there: nothing of it is deleted, and it is said. One that
// is really gone is.
func TestOverlookedFolder(t *testing.T) {
	w := quietMail(0)
	for n := range 3 {
		w.servers[0].Add("b", memory.Message{Key: core.Key(fmt.Sprint("m", n)), Body: []byte(fmt.Sprint("m", n))})
	}
	w.pass()
	w.pass()
	right := w.servers[1]
	right.Shape.Overlooked = func(id core.CollectionID) bool { return id == "b" }
	before := len(w.servers[0].Refs())
	for range 3 {
		w.pass()
	}
	if n := len(w.servers[0].Refs()); n != before || !strings.Contains(fmt.Sprint(w.report.Plan.Notes), "it is not listed, but can be read") {
		t.Errorf("%d of %d messages are left: %+v", n, before, w.report.Plan.Notes)
	}
	right.Shape.Unlisted = right.Shape.Overlooked // nor can be read just now, which is not said to be gone
	for range 3 {
		w.pass()
	}
	if n := len(w.servers[0].Refs()); n != before || !strings.Contains(fmt.Sprint(w.report.Plan.Notes), "it is not said to be gone") {
		t.Errorf("%d of %d messages are left: %+v", n, before, w.report.Plan.Notes)
	}
	right.Shape.Overlooked, right.Shape.Unlisted = nil, nil
	right.RemoveFolder("b")
	for range 3 {
		w.pass()
	}
	if n := len(w.servers[0].Refs()); n != before-3 {
		t.Errorf("%d of %d messages are left of a folder that was deleted", n, before)
	}
}
