package engine_test

import (
	"math/rand"

	"pgregory.net/rapid"
)

// dice is where all chance of a property test comes from: a seed, or rapid,
// which shrinks what fails.
type dice interface {
	Intn(n int) int
}

func seeded(seed int64) dice { return rand.New(rand.NewSource(seed)) }

// drawn takes every throw from rapid.
type drawn struct {
	t    *rapid.T
	gens map[int]*rapid.Generator[int]
}

func (d *drawn) Intn(n int) int {
	if n <= 1 {
		return 0
	}
	g := d.gens[n]
	if g == nil {
		g = rapid.IntRange(0, n-1)
		d.gens[n] = g
	}
	return g.Draw(d.t, "d")
}

func shuffle(d dice, n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, d.Intn(i+1))
	}
}
