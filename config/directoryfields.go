package config

import (
	"strconv"

	"lockstep/internal/mapping"
)

// directoryFields is every key of [links.NAME.directory].
func directoryFields() []field[Directory] {
	return []field[Directory]{
		{
			name: "base", takes: "a DN", standard: "the base DN of each address",
			about:   "Where in the tree to begin.",
			example: `"ou=people,dc=example,dc=com"`,
			read:    func(s setting, d *Directory) { d.Base, _ = s.text() },
			show:    func(d *Directory) string { return quoteText(d.Base) },
		},
		{
			name: "scope", takes: "sub, one, base", standard: `"sub"`,
			about:   "How far below the base to look: all levels, one, or the base entry itself.",
			example: `"one"`,
			read: func(s setting, d *Directory) {
				if word, ok := s.word(string(ScopeSub), string(ScopeOne), string(ScopeBase)); ok {
					d.Scope = SearchScope(word)
				}
			},
			show: func(d *Directory) string { return quote(string(d.Scope)) },
		},
		{
			name: "filter", takes: "a filter of LDAP", standard: quote(defaultFilter),
			about:   "Which entries take part. An owner whom no entry names is gone, whether the entry was deleted or the filter leaves it out.",
			example: `"(&(objectClass=inetOrgPerson)(mail=*))"`,
			read:    readFilter(func(d *Directory) *mapping.Filter { return &d.Filter }),
			show:    func(d *Directory) string { return quoteText(d.Filter.String()) },
		},
		{
			name: "page", takes: "a whole number", standard: strconv.Itoa(defaultPage),
			about:   "Entries to ask an LDAP server for at a time; 0 = all at once, which many servers refuse.",
			example: `1000`,
			read: func(s setting, d *Directory) {
				if n, ok := s.number(0, 100_000); ok {
					d.Page = n
				}
			},
			show: func(d *Directory) string { return strconv.Itoa(d.Page) },
		},
		{
			name: "mail", takes: "an attribute or an expression", standard: quote(defaultMail),
			about: "The address of the account, which is the owner of all that the entry wishes. Of several values one is chosen, always the " +
				"same: of proxyAddresses the one with SMTP: in capitals, else the first in the order of the alphabet. " +
				"A plain name is an attribute; anything else is an expression in the language of expr-lang, in which a name stands " +
				"for the list of the values of that attribute, attr(\"my-attr\") for one whose name is no plain word, and dn for the DN. It has " +
				"first(x), all(x), lower(x), upper(x), trim(x), split(x, by), replace(x, old, new), concat(a, b, ...) for texts, join(x, by) and has(x, text).",
			example: `"first(mailPrimary)"`,
			read:    readExpression(func(d *Directory) *mapping.Expression { return &d.Mail }),
			show:    func(d *Directory) string { return quoteText(d.Mail.String()) },
		},
		{
			name: "id", takes: `an attribute, or "dn"`, standard: quote(defaultID),
			about: "What an entry keeps when it is renamed: entryUUID, objectGUID (Active Directory), nsUniqueId (389), ipaUniqueID, uid. By it " +
				"a new address of the same person is a rename, and not a departure and an arrival.",
			example: `"objectGUID"`,
			read:    compiled(parseID, func(d *Directory) *mapping.Expression { return &d.ID }),
			show:    func(d *Directory) string { return quoteText(d.ID.String()) },
		},
		{
			name: "when", takes: "an expression",
			about:   "Entries for which it does not hold do not take part; for what the filter cannot say.",
			example: `'not has(employeeType, "external")'`,
			read:    readCondition(func(d *Directory) *mapping.Condition { return &d.When }),
			show:    func(d *Directory) string { return quoteText(d.When.String()) },
		},
	}
}

func readExpression[T any](to func(*T) *mapping.Expression) func(setting, *T) {
	return compiled(mapping.Parse, to)
}

func readCondition[T any](to func(*T) *mapping.Condition) func(setting, *T) {
	return compiled(mapping.ParseCondition, to)
}

func readFilter[T any](to func(*T) *mapping.Filter) func(setting, *T) {
	return compiled(mapping.ParseFilter, to)
}

// compiled reads a text that is compiled as soon as it is read.
func compiled[T, C any](parse func(string) (C, error), to func(*T) *C) func(setting, *T) {
	return func(s setting, of *T) {
		text, ok := s.text()
		if !ok {
			return
		}
		c, err := parse(text)
		if err != nil {
			s.take(err)
			return
		}
		*to(of) = c
	}
}

// parseID reads the name of an attribute.
func parseID(text string) (mapping.Expression, error) {
	if !validName(text) {
		return mapping.Expression{}, problem(`write it as "entryUUID"`, "%s is not the name of one attribute", quote(text))
	}
	return mapping.Parse(text)
}
