package mapping

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"lockstep/format/element"
)

// address chooses the owner's address among several, whatever their order: the
// primary one where a list is written as Exchange does ("SMTP:" in upper case
// before it), else the first in the order of the alphabet that is an address.
// So a second address may take the place of the first; where entries have
// several, an expression should say which one is meant.
func address(values []string) (string, error) {
	var best string
	var primary bool
	var err error
	for _, value := range mailValues(values) {
		owner, bad := element.Account(value.text)
		switch {
		case bad != nil:
			err = cmp.Or(err, bad)
		case best == "" || value.primary && !primary || value.primary == primary && owner < best:
			best, primary = owner, value.primary
		}
	}
	switch {
	case best != "":
		return best, nil
	case err != nil:
		return "", err
	}
	return "", errors.New("it has no address")
}

// mailValue is one value of a list of addresses.
type mailValue struct {
	text    string
	primary bool
}

// mailValues reads a list of addresses. In the form of proxyAddresses each has
// its sort before it: "SMTP:" the primary one, "smtp:" the others; "x500:",
// "sip:" and so on are no mail. A list is of that form if it has any "smtp:".
func mailValues(values []string) []mailValue {
	exchange := slices.ContainsFunc(values, func(v string) bool { return isSMTP(v) })
	out := make([]mailValue, 0, len(values))
	for _, v := range values {
		switch {
		case isSMTP(v):
			out = append(out, mailValue{text: strings.TrimSpace(v[len(smtp):]), primary: strings.HasPrefix(v, strings.ToUpper(smtp))})
		case exchange && hasSort(v), strings.TrimSpace(v) == "":
		default:
			out = append(out, mailValue{text: strings.TrimSpace(v)})
		}
	}
	return out
}

const smtp = "smtp:"

func isSMTP(v string) bool { return len(v) >= len(smtp) && strings.EqualFold(v[:len(smtp)], smtp) }

// hasSort: letters and digits before a colon.
func hasSort(v string) bool {
	sort, _, found := strings.Cut(v, ":")
	return found && sort != "" && !strings.ContainsFunc(sort, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
}
