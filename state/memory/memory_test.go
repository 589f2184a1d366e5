package memory_test

import (
	"testing"

	"lockstep/state"
	"lockstep/state/memory"
	"lockstep/state/statetest"
)

func TestConformance(t *testing.T) {
	statetest.Run(t, func(*testing.T) state.Store { return memory.New() })
}
