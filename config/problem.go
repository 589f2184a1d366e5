package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lockstep/internal/mapping"
)

// Problem is one mistake in a configuration or an address: what is wrong,
// where, and what to do about it.
type Problem struct {
	// File and Line; "" and 0 = not in a file, or about all of it.
	File string
	Line int
	Text string
	// Remedy in one clause; "" = none known.
	Remedy string
}

func (p Problem) Error() string {
	s := p.Text
	switch {
	case p.File != "" && p.Line > 0:
		s = fmt.Sprintf("%s:%d: %s", p.File, p.Line, s)
	case p.File != "":
		s = p.File + ": " + s
	}
	if p.Remedy != "" {
		s += "; " + p.Remedy
	}
	return s
}

// Problems is all mistakes of a file, in the order of its lines.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes each Problem visible to errors.As.
func (ps Problems) Unwrap() []error {
	all := make([]error, len(ps))
	for i, p := range ps {
		all[i] = p
	}
	return all
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return ps
}

// problem makes a Problem without a place.
func problem(remedy, format string, args ...any) Problem {
	return Problem{Text: fmt.Sprintf(format, args...), Remedy: remedy}
}

// asProblem keeps the remedy of an error that has one.
func asProblem(err error) Problem {
	var p Problem
	var of mapping.Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &of):
		return Problem{Text: of.Text, Remedy: of.Remedy}
	}
	return Problem{Text: err.Error()}
}
