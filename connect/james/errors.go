package james

import (
	"errors"
	"net/http"

	"lockstep/core"
	"lockstep/protocol/webadmin"
)

// The classes of refusals are protocol/webadmin's. Here are the errors that
// only the connector can tell.

func conflict(op, thing, why string) error {
	return &core.Error{Op: op, Class: core.Conflict, Thing: thing, Err: errors.New(why)}
}

func missing(op, thing string) error {
	return &core.Error{Op: op, Class: core.Missing, Thing: thing, Err: errors.New("it is not there")}
}

func permanent(op, thing, why string) error {
	return &core.Error{Op: op, Class: core.Permanent, Thing: thing, Err: errors.New(why)}
}

// halfDone says that a write of several requests was begun and did not come to
// its end: what stands tells the next pass how far it came. A refused login
// stays what it is.
func halfDone(op, thing string, err error) error {
	if core.ClassOf(err) == core.Auth {
		return err
	}
	return &core.Error{Op: op, Class: core.Unknown, Thing: thing, Err: err, Remedy: "the next pass goes on with it"}
}

// is tells whether an error is a refusal with this status.
func is(err error, status int) bool {
	refused, ok := webadmin.Refused(err)
	return ok && refused.Status == status
}

// fails tells whether the server fails at this very request, as James does at
// some names, again and again.
func fails(err error) bool { return is(err, http.StatusInternalServerError) }
