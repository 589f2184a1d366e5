package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lockstep/format/element"
)

// user is the account itself.
func (r *reader) user(rules Resource) {
	password, err := password(rules.Password, r.entry)
	if err != nil {
		r.add(Found{Resource: element.User, Bad: err.Error()})
		return
	}
	r.add(Found{Resource: element.User, value: kept(value{text: password})})
}

// addresses are the aliases, mappings or forwards.
func (r *reader) addresses(of element.Resource, rules Resource) {
	values, err := rules.Values.Value(r.entry)
	if err != nil {
		r.add(Found{Resource: of, Bad: because(rules.Values.String(), err), Unlisted: true})
		return
	}
	var all []Found
	for _, v := range mailValues(values) {
		if f, wished := r.oneAddress(of, v.text, rules.LocalCopy); wished {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b Found) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Bad, b.Bad)) })
	all = slices.CompactFunc(all, func(a, b Found) bool { return a.Name == b.Name })
	for _, f := range all {
		r.add(f)
	}
}

// oneAddress reads one value; false = it asks for nothing, as an alias or a
// mapping of an address to itself does, and a forward to itself but for a local
// copy.
func (r *reader) oneAddress(of element.Resource, text string, localCopy bool) (Found, bool) {
	normal := element.Target
	if of == element.Alias {
		normal = element.Account
	}
	name, err := normal(text)
	if err != nil {
		return Found{Resource: of, Name: legible(text), Bad: err.Error()}, true
	}
	if own, _ := element.Account(text); own == r.of.Owner {
		return Found{Resource: of, Name: own}, of == element.Forward && localCopy
	}
	return Found{Resource: of, Name: name}, true
}

// contact stands with no name, with one or with both: what it lacks is cleared.
func (r *reader) contact(rules Resource) {
	if len(rules.Domains) > 0 && !slices.ContainsFunc(rules.Domains, func(d string) bool { return strings.EqualFold(d, element.Domain(r.of.Owner)) }) {
		r.add(Found{Resource: element.Contact, Out: true})
		return
	}
	given, err := name(rules.Given, r.entry)
	family, err2 := name(rules.Family, r.entry)
	if err = cmp.Or(err, err2); err != nil {
		r.add(Found{Resource: element.Contact, Bad: err.Error()})
		return
	}
	r.add(Found{Resource: element.Contact, value: kept(value{text: given, family: family})})
}

// identity has the name that is given for it, else both names, else one, else
// the address.
func (r *reader) identity(rules Resource) {
	whole, err := name(rules.Name, r.entry)
	given, err2 := name(rules.Given, r.entry)
	family, err3 := name(rules.Family, r.entry)
	if err = cmp.Or(err, err2, err3); err != nil {
		r.add(Found{Resource: element.Identity, Bad: err.Error()})
		return
	}
	whole = cmp.Or(whole, strings.TrimSpace(given+" "+family), r.of.Owner)
	r.add(Found{Resource: element.Identity, value: kept(value{text: whole})})
}

// quota: no value, no quota; one that cannot be read leaves what stands.
func (r *reader) quota(rules Resource) {
	values, err := rules.Value.Value(r.entry)
	var bytes int64
	switch {
	case err != nil:
		err = fmt.Errorf("%s: %w", rules.Value, err)
	case len(values) == 0:
		return
	case len(values) > 1:
		err = fmt.Errorf("it has %d quotas (%s); say which one counts, as in first(%s)", len(values), strings.Join(values[:2], ", "), rules.Value)
	default:
		bytes, err = Bytes(values[0], rules.Unit)
	}
	if err != nil {
		r.add(Found{Resource: element.Quota, Bad: err.Error()})
		return
	}
	r.add(Found{Resource: element.Quota, value: kept(value{bytes: bytes})})
}

// kept is nil for an empty value, of which there are many.
func kept(v value) *value {
	if v == (value{}) {
		return nil
	}
	return &v
}

// longestName that is read, in bytes.
const longestName = 1000

// name reads a person's name: the first value, blanks between words made one.
func name(e Expression, entry Entry) (string, error) {
	text, err := e.first(entry)
	if err != nil {
		return "", fmt.Errorf("%s: %w", e, err)
	}
	text = strings.Join(strings.Fields(text), " ")
	switch {
	case len(text) > longestName:
		return "", fmt.Errorf("the name in %s is longer than %d bytes", e, longestName)
	case !utf8.ValidString(text):
		return "", fmt.Errorf("the name in %s is not UTF-8", e)
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", fmt.Errorf("the name in %s has a control character", e)
	}
	return text, nil
}

// legible makes a bad value fit to be shown and to be part of a Key.
func legible(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, strings.TrimSpace(text))
	if len(text) > 2*longestAddress {
		text = strings.ToValidUTF8(text[:2*longestAddress], "")
	}
	return cmp.Or(text, "?")
}

// longestAddress that a mail server takes, in bytes.
const longestAddress = 255
