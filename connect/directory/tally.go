package directory

import "lockstep/internal/mapping"

// tally counts what the entries of a source are like.
type tally struct {
	source string
	// read entries, and those of them that the rules leave out.
	read, leftOut int
	// identified have what tells them apart; addressed have an address; several
	// have more than one value for it.
	identified, addressed, several int
	// bad elements, and the first of them.
	bad     int
	example string
	// seen tells which attributes any entry has.
	seen map[string]bool
	mail mapping.Expression
}

func newTally(source string, rules mapping.Rules) *tally {
	t := &tally{source: source, seen: map[string]bool{}, mail: rules.Mail}
	for _, name := range rules.Attributes() {
		t.seen[name] = false
	}
	return t
}

// count an entry with the elements that it asks for.
func (t *tally) count(e mapping.Entry, found []mapping.Found) {
	t.read++
	for name, seen := range t.seen {
		if !seen && len(e.Attributes[name]) > 0 {
			t.seen[name] = true
		}
	}
	if len(found) == 0 {
		t.leftOut++
		return
	}
	if found[0].Of.Identified {
		t.identified++
	}
	if found[0].Of.Owner != "" {
		t.addressed++
	}
	if values, err := t.mail.Value(e); err == nil && len(values) > 1 {
		t.several++
	}
	for _, f := range found {
		if f.Bad == "" {
			continue
		}
		if t.bad++; t.bad == 1 {
			t.example = legible(f.Of.Where) + ": " + f.Bad
		}
	}
}

// useless tells why nothing that was read can be used: not one entry shows what
// every one must. Then the rights of the reader or the rules are wrong, and not
// every entry.
func (t *tally) useless(rules mapping.Rules) error {
	taken := t.read - t.leftOut
	switch {
	case taken == 0:
	case t.identified == 0:
		return refused("mapping", "", "set id to an attribute that every entry has, or let the reader see it",
			"none of its entries (%d) shows %s", taken, rules.ID)
	case t.addressed == 0:
		return refused("mapping", "", "set mail to what holds the address, or let the reader see it",
			"none of its entries (%d) has an address in %s", taken, rules.Mail)
	}
	return nil
}
