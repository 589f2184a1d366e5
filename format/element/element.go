package element

import (
	"slices"
	"strings"

	"lockstep/core"
)

// Resource is a sort of element; as a collection it has this ID and path on
// both sides of a link.
type Resource string

const (
	User     Resource = "users"
	Alias    Resource = "aliases"
	Contact  Resource = "contacts"
	Mapping  Resource = "mappings"
	Identity Resource = "identities"
	Forward  Resource = "forwards"
	Quota    Resource = "quotas"
)

// Resources returns all of them, in the order in which they are made: owners
// first, and what may collide with an owner's address right after them.
func Resources() []Resource {
	return []Resource{User, Alias, Mapping, Forward, Quota, Contact, Identity}
}

// Known tells whether a name is that of a resource.
func (r Resource) Known() bool { return slices.Contains(Resources(), r) }

// Collection is the handle of a resource, the same on both sides.
func (r Resource) Collection() core.CollectionID { return core.CollectionID(r) }

// Single tells whether an owner has at most one element of the resource, which
// then has no Name.
func (r Resource) Single() bool {
	return r == User || r == Contact || r == Identity || r == Quota
}

// NeedsOwner tells whether the element can only stand where there is an account.
// An alias, a contact and an identity need none.
func (r Resource) NeedsOwner() bool { return r == Mapping || r == Forward || r == Quota }

// Element is one thing that an owner has on a mail server.
type Element struct {
	Resource Resource
	// Owner is the address of the account, normalised by Account.
	Owner string
	// Name tells the element from the owner's others of the resource: the alias
	// (normalised by Account), the target of a mapping or forward (normalised by
	// Target); "" where an owner has only one.
	Name  string
	Value Value
}

// Key is the resource, the owner and the name, joined by "/"; no resource and
// no owner holds a "/".
func (e Element) Key() core.Key {
	key := string(e.Resource) + "/" + e.Owner
	if e.Name != "" {
		key += "/" + e.Name
	}
	return core.Key(key)
}

// Parse reads a Key; false = it is not one.
func Parse(key core.Key) (e Element, ok bool) {
	resource, rest, _ := strings.Cut(string(key), "/")
	owner, name, named := strings.Cut(rest, "/")
	e = Element{Resource: Resource(resource), Owner: owner, Name: name}
	ok = e.Resource.Known() && owner != "" && named != e.Resource.Single() && (name != "") == named
	return e, ok
}
