package webadmind

import (
	"errors"
	"slices"
	"strings"
)

// kind of a mapping, as the API spells it.
type kind string

const (
	groupKind   kind = "Group"
	aliasKind   kind = "Alias"
	forwardKind kind = "Forward"
	addressKind kind = "Address"
)

// order in which the mappings of a source are told.
func (k kind) order() int {
	return slices.Index([]kind{groupKind, aliasKind, forwardKind, addressKind}, k)
}

// mapping sends mail for its source on to an address.
type mapping struct {
	Kind kind   `json:"type"`
	To   string `json:"mapping"`
}

func (m mapping) String() string {
	if m.Kind == addressKind {
		return m.To
	}
	return lower(string(m.Kind)) + ":" + m.To
}

// line of Truth.
func (m mapping) line(source string) string {
	switch m.Kind {
	case groupKind:
		return "address/groups/" + source + "/" + m.To
	case aliasKind:
		return "address/aliases/" + m.To + "/sources/" + source
	case forwardKind:
		return "address/forwards/" + source + "/targets/" + m.To
	}
	return "mappings/address/" + source + "/targets/" + m.To
}

func compareMappings(a, b mapping) int {
	if a.Kind != b.Kind {
		return a.Kind.order() - b.Kind.order()
	}
	return strings.Compare(a.To, b.To)
}

// table is all mappings, found from both ends.
type table struct {
	limit int
	// of a source, which is in lower case: sorted.
	of map[string][]mapping
	// sources of an alias's owner, who keeps the case of the local part.
	aliases map[string]map[string]bool
	// sources that have a mapping of the kind, and how many.
	sources map[kind]map[string]int
}

func newTable(limit int) table {
	return table{limit: limit, of: map[string][]mapping{}, aliases: map[string]map[string]bool{},
		sources: map[kind]map[string]int{groupKind: {}, aliasKind: {}, forwardKind: {}, addressKind: {}}}
}

func (t *table) has(source string, m mapping) bool {
	_, is := slices.BinarySearchFunc(t.of[source], m, compareMappings)
	return is
}

// add a mapping; false = it is there already.
func (t *table) add(source string, m mapping) bool {
	at, is := slices.BinarySearchFunc(t.of[source], m, compareMappings)
	if is {
		return false
	}
	t.of[source] = slices.Insert(t.of[source], at, m)
	t.sources[m.Kind][source]++
	if m.Kind == aliasKind {
		if t.aliases[m.To] == nil {
			t.aliases[m.To] = map[string]bool{}
		}
		t.aliases[m.To][source] = true
	}
	return true
}

// remove a mapping; false = it was not there.
func (t *table) remove(source string, m mapping) bool {
	at, is := slices.BinarySearchFunc(t.of[source], m, compareMappings)
	if !is {
		return false
	}
	if t.of[source] = slices.Delete(t.of[source], at, at+1); len(t.of[source]) == 0 {
		delete(t.of, source)
	}
	if t.sources[m.Kind][source]--; t.sources[m.Kind][source] == 0 {
		delete(t.sources[m.Kind], source)
	}
	if m.Kind == aliasKind {
		if delete(t.aliases[m.To], source); len(t.aliases[m.To]) == 0 {
			delete(t.aliases, m.To)
		}
	}
	return true
}

// errTooMany: a chain is longer than the limit, or has no end.
var errTooMany = errors.New("too many mappings")

// resolve follows the mappings of an address to those that have none
// themselves; nil = it has none. A forward to itself stays as it is; another
// mapping to itself counts for nothing.
func (t *table) resolve(address string, limit int) ([]string, error) {
	if limit == 0 {
		return nil, errTooMany
	}
	address = lower(address)
	var out []string
	for _, m := range t.of[address] {
		to := lower(m.To)
		if to == address {
			if m.Kind == forwardKind {
				out = append(out, to)
			}
			continue
		}
		ends, err := t.resolve(to, limit-1)
		if err != nil {
			return nil, err
		}
		if ends == nil {
			ends = []string{to}
		}
		out = append(out, ends...)
	}
	return out, nil
}

// loops tells whether a mapping of a source to an address would close a loop, as
// far as James sees it: only if the source is where the address ends. A loop
// through an address that has another target, too, is not seen, and those who
// resolve it later get errTooMany.
func (t *table) loops(source, to string) (bool, error) {
	ends, err := t.resolve(to, t.limit)
	return slices.Contains(ends, source), err
}
