package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"lockstep/state"
	"lockstep/state/sqlite"
	"lockstep/state/statetest"
)

func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// checked is a store that is checked whenever the suite closes it: whatever
// was done to it, the file is sound.
type checked struct {
	*sqlite.Store
	t *testing.T
}

func (c checked) Close() error {
	findings, err := c.Check(context.Background())
	if err != nil {
		c.t.Error(err)
	}
	for _, f := range findings {
		// The suite gives one handle to two rows and observes what no row has.
		if f.Bad && f.Name != "state handles" && f.Name != "state observed" {
			c.t.Errorf("%+v", f)
		}
	}
	return c.Store.Close()
}

func TestConformance(t *testing.T) {
	statetest.Run(t, func(t *testing.T) state.Store {
		return checked{open(t, filepath.Join(t.TempDir(), "state.db")), t}
	})
}

func TestConformanceDurable(t *testing.T) {
	statetest.RunDurable(t, func(t *testing.T, dir string) state.Store {
		return checked{open(t, filepath.Join(dir, "state.db")), t}
	})
}
