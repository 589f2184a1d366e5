package memory

import "lockstep/core"

func transient(op string) error { return core.Errorf(op, core.Transient, "busy") }

func missing(op, thing string) error {
	return &core.Error{Op: op, Class: core.Missing, Thing: thing}
}
