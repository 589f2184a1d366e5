package davd

import (
	"errors"
	"fmt"
	"strings"

	"lockstep/core"
	"lockstep/format/ical"
	"lockstep/format/vcard"
)

// describe reads a body by the letter: its UID, "" = it has none. An error says
// why it is no item.
func describe(kind core.Kind, body string) (uid string, err error) {
	if kind == core.Contact {
		uid, _, err = vcard.Describe([]byte(body))
	} else {
		uid, _, err = ical.Describe([]byte(body))
	}
	return uid, err
}

// accepts reads a body as loosely as the profile does.
func (p Profile) accepts(kind core.Kind, body string) (uid string, err error) {
	if !p.Loose {
		return describe(kind, body)
	}
	uid, err = skim(kind, body)
	if p.ManyUIDs && errors.Is(err, errSecondUID) {
		err = nil
	}
	return uid, err
}

// errSecondUID: the first one was read, and what follows was not.
var errSecondUID = errors.New("a second UID")

// skim reads the UID of a body that has the frame of an item, whatever is in it.
func skim(kind core.Kind, body string) (uid string, err error) {
	root := "VCARD"
	if kind == core.Event {
		root = "VCALENDAR"
	}
	lines := unfold(body)
	if len(lines) == 0 || !strings.EqualFold(lines[0], "BEGIN:"+root) || !strings.EqualFold(lines[len(lines)-1], "END:"+root) {
		return "", errors.New("it is no " + root)
	}
	depth := 0
	for n, line := range lines {
		switch name, value := property(line); name {
		case "BEGIN":
			depth++
		case "END":
			if depth--; depth == 0 && n < len(lines)-1 {
				return "", fmt.Errorf("line %d: a second %s", n+1, root)
			}
		case "UID":
			if uid != "" && uid != value {
				return uid, fmt.Errorf("line %d: %w", n+1, errSecondUID)
			}
			uid = value
		case "":
			return "", fmt.Errorf("line %d: no property", n+1)
		}
	}
	if depth != 0 {
		return "", errors.New("no END")
	}
	return uid, nil
}

// unfold returns the lines of a body without their folds.
func unfold(body string) []string {
	body = strings.ReplaceAll(body, "\r\n", "\n")
	body = strings.NewReplacer("\n ", "", "\n\t", "").Replace(body)
	return strings.FieldsFunc(body, func(r rune) bool { return r == '\n' })
}

// property splits a line: the name in upper case without a group, and the
// value; "" where it is none.
func property(line string) (name, value string) {
	head, value, ok := cutColon(line)
	if !ok {
		return "", ""
	}
	name, _, _ = strings.Cut(head, ";")
	if at := strings.LastIndexByte(name, '.'); at >= 0 {
		name = name[at+1:]
	}
	return strings.ToUpper(name), value
}

// cutColon cuts a line at the colon before its value.
func cutColon(line string) (head, value string, ok bool) {
	quoted := false
	for i := range len(line) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ':' && !quoted:
			return line[:i], line[i+1:], true
		}
	}
	return line, "", false
}

// count how many lines of a body have this name.
func count(body, name string) int {
	n := 0
	for _, line := range unfold(body) {
		if is, _ := property(line); is == name {
			n++
		}
	}
	return n
}
