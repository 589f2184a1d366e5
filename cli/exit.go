package cli

import "slices"

// Exit codes: a contract with scripts.
const (
	exitDone    = 0 // done, or nothing to do
	exitFailed  = 1
	exitUsage   = 2 // usage or configuration
	exitDiffers = 3 // plan has changes, check found differences
	exitHeld    = 4 // deletions wait for consent
	exitParked  = 5 // finished, with parked items or open conflicts
	exitLogin   = 6 // a login is needed
)

// worse returns the exit code of two links together.
func worse(a, b int) int {
	order := [...]int{exitUsage, exitFailed, exitLogin, exitHeld, exitParked, exitDiffers, exitDone}
	if slices.Index(order[:], b) < slices.Index(order[:], a) {
		return b
	}
	return a
}
