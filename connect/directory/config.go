package directory

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/internal/mapping"
)

// Config tells what is read and how.
type Config struct {
	// Sources are read together, in this order. They are closed with the replica.
	Sources []Source
	Rules   mapping.Rules
	// Page is how many elements a page of a listing holds; 0 = 5000.
	Page int
}

const defaultPage = 5000

func (c Config) withDefaults() Config {
	if c.Page <= 0 {
		c.Page = defaultPage
	}
	return c
}

// check refuses what could not work for any entry.
func (c Config) check() error {
	names := map[string]bool{}
	for _, s := range c.Sources {
		if names[s.Name()] {
			return refused("directory.open", s.Name(), "name it once", "it is to be read twice")
		}
		names[s.Name()] = true
	}
	switch {
	case len(c.Sources) == 0:
		return refused("directory.open", "", "name a directory", "there is nothing to read")
	case c.Rules.Mail.Zero() || c.Rules.ID.Zero():
		return refused("directory.open", "", "set mail and id", "it is not said what the address and the identity of an entry are")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Rules.Resources)) {
		if err := c.Rules.Resources[name].Filter.Local(); err != nil {
			return refused("directory.open", "the filter of "+string(name), "", "%w", err)
		}
	}
	return nil
}

// resources are those of the collections: users and what is provisioned.
func (c Config) resources() []element.Resource {
	return slices.DeleteFunc(element.Resources(), func(r element.Resource) bool {
		_, provisioned := c.Rules.Resources[r]
		return !provisioned && r != element.User
	})
}

// identifiers are the attributes that tell entries apart.
func (c Config) identifiers() []string { return c.Rules.ID.Attributes() }

// counted tells how many of something, with its plural.
func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

func refused(op, thing, remedy, format string, args ...any) error {
	return &core.Error{Op: op, Class: core.Permanent, Thing: thing, Remedy: remedy, Err: fmt.Errorf(format, args...)}
}

// legible makes a text of a directory one line that does nothing to a terminal.
func legible(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}
