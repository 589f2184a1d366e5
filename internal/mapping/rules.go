package mapping

import (
	"maps"
	"slices"

	"lockstep/format/element"
)

// Rules say how the entries of a link's directories are read.
type Rules struct {
	// Mail is the address of the owner that an entry is of.
	Mail Expression
	// ID is what tells entries apart for ever: the name of an attribute, or "dn".
	ID Expression
	// When leaves out the entries for which it does not hold.
	When Condition
	// Resources that are provisioned. Users are made of every entry with an
	// address, whether they are named or not.
	Resources map[element.Resource]Resource
}

// Resource says what an entry's owner shall have of a resource; only the fields
// of that resource are set.
type Resource struct {
	// Values of aliases, mappings and forwards.
	Values Expression
	// Value of a quota.
	Value Expression
	// Given and Family name of a contact or an identity.
	Given, Family Expression
	// Name of an identity; it comes before Given and Family.
	Name Expression
	// Password of a new user, in clear text; none = a random one.
	Password Expression
	// When and Filter must both hold, or the entry has none of the resource.
	When   Condition
	Filter Filter
	// LocalCopy: a forward to the owner itself is wished, too.
	LocalCopy bool
	// Unit of a quota without one of its own, in bytes; 0 = 1.
	Unit int64
	// Domains of contacts; others are none of ours. Empty = all.
	Domains []string
}

// Attributes names everything to ask a directory for, in lower case and sorted.
func (r Rules) Attributes() []string {
	out := slices.Concat(r.Mail.Attributes(), r.ID.Attributes(), r.When.Attributes())
	for _, res := range r.Resources {
		out = slices.Concat(out, res.When.Attributes(), res.Filter.Attributes())
		for _, e := range res.expressions() {
			out = append(out, e.Attributes()...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (r Resource) expressions() []Expression {
	return []Expression{r.Values, r.Value, r.Given, r.Family, r.Name, r.Password}
}

// resources returns those that are provisioned and users, in their order.
func (r Rules) resources() []element.Resource {
	names := slices.Collect(maps.Keys(r.Resources))
	return slices.DeleteFunc(element.Resources(), func(name element.Resource) bool {
		return name != element.User && !slices.Contains(names, name)
	})
}
