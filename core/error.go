package core

import (
	"errors"
	"fmt"
	"time"
)

// Class tells the engine what to do next; the text of an error is for people.
type Class uint8

const (
	// Unknown: the outcome of a write cannot be known; its intent stays open.
	// For reads it counts as Transient.
	Unknown Class = iota
	// Transient: nothing was changed; try again, after RetryAfter.
	Transient
	// Auth: the login is refused; stop the account and ask its owner.
	Auth
	// Conflict: the write's condition does not hold; nothing was changed. Plan
	// again, never repeat blindly.
	Conflict
	// Missing: the item or collection is not there; plan again.
	Missing
	// Resync: the token or the incarnation is too old; list in full.
	Resync
	// Permanent: it will never work like this; park the item, go on.
	Permanent
)

var classNames = [...]string{"unknown", "transient", "auth", "conflict", "missing", "resync", "permanent"}

func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return fmt.Sprintf("class %d", uint8(c))
}

// Error is an error with a class. Text says what failed, where, and (Remedy)
// what a person can do about it.
type Error struct {
	// Op that failed, "imap.Fetch".
	Op    string
	Class Class
	// Thing it failed on: a folder, a file, a message; "" = none in particular.
	Thing string
	// Remedy in one clause; "" = none known.
	Remedy string
	// RetryAfter is the pause that the server asked for; 0 = the engine's choice.
	RetryAfter time.Duration
	// TooLarge: the body has too many bytes for the side, and only that is wrong: a
	// smaller one may be taken.
	TooLarge bool
	Err      error
}

func (e *Error) Error() string {
	s := e.Op
	if e.Thing != "" {
		s += " " + e.Thing
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	} else {
		s += ": " + e.Class.String()
	}
	if e.Remedy != "" {
		s += " (" + e.Remedy + ")"
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Reason is the text of an error for people who are told what it is about: it
// leaves out the operation and the thing.
func Reason(err error) string {
	var e *Error
	if !errors.As(err, &e) || e.Err == nil {
		return err.Error()
	}
	s := Reason(e.Err)
	if e.Remedy != "" {
		s += " (" + e.Remedy + ")"
	}
	return s
}

// ClassOf returns the class of an error; an error without one is Unknown.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return Unknown
}

// TooLarge tells whether a write was refused for the size of its body.
func TooLarge(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.TooLarge
}

// Errorf makes an Error of a class; the format may wrap with %w.
func Errorf(op string, class Class, format string, args ...any) *Error {
	return &Error{Op: op, Class: class, Err: fmt.Errorf(format, args...)}
}
