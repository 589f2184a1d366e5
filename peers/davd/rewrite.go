package davd

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"lockstep/core"
)

// Rewrite is what a server makes of a body before it stores it. The lines of
// the result are not folded.
type Rewrite func(kind core.Kind, body string, now time.Time) string

// edit changes the lines of a body.
func edit(body string, change func(lines []string) []string) string {
	return strings.Join(change(unfold(body)), "\r\n") + "\r\n"
}

// nameOf is the name of the property in a line.
func nameOf(line string) string {
	name, _ := property(line)
	return name
}

// AddREV puts the time into a vCard that has no REV.
func AddREV(kind core.Kind, body string, now time.Time) string {
	if kind != core.Contact || count(body, "REV") > 0 {
		return body
	}
	return addLine(body, "REV:"+now.UTC().Format("20060102T150405Z"))
}

// AddPRODID puts one in where there is none.
func AddPRODID(_ core.Kind, body string, _ time.Time) string {
	if count(body, "PRODID") > 0 {
		return body
	}
	return addLine(body, "PRODID:-//davd//EN")
}

// AddUID makes one for a vCard that has none.
func AddUID(kind core.Kind, body string, _ time.Time) string {
	if kind != core.Contact || count(body, "UID") > 0 {
		return body
	}
	return addLine(body, fmt.Sprintf("UID:%x", sha256.Sum256([]byte(body))))
}

// addLine puts a line before the last.
func addLine(body, line string) string {
	return edit(body, func(lines []string) []string { return slices.Insert(lines, len(lines)-1, line) })
}

// DropX forgets the properties that no standard knows.
func DropX(_ core.Kind, body string, _ time.Time) string {
	return edit(body, func(lines []string) []string {
		return slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(nameOf(line), "X-") })
	})
}

// Force3 makes a vCard one of version 3.0: it drops what only 4.0 has, and
// changes nothing else.
func Force3(kind core.Kind, body string, _ time.Time) string {
	if kind != core.Contact {
		return body
	}
	return edit(body, func(lines []string) []string {
		only4 := []string{"KIND", "GENDER", "ANNIVERSARY", "LANG", "MEMBER", "RELATED", "XML", "CLIENTPIDMAP"}
		lines = slices.DeleteFunc(lines, func(line string) bool { return slices.Contains(only4, nameOf(line)) })
		for i, line := range lines {
			if nameOf(line) == "VERSION" {
				lines[i] = "VERSION:3.0"
			}
		}
		return lines
	})
}

// NewUID gives every item another UID than it came with.
func NewUID(_ core.Kind, body string, _ time.Time) string {
	return edit(body, func(lines []string) []string {
		for i, line := range lines {
			if nameOf(line) == "UID" {
				lines[i] = line + "-server"
			}
		}
		return lines
	})
}
