package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"lockstep/config"
	"lockstep/core"
)

// usageError is a mistake on the command line.
type usageError string

func (e usageError) Error() string { return string(e) }

func usage(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }

// usageOf adds to what the parser says where to read more.
func usageOf(err error) error {
	help := "lockstep --help"
	var at *kong.ParseError
	if errors.As(err, &at) && at.Context != nil {
		if node := at.Context.Selected(); node != nil {
			help = node.FullPath() + " --help"
		}
	}
	text := noValue().ReplaceAllString(err.Error(), "needs a value")
	return usage("%s (see %q)", text, help)
}

// noValue is how the parser says that a flag ends the line.
func noValue() *regexp.Regexp {
	return regexp.MustCompile(`expected \w+ value but got "EOL" \(<EOL>\)`)
}

// fail reports an error on stderr, one line for each mistake, and returns its
// exit code. where is the link it concerns; "" = none.
func (a *app) fail(where string, err error) int {
	for _, p := range problemsOf(err) {
		line := p.Error()
		if where != "" {
			line = where + ": " + line
		}
		if p.File == "" { // a file with its line comes first, for editors
			line = "lockstep: " + line
		}
		fmt.Fprintln(a.sys.Stderr, safe(strings.ReplaceAll(line, "\n", "; ")))
	}
	code := codeOf(err)
	a.exit(code)
	return code
}

// errNotBegun is why a link was not looked at.
var errNotBegun = errors.New("interrupted before this link")

// errorJSON is a mistake or failure, for programs.
type errorJSON struct {
	Type string `json:"type"`           // error
	Link string `json:"link,omitempty"` // that it concerns
	File string `json:"file,omitempty"` // and line, of the configuration
	Line int    `json:"line,omitempty"`
	// Error is all of it in words; Remedy is what a person can do, where
	// that is known apart.
	Error  string `json:"error"`
	Remedy string `json:"remedy,omitempty"`
	Exit   int    `json:"exit"`
}

// failed is fail for what no other object tells of.
func (a *app) failed(where string, err error) int {
	for _, p := range problemsOf(err) {
		a.out.object(errorJSON{Type: "error", Link: where, File: p.File, Line: p.Line, Error: p.Error(), Remedy: remedyOf(p, err), Exit: codeOf(err)})
	}
	return a.fail(where, err)
}

func remedyOf(p config.Problem, err error) string {
	var classed *core.Error
	if p.Remedy == "" && errors.As(err, &classed) {
		return classed.Remedy
	}
	return p.Remedy
}

// problemsOf takes an error apart: each mistake in a configuration is one.
func problemsOf(err error) []config.Problem {
	var all config.Problems
	var one config.Problem
	switch {
	case errors.As(err, &all):
		return all
	case errors.As(err, &one) && one.Error() == err.Error():
		return []config.Problem{one}
	case errors.Is(err, context.Canceled):
		return []config.Problem{{Text: "interrupted", Remedy: "what was done is kept, and the next sync goes on from there"}}
	}
	return []config.Problem{{Text: err.Error()}}
}

// codeOf is the exit code for an error.
func codeOf(err error) int {
	var mistake usageError
	var problem config.Problem
	switch {
	case err == nil:
		return exitDone
	case core.ClassOf(err) == core.Auth:
		return exitLogin
	case errors.As(err, &mistake), errors.As(err, &problem):
		return exitUsage
	}
	return exitFailed
}
