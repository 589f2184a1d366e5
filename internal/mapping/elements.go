package mapping

import (
	"cmp"
	"fmt"
	"strings"

	"lockstep/format/element"
)

// Elements returns what an entry asks for, sorted by resource and name; nothing,
// if the rules leave the entry out. The first is its account, always: it names
// the owner, and of an entry without an address it is all there is. What cannot
// be made is Bad with the reason. No reason and no name holds a password.
func (r Rules) Elements(entry Entry) []Found {
	reading := reader{rules: r, entry: entry, of: &Origin{Source: entry.Source, DN: entry.DN, Where: entry.Where}}
	holds, err := r.When.Holds(entry)
	switch {
	case err != nil:
		reading.bad = because("when", err)
	case !holds:
		return nil
	}
	reading.identify()
	reading.address()
	if reading.of.Owner == "" {
		reading.add(Found{Resource: element.User})
		return reading.found
	}
	resources := r.resources()
	reading.found = make([]Found, 0, len(resources))
	for _, resource := range resources {
		reading.read(resource, r.Resources[resource])
	}
	return exact(reading.found)
}

// exact drops what was reserved and not used.
func exact(found []Found) []Found {
	if len(found) == cap(found) {
		return found
	}
	return append(make([]Found, 0, len(found)), found...)
}

// reader reads one entry.
type reader struct {
	rules Rules
	entry Entry
	of    *Origin
	found []Found
	// bad is why nothing of the entry can be made, unsure why nothing of the
	// resource that is being read.
	bad, unsure string
}

func because(what string, err error) string { return what + ": " + err.Error() }

// wrong keeps the first reason against the whole entry.
func (r *reader) wrong(format string, args ...any) {
	r.bad = cmp.Or(r.bad, fmt.Sprintf(format, args...))
}

// identify finds what tells the entry from others for ever. Without it nothing
// is made: what is made could not be found again when its address changes.
func (r *reader) identify() {
	values, err := r.rules.ID.Value(r.entry)
	id := ""
	switch name := r.rules.ID.String(); {
	case err != nil:
		r.wrong("id: %v", err)
	case len(values) == 1:
		id = values[0]
		if strings.EqualFold(name, "dn") {
			id = fold(id)
		}
	case len(values) == 0:
		r.wrong("it shows no %s, by which it would be known again; set id to an attribute that every entry has, or let the reader see it", name)
	default:
		r.wrong("it has %d values of %s, by which it would be known again; set id to an attribute of one value", len(values), name)
	}
	r.of.identify(id)
}

func (r *reader) address() {
	values, err := r.rules.Mail.Value(r.entry)
	if err == nil {
		r.of.Owner, err = address(values)
	}
	if err != nil {
		r.wrong("no address in %s: %v", r.rules.Mail, err)
	}
}

// add notes an element; what is wrong with the entry or with the conditions of
// its resource is wrong with it.
func (r *reader) add(f Found) {
	f.Of = r.of
	if reason := cmp.Or(r.bad, r.unsure, f.Bad); reason != "" {
		f.Bad = ""
		f.Mark(reason)
	}
	r.found = append(r.found, f)
}

// read finds the elements of a resource. An entry that its conditions leave out
// asks for none, but its account is named all the same.
func (r *reader) read(of element.Resource, rules Resource) {
	holds, err := rules.When.Holds(r.entry)
	r.unsure = ""
	if err != nil { // what it would ask for is kept as it is
		holds, r.unsure = true, because("when", err)
	}
	holds = holds && rules.Filter.Matches(r.entry)
	switch {
	case of == element.User && !holds:
		r.add(Found{Resource: of, Out: true})
	case !holds:
	case of == element.User:
		r.user(rules)
	case of == element.Contact:
		r.contact(rules)
	case of == element.Identity:
		r.identity(rules)
	case of == element.Quota:
		r.quota(rules)
	default:
		r.addresses(of, rules)
	}
}
