package sqlite

import (
	"fmt"
	"path/filepath"
	"testing"

	"lockstep/core"
	"lockstep/state"
)

// twins returns two texts of one hash.
func twins() (a, b string) {
	seen := map[int64]string{}
	for n := 0; ; n++ {
		text := fmt.Sprintf("<%d@example.com>", n)
		if other, ok := seen[shortHash(text)]; ok {
			return other, text
		}
		seen[shortHash(text)] = text
	}
}

// TestHashIsNoEvidence: texts of one hash are told apart.
func TestHashIsNoEvidence(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "state.db"))
	a, b := twins()
	one, two := core.Row{N: 1, Key: core.Key(a)}, core.Row{N: 2, Key: core.Key(b)}
	one.Side[0].Sum, two.Side[1].Sum = core.Sum(a), core.Sum(b)
	mustCommit(t, s, &state.Batch{PutRows: []core.Row{one, two}})
	for _, c := range []struct {
		by   state.Property
		want int64
	}{{state.Property{Key: one.Key}, 1}, {state.Property{Key: two.Key}, 2}, {state.Property{Sum: core.Sum(a)}, 1}, {state.Property{Sum: core.Sum(b)}, 2}} {
		rows, err := s.RowsWith(t.Context(), c.by)
		if err != nil || len(rows) != 1 || rows[0].N != c.want {
			t.Errorf("%+v: got %+v, %v", c.by, rows, err)
		}
	}
}

func FuzzSum(f *testing.F) {
	for _, s := range []string{"", "00ff", "00f", "ab", "aA", "sha256:00ff", "ab\ncd", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if back, err := unpackSum(packSum(core.Sum(s))); err != nil || string(back) != s {
			t.Fatalf("%q comes back as %q, %v", s, back, err)
		}
		if hash := shortHash(s); (hash == 0) != (s == "") || hash < 0 || hash>>31 != 0 {
			t.Fatalf("the hash of %q is %d", s, hash)
		}
	})
}
