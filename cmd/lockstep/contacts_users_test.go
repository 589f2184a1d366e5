package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
)

// cardUser is a program that edits one side. What it does to a card that it has read
// may fail because somebody else was there first; it then says false.
type cardUser interface {
	// cards are the bodies by their names.
	cards(t *testing.T) map[string]string
	add(t *testing.T, name, body string)
	// change replaces the body of a name, if it is still the one given.
	change(t *testing.T, name, from, to string) bool
	drop(t *testing.T, name string) bool
	// rename gives a card another name.
	rename(t *testing.T, from, to string) bool
}

// fileUser edits files as khard does.
type fileUser struct{ *device }

func (u fileUser) add(t *testing.T, name, body string) {
	t.Helper()
	u.write(t, name, body)
}

func (u fileUser) change(t *testing.T, name, from, to string) bool {
	t.Helper()
	if is, err := os.ReadFile(filepath.Join(u.dir, name)); err != nil || string(is) != from {
		return false
	}
	u.write(t, name, to)
	return true
}

func (u fileUser) drop(t *testing.T, name string) bool {
	t.Helper()
	return done(t, os.Remove(filepath.Join(u.dir, name)))
}

func (u fileUser) rename(t *testing.T, from, to string) bool {
	t.Helper()
	return done(t, os.Rename(filepath.Join(u.dir, from), filepath.Join(u.dir, to)))
}

func done(t *testing.T, err error) bool {
	t.Helper()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

// serverUser edits the server as careful programs do: only what it has seen.
type serverUser struct{ *book }

func (u serverUser) add(t *testing.T, name, body string) {
	t.Helper()
	u.ask(t, "PUT", u.path+name, body, "Content-Type", "text/vcard; charset=utf-8", "If-None-Match", "*")
}

// guarded makes a request that is refused if the card is another one by now; from is
// the body that was seen, "" = any.
func (u serverUser) guarded(t *testing.T, method, name, from, body string, headers ...string) bool {
	t.Helper()
	status, head, is := u.try(t, "GET", u.path+name, "")
	if status == http.StatusNotFound || from != "" && !slices.Equal(meaning(string(is)), meaning(from)) {
		return false
	}
	status, _, answer := u.try(t, method, u.path+name, body, append(headers, "If-Match", head.Get("ETag"))...)
	switch {
	case status < 300:
		return true
	case status == http.StatusPreconditionFailed, status == http.StatusNotFound:
		return false
	}
	t.Fatalf("%s %s: %d %s", method, name, status, answer)
	return false
}

func (u serverUser) change(t *testing.T, name, from, to string) bool {
	t.Helper()
	return u.guarded(t, "PUT", name, from, to, "Content-Type", "text/vcard; charset=utf-8")
}

func (u serverUser) drop(t *testing.T, name string) bool {
	t.Helper()
	return u.guarded(t, "DELETE", name, "", "")
}

func (u serverUser) rename(t *testing.T, from, to string) bool {
	t.Helper()
	if u.noMove {
		return false // nobody can
	}
	return u.guarded(t, "MOVE", from, "", "", "Destination", u.base+u.path+to)
}

// sortOfCard tells who may do what to a card.
type sortOfCard int

const (
	// shared: each property belongs to one side, and nobody deletes the card.
	shared sortOfCard = iota
	// owned: everything belongs to one side.
	owned
	// contested: everybody may do everything.
	contested
)

// contact is a card as the users left it.
type contact struct {
	uid    string
	sort   sortOfCard
	origin core.Side
	owner  core.Side
	// lines by their property: "NOTE" -> a value; "" = it has none. Those of a
	// contested card are not kept here.
	lines map[string]string
	// heads are, of a contested card, the values of a property that nobody who set
	// another one had seen: more than one is a disagreement.
	heads map[string][]string
	// set tells in which round each side set a property last, since both sides were
	// found equal; deleted when it deleted the card. 0 = not since.
	set     map[string][2]int
	deleted [2]int
	// agreed: both sides had it when a sync ended that nobody killed; gone: its
	// owner deleted it.
	agreed, gone bool
	// doubtful: somebody deleted what a killed sync had just written, and nobody can
	// know that: it may come back.
	doubtful bool
	// unknown: what a killed sync had just written got another name before it was
	// edited, so that nobody can tell any more who wrote it: both versions count as new.
	unknown bool
	history []string
}

// properties that people edit. The type of the number is one of its own.
func cardLines() []string { return []string{"FN", "NOTE", "TITLE", "TEL", "TYPE", "BDAY", "X-FOO"} }

// mayEdit tells whether a property of a card is a side's to edit. X- lines are only
// ever edited in files: there are servers that do not hold them.
func (c *contact) mayEdit(x core.Side, property string) bool {
	switch {
	case property == "X-FOO":
		return x == core.Left && (c.sort != owned || c.owner == x)
	case c.sort == owned:
		return c.owner == x
	case c.sort == contested:
		return property == "FN" || property == "NOTE"
	}
	return (len(c.uid)+int(c.uid[len(c.uid)-1])+slices.Index(cardLines(), property))%2 == int(x)
}

// valueOf a property in a body; "" = there is none.
func valueOf(body, property string) string {
	for _, line := range unfolded(body) {
		head, value, _ := strings.Cut(line, ":")
		name, parameters, _ := strings.Cut(head, ";")
		switch {
		case property == "TYPE" && name == "TEL":
			return strings.ToUpper(strings.TrimPrefix(parameters, "TYPE="))
		case name == property:
			return value
		}
	}
	return ""
}

// withValue is the body with another value of a property; "" = without it.
func withValue(body, property, value string) string {
	number, sort := valueOf(body, "TEL"), valueOf(body, "TYPE")
	line, prefix := property+":"+value, property
	switch property {
	case "TEL":
		line = "TEL;TYPE=" + sort + ":" + value
	case "TYPE":
		line, prefix = "TEL;TYPE="+value+":"+number, "TEL"
	}
	lines := unfolded(body)
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, prefix+":") || strings.HasPrefix(l, prefix+";") })
	switch {
	case at < 0 && value != "":
		lines = slices.Insert(lines, len(lines)-1, line)
	case at >= 0 && value == "":
		lines = slices.Delete(lines, at, at+1)
	case at >= 0:
		lines[at] = line
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

// fresh is a value that nobody ever wrote.
func (s *addresses) fresh(property string) string {
	s.serial++
	switch property {
	case "TEL":
		return fmt.Sprintf("+1 555 %d", s.serial)
	case "TYPE":
		return []string{"HOME", "WORK", "CELL", "FAX", "PAGER"}[s.serial%5]
	case "BDAY":
		return fmt.Sprintf("19%02d-%02d-%02d", s.serial/300%100, 1+s.serial/27%12, 1+s.serial%27)
	}
	return fmt.Sprintf("%s %d", strings.ToLower(property), s.serial)
}
