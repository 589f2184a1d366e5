package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSavedPlanKeeps: that a grace goes on is no change of a saved plan; that
// somebody else is parked is one.
func TestSavedPlanKeeps(t *testing.T) {
	m, _ := newStaff(t, 4, "deletes = true")
	m.want(exitDone, "sync")
	m.people(3, "alias: more@example.com\n")
	text := m.want(exitDiffers, "plan", "--save", filepath.Join(m.dir, "plan.json"))
	if !strings.Contains(text, "u03@example.com is gone from the left; all is kept until the grace is over: 0 of 7 days, 1 of 2 passes\n") {
		t.Errorf("%s", text)
	}
	m.System.Now = func() time.Time { return time.Now().Add(30 * time.Hour) }
	if text := m.want(exitDone, "sync", "--plan", filepath.Join(m.dir, "plan.json")); !strings.Contains(text, "right: 1 created") || !strings.Contains(text, "0 of 7 days, 1 of 2 passes") {
		t.Errorf("%s", text)
	}
	m.people(3, "alias: other@example.com\n")
	m.want(exitDiffers, "plan", "--save", filepath.Join(m.dir, "plan.json"))
	m.people(3, "alias: other@example.com\nalias: not an address\n")
	m.want(exitFailed, "sync", "--plan", filepath.Join(m.dir, "plan.json"))
	if !strings.Contains(m.errors.String(), "make a new plan") {
		t.Errorf("%s", &m.errors)
	}
}
