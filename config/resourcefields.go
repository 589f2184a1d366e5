package config

import (
	"slices"
	"strconv"
	"strings"

	"lockstep/format/element"
	"lockstep/internal/mapping"
)

// domainsVariable is the variable of the environment that other tools take the
// domains of contacts from.
const domainsVariable = "DOMAIN_LIST_TO_SYNCHRONIZE"

func resourceAbout(of element.Resource) string {
	switch of {
	case element.User:
		return "Accounts. Without this table no account is made or removed; what is to be of an account that is not there waits."
	case element.Alias:
		return "Other addresses of an account. The whole list: one that no entry wishes any more is removed, whoever made it."
	case element.Mapping:
		return "Addresses that mail for an account goes to instead (address mappings). The whole list, as aliases; mappings of other sorts stay as they are."
	case element.Forward:
		return "Addresses that mail is forwarded to. Those that users made stay; of those that lockstep made, the ones no longer wished are removed."
	case element.Quota:
		return "How much an account may hold. An entry without a value unsets it; one that is no number is reported and changes nothing."
	case element.Contact:
		return "Contacts of a domain, which all its users see (TMail only)."
	}
	return "The identity that an account writes mail as. It is made where there is none, and never changed or removed."
}

// resourceFields is every key of the table of a resource.
func resourceFields(of element.Resource) []field[Resource] {
	fields := valueFields(of)
	fields = append(fields, switchField("create", "Make what is missing.", func(r *Resource) *bool { return &r.Create }))
	if of != element.Identity {
		fields = append(fields,
			switchField("update", "Change what differs, and remove what an owner who is there no longer wishes.", func(r *Resource) *bool { return &r.Update }),
			switchField("delete", "Remove what belongs to owners who are gone, when deletions are on and the grace is over.", func(r *Resource) *bool { return &r.Delete }))
	}
	return append(fields,
		field[Resource]{
			name: "filter", takes: "a filter of LDAP",
			about:   "Only entries that it matches wish anything of this sort. It is applied here to what was read.",
			example: `"(objectClass=mailAccount)"`,
			read:    readFilter(func(r *Resource) *mapping.Filter { return &r.Values.Filter }),
			show:    func(r *Resource) string { return quoteText(r.Values.Filter.String()) },
		},
		field[Resource]{
			name: "when", takes: "an expression",
			about:   "Only entries for which it holds wish anything of this sort.",
			example: `'len(departmentNumber) > 0'`,
			read:    readCondition(func(r *Resource) *mapping.Condition { return &r.Values.When }),
			show:    func(r *Resource) string { return quoteText(r.Values.When.String()) },
		})
}

func switchField(name, about string, of func(*Resource) *bool) field[Resource] {
	return field[Resource]{
		name: name, takes: "true, false", standard: "true", about: about, example: "false",
		read: func(s setting, r *Resource) {
			if yes, ok := s.truth(); ok {
				*of(r) = yes
			}
		},
		show: func(r *Resource) string { return strconv.FormatBool(*of(r)) },
	}
}

// expressionField is a key that says where a value comes from.
func expressionField(name, standard, about, example string, of func(*Resource) *mapping.Expression) field[Resource] {
	return field[Resource]{
		name: name, takes: "an attribute or an expression", standard: standard, about: about, example: example,
		read: readExpression(of), show: func(r *Resource) string { return quoteText(of(r).String()) },
	}
}

