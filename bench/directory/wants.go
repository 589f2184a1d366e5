package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// wants is what a mail server has to hold of people, sorted. Who has left keeps
// nothing; an identity keeps the name that it was made with.
func wants(all []person, contacts bool) []string {
	var out []string
	for _, p := range all {
		mail := p.mail()
		out = append(out, userLine(mail), quotaLine(mail, p.quota), identityLine(mail, p.name()),
			mappingLine(mail, p.mapping), forwardLine(mail, p.forward))
		for _, a := range p.aliases {
			out = append(out, aliasLine(mail, a))
		}
		if contacts {
			out = append(out, contactLine(p.domain(), p.uid(), p.given, p.family))
		}
	}
	slices.Sort(out)
	return out
}

func userLine(user string) string         { return "users/" + user }
func aliasLine(user, alias string) string { return "address/aliases/" + user + "/sources/" + alias }
func forwardLine(user, target string) string {
	return "address/forwards/" + user + "/targets/" + target
}
func mappingLine(user, target string) string {
	return "mappings/address/" + user + "/targets/" + target
}
func quotaLine(user string, size int64) string {
	return fmt.Sprintf("quota/users/%s/size=%d", user, size)
}
func identityLine(user, name string) string { return fmt.Sprintf("users/%s/identities %q", user, name) }
func contactLine(domain, local, given, family string) string {
	return fmt.Sprintf("domains/%s/contacts/%s=%q %q", domain, local, given, family)
}

// clean makes a truth of the fake comparable: domains are nobody's, an identity
// has an ID and an order that the server chose, and what was an account's that
// is gone is not looked at.
func clean(truth []string) (out []string) {
	identity := regexp.MustCompile(`/identities/[^=]+=\S+ ("(?:[^"\\]|\\.)*") -?\d+$`)
	of := regexp.MustCompile(`^(?:quota/)?users/([^/=]+)`)
	there := map[string]bool{}
	for _, l := range truth {
		if m := of.FindStringSubmatch(l); m != nil && l == userLine(m[1]) {
			there[m[1]] = true
		}
	}
	for _, l := range truth {
		m := of.FindStringSubmatch(l)
		if m != nil && !there[m[1]] || strings.HasPrefix(l, "domains/") && !strings.Contains(l, "/contacts/") || strings.Contains(l, "/mailboxes/") {
			continue
		}
		out = append(out, identity.ReplaceAllString(l, "/identities $1"))
	}
	slices.Sort(out)
	return out
}

// compare returns what one has that the other has not, a few of each.
func compare(want, have []string) error {
	n := map[string]int{}
	for _, l := range have {
		n[l]++
	}
	for _, l := range want {
		n[l]--
	}
	var missing, more []string
	for l, n := range n {
		switch {
		case n < 0:
			missing = append(missing, l)
		case n > 0:
			more = append(more, l)
		}
	}
	if len(missing)+len(more) == 0 {
		return nil
	}
	slices.Sort(missing)
	slices.Sort(more)
	return fmt.Errorf("void: the server misses %d elements (%s) and has %d too many (%s)",
		len(missing), strings.Join(missing[:min(5, len(missing))], ", "), len(more), strings.Join(more[:min(5, len(more))], ", "))
}
