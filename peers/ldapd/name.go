package ldapd

import (
	"slices"
	"strings"

	goldap "github.com/go-ldap/ldap/v3"
)

// parseDN returns the parts of a distinguished name, the own one first, in a
// form in which equal names are equal texts.
func parseDN(dn string) ([]string, bool) {
	parsed, err := goldap.ParseDN(dn)
	if err != nil {
		return nil, false
	}
	escape := strings.NewReplacer(`\`, `\\`, "\x00", `\0`)
	var parts []string
	for _, rdn := range parsed.RDNs {
		var pairs []string
		for _, a := range rdn.Attributes {
			pairs = append(pairs, strings.ToLower(a.Type)+"="+escape.Replace(fold(a.Value)))
		}
		slices.Sort(pairs)
		parts = append(parts, strings.Join(pairs, "+"))
	}
	return parts, true
}

// join makes one text of parts, which no value can imitate.
func join(parts []string) string { return strings.Join(parts, "\x00") }

// key is what a name is found by; a text that is no name is found by nothing.
func key(dn string) string {
	parts, ok := parseDN(dn)
	if !ok {
		return "\x00" + dn
	}
	return join(parts)
}

// below tells whether name is base or lies somewhere below it, and how deep.
func below(name, base []string) (depth int, ok bool) {
	depth = len(name) - len(base)
	return depth, depth >= 0 && slices.Equal(name[depth:], base)
}

// fold is the form in which caseIgnoreMatch compares (RFC 4518, as far as
// ASCII and Unicode's simple folding go).
func fold(value string) string {
	return strings.ToLower(strings.Join(strings.Fields(value), " "))
}