// valueFields are the keys that say what the elements of a resource are.
func valueFields(of element.Resource) []field[Resource] {
	values := func(about, example string) field[Resource] {
		return expressionField("values", "", about, example, func(r *Resource) *mapping.Expression { return &r.Values.Values })
	}
	names := []field[Resource]{
		expressionField("given", `"givenName"`, "Given name.", `"preferredName"`, func(r *Resource) *mapping.Expression { return &r.Values.Given }),
		expressionField("family", `"sn"`, "Family name.", `"upper(sn)"`, func(r *Resource) *mapping.Expression { return &r.Values.Family }),
	}
	switch of {
	case element.User:
		return []field[Resource]{expressionField("password", "a random one",
			"Password of a new account, in clear text: {SSHA} and the like cannot be used, and park the account. A password that is there is never touched.",
			`"first(initialPassword)"`, func(r *Resource) *mapping.Expression { return &r.Values.Password })}
	case element.Alias:
		return []field[Resource]{values("The aliases. To be said.", `"mailAlias"`)}
	case element.Mapping:
		return []field[Resource]{values("The addresses. To be said.", `"otherMailbox"`)}
	case element.Forward:
		return []field[Resource]{values("The addresses. To be said.", `"mailForward"`), localCopyField()}
	case element.Contact:
		return append(names, domainsField())
	case element.Identity:
		return append(names, expressionField("name", "given and family name", "The name by itself, instead of given and family.", `"displayName"`,
			func(r *Resource) *mapping.Expression { return &r.Values.Name }))
	case element.Quota:
		return []field[Resource]{
			expressionField("value", "", "The quota: a whole number of unit, or with a unit of its own, such as 4 GB or 4 GiB; -1 and unlimited "+
				"mean no limit. To be said.", `"mailQuotaSize"`, func(r *Resource) *mapping.Expression { return &r.Values.Value }),
			unitField(),
		}
	}
	return nil
}

func localCopyField() field[Resource] {
	return field[Resource]{
		name: "local_copy", takes: "true, false", standard: "false",
		about: "Keep the account's own address among the values as a forward to itself, so that forwarded mail stays there, too. " +
			"Otherwise it is left out.",
		example: "true",
		read:    func(s setting, r *Resource) { r.Values.LocalCopy, _ = s.truth() },
		show:    func(r *Resource) string { return strconv.FormatBool(r.Values.LocalCopy) },
	}
}

func domainsField() field[Resource] {
	return field[Resource]{
		name: "domains", takes: "a list of domains", standard: "all; or what " + domainsVariable + " in the environment lists, with commas",
		about:   "Contacts of these domains only; those of others are neither made nor removed.",
		example: `["example.com", "example.org"]`,
		read: func(s setting, r *Resource) {
			for _, item := range s.list() {
				domain, err := domainOf(item.data.(string))
				if err != nil {
					item.take(err)
					continue
				}
				r.Values.Domains = append(r.Values.Domains, domain)
			}
		},
		show: func(r *Resource) string { return quoteList(r.Values.Domains) },
	}
}

// domainOf checks the name of a mail domain.
func domainOf(text string) (string, error) {
	owner, err := element.Account("a@" + text)
	if err != nil {
		return "", problem("write it as example.org", "%s is not a domain", quote(text))
	}
	return element.Domain(owner), nil
}

// domainsFrom takes the domains of contacts from the environment where the file
// says none.
func (l *Link) domainsFrom(env func(string) string) error {
	text := env(domainsVariable)
	contacts, there := l.Provisioned(element.Contact)
	if text == "" || !there || len(contacts.Values.Domains) > 0 {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		domain, err := domainOf(part)
		if err != nil {
			p := asProblem(err)
			return problem(p.Remedy, "in the environment variable %s, %s", domainsVariable, p.Text)
		}
		contacts.Values.Domains = append(contacts.Values.Domains, domain)
	}
	slices.Sort(contacts.Values.Domains)
	*l.resource(element.Contact) = contacts
	return nil
}

func unitField() field[Resource] {
	units := quotaUnits()
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.name
	}
	return field[Resource]{
		name: "unit", takes: strings.Join(names, ", "), standard: `"B"`,
		about:   "What a bare number counts: bytes, thousands or 1024 of them, and so on.",
		example: `"KB"`,
		read: func(s setting, r *Resource) {
			word, ok := s.word(names...)
			if i := slices.Index(names, word); ok && i >= 0 {
				r.Values.Unit = units[i].bytes
			}
		},
		show: func(r *Resource) string {
			i := slices.IndexFunc(units, func(u unit) bool { return u.bytes == r.Values.Unit })
			return quote(units[max(i, 0)].name)
		},
	}
}

func quotaUnits() []unit {
	return []unit{{"B", 1}, {"KB", 1e3}, {"KiB", 1 << 10}, {"MB", 1e6}, {"MiB", 1 << 20}, {"GB", 1e9}, {"GiB", 1 << 30}}
}
