package imap

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lockstep/format/utf7"
)

// Arg is one argument of a command. The values of this file are all there are,
// so that nothing reaches the wire that was not checked or quoted.
type Arg interface {
	write(e *encoder) error
}

type (
	// Atom is written as it is, and is refused if it is not an atom.
	Atom string
	// String is quoted, or sent as a literal.
	String string
	// Mailbox is the name of a mailbox as people read it.
	Mailbox string
	// RawMailbox is a name in the server's own spelling.
	RawMailbox string
	// Number is written in digits.
	Number uint64
	// Flag is a system flag (\Seen) or a keyword.
	Flag string
	// List is arguments between parentheses.
	List []Arg
	// Literal is a stream of bytes whose size is known.
	Literal struct {
		Size int64
		Body io.Reader
		// UTF8: a message whose header is in UTF-8; it is told so where
		// UTF8=ACCEPT is enabled (RFC 6855, section 4).
		UTF8 bool
	}
	// Date is a date-time (RFC 9051, section 9).
	Date time.Time
	// words is text of this package, which needs no check.
	words string
)

// piece of a command: text, or a literal.
type piece struct {
	text    string
	literal *Literal
}

// encoder builds a command before any of it is sent.
type encoder struct {
	text   strings.Builder
	pieces []piece
	utf8   bool
}

func (e *encoder) literal(l Literal) {
	e.pieces = append(e.pieces, piece{text: e.text.String()}, piece{literal: &l})
	e.text.Reset()
}

func (e *encoder) done() []piece { return append(e.pieces, piece{text: e.text.String() + "\r\n"}) }

func (w words) write(e *encoder) error {
	e.text.WriteString(string(w))
	return nil
}

func (n Number) write(e *encoder) error {
	e.text.WriteString(strconv.FormatUint(uint64(n), 10))
	return nil
}

func (s UIDSet) write(e *encoder) error {
	if len(s) == 0 {
		return &ArgError{"an empty set of UIDs"}
	}
	e.text.WriteString(s.String())
	return nil
}

func (d Date) write(e *encoder) error {
	t := time.Time(d)
	if t.Year() < 1 || t.Year() > 9999 {
		return &ArgError{"a year of four digits is needed"}
	}
	e.text.WriteString(`"` + t.Format("_2-Jan-2006 15:04:05 -0700") + `"`)
	return nil
}

func isAtom(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`(){%*"\]`, r)
	})
}

func (a Atom) write(e *encoder) error {
	if !isAtom(string(a)) {
		return &ArgError{fmt.Sprintf("%q is not an atom", string(a))}
	}
	e.text.WriteString(string(a))
	return nil
}

// ValidFlag tells whether a flag or keyword can be sent.
func ValidFlag(name string) bool { return isAtom(strings.TrimPrefix(name, `\`)) }

func (f Flag) write(e *encoder) error {
	if !ValidFlag(string(f)) {
		return &ArgError{fmt.Sprintf("%q cannot be a flag", string(f))}
	}
	e.text.WriteString(string(f))
	return nil
}

// Flags makes a list of flags.
func Flags(names ...string) List {
	out := make(List, 0, len(names))
	for _, n := range names {
		out = append(out, Flag(n))
	}
	return out
}

func (l List) write(e *encoder) error {
	e.text.WriteByte('(')
	for i, a := range l {
		if i > 0 {
			e.text.WriteByte(' ')
		}
		if err := a.write(e); err != nil {
			return err
		}
	}
	e.text.WriteByte(')')
	return nil
}

// longestQuoted string; longer ones are literals.
const longestQuoted = 1000

func (s String) write(e *encoder) error {
	text := string(s)
	if strings.ContainsRune(text, 0) {
		return &ArgError{"a text with a NUL byte cannot be sent"}
	}
	plain := len(text) <= longestQuoted && !strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' || r == 0x7f || r > '~' && !e.utf8 || r == utf8.RuneError
	})
	if !plain {
		e.literal(Literal{Size: int64(len(text)), Body: strings.NewReader(text)})
		return nil
	}
	e.text.WriteString(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`)
	return nil
}

func (m Mailbox) write(e *encoder) error {
	switch {
	case m == "":
		return &ArgError{"a mailbox without a name"}
	case !utf8.ValidString(string(m)):
		return &ArgError{fmt.Sprintf("the mailbox name %q is not UTF-8", string(m))}
	case strings.ContainsAny(string(m), "\x00\r\n"):
		return &ArgError{fmt.Sprintf("the mailbox name %q has a line end or a NUL", string(m))}
	case e.utf8: // RFC 6855, section 3
		return String(m).write(e)
	}
	return String(utf7.Encode(string(m))).write(e)
}

func (m RawMailbox) write(e *encoder) error {
	if m == "" || strings.ContainsAny(string(m), "\x00\r\n") {
		return &ArgError{fmt.Sprintf("the mailbox name %q has a line end or a NUL, or is empty", string(m))}
	}
	return String(m).write(e)
}

// write refuses a literal by itself, too: its size must be known.
func (l Literal) write(e *encoder) error {
	if l.Size < 0 || l.Body == nil {
		return &ArgError{"a literal without a size or a body"}
	}
	if l.UTF8 = l.UTF8 && e.utf8; l.UTF8 {
		e.text.WriteString("UTF8 (~")
	}
	e.literal(l)
	if l.UTF8 {
		e.text.WriteByte(')')
	}
	return nil
}
