package core

import (
	"slices"
	"strings"
)

// Marks is a set of flags and keywords, kept as one string: sorted, separated
// by single spaces, each at most once. It is a value: equal sets are equal
// strings. System flags bear IMAP's names (\Seen); keywords stand as they are.
type Marks string

// The system flags that most stores share (RFC 9051, section 2.3.2).
const (
	Seen     = `\Seen`
	Answered = `\Answered`
	Flagged  = `\Flagged`
	Draft    = `\Draft`
	Deleted  = `\Deleted`
	// Forwarded is a keyword of RFC 5788 that Maildir has a letter for (P).
	Forwarded = `$Forwarded`
)

// NewMarks makes a set; empty names and names with a space or a control
// character cannot be marks and are left out.
func NewMarks(names ...string) Marks {
	all := make([]string, 0, len(names))
	for _, n := range names {
		if ValidMark(n) {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return Marks(strings.Join(slices.Compact(all), " "))
}

// ValidMark tells whether a name can be a mark.
func ValidMark(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// List returns the marks in order.
func (m Marks) List() []string {
	if m == "" {
		return nil
	}
	return strings.Split(string(m), " ")
}

// Has tells whether the set holds the mark.
func (m Marks) Has(mark string) bool {
	return mark != "" && slices.Contains(m.List(), mark)
}

// Union returns the marks of either set.
func (m Marks) Union(o Marks) Marks {
	switch {
	case m == o || o == "":
		return m
	case m == "":
		return o
	}
	return NewMarks(append(m.List(), o.List()...)...)
}

// Minus returns the marks of m that o lacks.
func (m Marks) Minus(o Marks) Marks {
	if m == "" || o == "" {
		return m
	}
	return m.keep(func(mark string) bool { return !o.Has(mark) })
}

// Intersect returns the marks of both sets.
func (m Marks) Intersect(o Marks) Marks {
	if m == o {
		return m
	}
	return m.keep(o.Has)
}

func (m Marks) keep(ok func(string) bool) Marks {
	var all []string
	for _, mark := range m.List() {
		if ok(mark) {
			all = append(all, mark)
		}
	}
	return Marks(strings.Join(all, " "))
}

// Vocabulary is the set of marks that a collection can hold.
type Vocabulary struct {
	// Marks that it holds by name.
	Marks Marks `json:"marks,omitempty"`
	// Any: it takes new keywords too (IMAP PERMANENTFLAGS \*). System flags
	// are held only by name.
	Any bool `json:"any,omitempty"`
}

// Holds tells whether a mark can be stored.
func (v Vocabulary) Holds(mark string) bool {
	return v.Any && !strings.HasPrefix(mark, `\`) || v.Marks.Has(mark)
}

// Cut returns the marks that the vocabulary holds.
func (v Vocabulary) Cut(m Marks) Marks { return m.keep(v.Holds) }

// Common returns what both vocabularies hold.
func (v Vocabulary) Common(o Vocabulary) Vocabulary {
	if v == o {
		return v
	}
	all := v.Marks.keep(o.Holds).Union(o.Marks.keep(v.Holds))
	return Vocabulary{Marks: all, Any: v.Any && o.Any}
}
