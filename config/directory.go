package config

import (
	"slices"
	"strings"
	"time"

	"lockstep/format/element"
	"lockstep/internal/mapping"
)

// Directory is how the directories of a provisioning are read.
type Directory struct {
	// Base DN to begin at; "" = that of each address.
	Base   string
	Scope  SearchScope
	Filter mapping.Filter
	// Page is how many entries are asked for at a time; 0 = all at once.
	Page int
	// Mail is the owner's address, ID what an entry keeps when all else changes.
	Mail, ID mapping.Expression
	// When tells which entries take part.
	When mapping.Condition
}

// SearchScope is how far below the base entries are looked for.
type SearchScope string

const (
	ScopeSub  SearchScope = "sub"
	ScopeOne  SearchScope = "one"
	ScopeBase SearchScope = "base"
)

// Resource is one sort of element that a link provisions.
type Resource struct {
	Of element.Resource
	// Create, Update and Delete tell what is written: elements that are missing,
	// that differ or are no longer wished, and those of owners that are gone.
	Create, Update, Delete bool
	// Values says what an entry's elements are.
	Values mapping.Resource
}

// Departed is what becomes of owners that no entry names any more.
type Departed struct {
	// Accounts: the account goes, too; else only what belongs to it.
	Accounts bool
	// Grace and GracePasses that an owner must be gone before anything goes.
	Grace       time.Duration
	GracePasses int
	Protected   []AddressPattern
}

// Standards of a provisioning.
const (
	defaultPage        = 500
	defaultGrace       = 7 * 24 * time.Hour
	defaultGracePasses = 2
	defaultFilter      = "(mail=*)"
	defaultMail        = "mail"
	defaultID          = "entryUUID"
)

func newDirectory() Directory {
	return Directory{
		Scope: ScopeSub, Page: defaultPage, Filter: mustFilter(defaultFilter), Mail: mustParse(defaultMail), ID: mustParse(defaultID),
	}
}

// mustParse reads an expression of this package's own.
func mustParse(text string) mapping.Expression {
	e, err := mapping.Parse(text)
	if err != nil {
		panic("a standard of the configuration does not parse: " + err.Error())
	}
	return e
}

func mustFilter(text string) mapping.Filter {
	f, err := mapping.ParseFilter(text)
	if err != nil {
		panic("a standard of the configuration does not parse: " + err.Error())
	}
	return f
}

// resource finds a resource of the link, and makes it if need be.
func (l *Link) resource(of element.Resource) *Resource {
	i := slices.IndexFunc(l.Resources, func(r Resource) bool { return r.Of == of })
	if i < 0 {
		l.Resources = append(l.Resources, newResource(of))
		i = len(l.Resources) - 1
	}
	return &l.Resources[i]
}

// newResource is a resource with what holds if nothing is said.
func newResource(of element.Resource) Resource {
	r := Resource{Of: of, Create: true, Update: true, Delete: true}
	switch of {
	case element.Contact, element.Identity:
		r.Values.Given, r.Values.Family = mustParse("givenName"), mustParse("sn")
	case element.Quota:
		r.Values.Unit = 1
	}
	if of == element.Identity { // made once, then its owner's
		r.Update, r.Delete = false, false
	}
	return r
}

// Provisioned finds a resource that the link provisions.
func (l *Link) Provisioned(of element.Resource) (Resource, bool) {
	i := slices.IndexFunc(l.Resources, func(r Resource) bool { return r.Of == of })
	if i < 0 {
		return Resource{}, false
	}
	return l.Resources[i], true
}

// Rules tell what an entry wishes.
func (l *Link) Rules() mapping.Rules {
	rules := mapping.Rules{Mail: l.Directory.Mail, ID: l.Directory.ID, When: l.Directory.When, Resources: map[element.Resource]mapping.Resource{}}
	for _, r := range l.Resources {
		rules.Resources[r.Of] = r.Values
	}
	return rules
}

// adHocResources is what two addresses provision: accounts, and aliases by the
// attributes that usually hold them. Nothing is taken away, as nobody said that
// these attributes name all aliases.
func adHocResources() []Resource {
	users, aliases := newResource(element.User), newResource(element.Alias)
	aliases.Update = false
	aliases.Values.Values = mustParse(adHocAliases)
	return []Resource{users, aliases}
}

const adHocAliases = "flatten([mailAlias, mailAlternateAddress])"

// mappingScope names all that a listing of the left depends on, so that it is
// listed again when one of them changes.
func (l *Link) mappingScope() string {
	var b strings.Builder
	for _, t := range linkTables() {
		if t.there(l) {
			showSection(&b, t.name, t.fields, l, func(string) string { return "" })
		}
	}
	return b.String()
}

// settleDirectory checks a provisioning, and refuses its keys elsewhere.
func (l *Link) settleDirectory(wrong complaint) {
	if l.Mode != Provision {
		for _, key := range directoryKeys() {
			if l.says(key) {
				wrong(key, "remove it", "is for a directory on the left and a mail server on the right only")
			}
		}
		if len(l.Also) > 0 {
			wrong("left", "name one", "names several places, which only directories can be")
		}
		return
	}
	l.settlePlaces(wrong)
	for _, key := range []string{"folders", "exclude", "map", "roles", "max_size", "since", "filter", "conflict", "trash"} {
		if l.says(key) {
			remedy := "remove it"
			if key == "filter" {
				remedy = "write it into " + sectionName("links", l.Name, "directory") + ", as a filter of LDAP"
			}
			wrong(key, remedy, "is of no use for directory entries")
		}
	}
	for i, r := range l.Resources {
		name := string(r.Of)
		v := r.Values
		switch r.Of {
		case element.Alias, element.Mapping, element.Forward:
			if v.Values.Zero() && !l.says(name+".values") { // else it is reported
				wrong(name, "add values = the attribute that holds them", "has no values")
			}
		case element.Quota:
			if v.Value.Zero() && !l.says(name+".value") {
				wrong(name, "add value = the attribute that holds it", "has no value")
			}
		case element.Identity:
			if v.Name.Zero() {
				continue
			}
			if l.says(name+".given") || l.says(name+".family") {
				wrong(name+".name", "remove it, or given and family", "says what given and family say")
			}
			l.Resources[i].Values.Given, l.Resources[i].Values.Family = mapping.Expression{}, mapping.Expression{}
		}
	}
	if len(l.Resources) == 0 {
		wrong("", "add a table for each sort of element, such as "+sectionName("links", l.Name, string(element.User)), "provisions nothing")
	}
	if l.Departed.Accounts {
		if _, there := l.Provisioned(element.User); !there {
			wrong("deletion", "add "+sectionName("links", l.Name, string(element.User)), "is of no use, as this link does not provision users")
		}
	}
}
