// Package roles knows by which names folders for sent mail, drafts, trash, junk
// and archives go, in many languages.
//
// A name is a guess: who knows better (SPECIAL-USE of RFC 6154) does not ask. It
// never tells INBOX, which every store knows by itself. Start with NewTable; the
// names are in names.go.
package roles

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"lockstep/core"
)

// Table finds roles by name.
type Table struct{ byName map[string]core.Role }

// NewTable indexes the names.
func NewTable() Table {
	t := Table{byName: map[string]core.Role{}}
	for role, names := range Names() {
		for name := range strings.SplitSeq(names, "|") {
			t.byName[fold(name)] = role
		}
	}
	return t
}

// Of returns the role that a folder's name stands for, in whatever case and
// Unicode form it is written; core.RoleNone = none.
func (t Table) Of(name string) core.Role { return t.byName[fold(name)] }

func fold(name string) string { return cases.Fold().String(norm.NFC.String(name)) }
