package script

import (
	"fmt"
	"strings"
)

// Language that a script is written in; "" = the default engine of LSC, which
// is JavaScript.
type Language string

const (
	JavaScript Language = "js"
	// Rhino is JavaScript in which texts of the entry are Java objects.
	Rhino  Language = "rjs"
	Groovy Language = "gr"
)

// Script is one that was understood.
type Script struct {
	Language Language
	root     node
	text     string
}

// Error is why a script is refused: where in it (the line counts from 0), why,
// and what a person can do about it; "" = nothing is known.
type Error struct {
	Line   int
	Text   string
	Remedy string
}

func (e *Error) Error() string {
	if e.Remedy != "" {
		return e.Text + "; " + e.Remedy
	}
	return e.Text
}

// mostScript is how long a script may be, in bytes; mostDepth how deeply its
// parts may be nested.
const (
	mostScript = 32 << 10
	mostDepth  = 200
)

// Parse reads a script with its prefix, if it has one. An error is an *Error.
func Parse(text string) (*Script, error) {
	if len(text) > mostScript {
		return nil, &Error{Text: fmt.Sprintf("it is longer than %d bytes", mostScript)}
	}
	language, from := prefix(text)
	p := &parser{lexer: lexer{text: text, next: from, groovy: language == Groovy}}
	root, err := p.program()
	if err != nil {
		return nil, err
	}
	return &Script{Language: language, root: root, text: text}, nil
}

// prefix finds the language of a script and where it begins.
func prefix(text string) (Language, int) {
	start := len(text) - len(strings.TrimLeft(text, " \t\r\n"))
	name, _, found := strings.Cut(text[start:], ":")
	if !found {
		return JavaScript, start
	}
	after := start + len(name) + 1
	switch name {
	case "js", "gj", "gjs":
		return JavaScript, after
	case "rjs", "rdjs":
		return Rhino, after
	case "gr":
		return Groovy, after
	}
	return JavaScript, start
}

// refuse makes an Error about a place of the script.
func refuse(text string, at int, remedy, format string, args ...any) *Error {
	return &Error{Line: strings.Count(text[:min(max(at, 0), len(text))], "\n"), Text: fmt.Sprintf(format, args...), Remedy: remedy}
}
