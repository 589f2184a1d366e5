package dav

import "lockstep/core"

// Errors of the wire have their class already (protocol/dav/errors.go, one table). What
// is found out here is classed here.

func missing(op, thing string) error {
	return &core.Error{Op: op, Class: core.Missing, Thing: thing}
}

// ends tells whether an error is about more than the item that it came with.
func ends(err error) bool {
	switch core.ClassOf(err) {
	case core.Auth, core.Transient, core.Unknown:
		return err != nil
	}
	return false
}
