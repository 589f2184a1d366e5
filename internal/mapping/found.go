package mapping

import (
	"cmp"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
)

// Found is one element that an entry asks for. It is small, as there are many.
type Found struct {
	// Of is the entry.
	Of       *Origin
	Resource element.Resource
	// Name as element.Element has it; of what is Bad, as much as is known.
	Name string
	// Bad tells why the element cannot be made ("" = it can).
	Bad   string
	value *value
	// Out: the rules leave this element alone; it is neither wished nor gone.
	Out bool
	// Unlisted: the names of the entry's elements of the resource cannot be told,
	// so that of one that is not found here it is not known that it is gone. Such
	// a Found is Bad and has no Name.
	Unlisted bool
}

// value is what an element has beside its name: a password or the name of an
// identity, or the names of a contact, or the bytes of a quota.
type value struct {
	text, family string
	bytes        int64
}

// Origin is the entry that elements are of.
type Origin struct {
	Source string
	// Handle names the entry among those of all sources: source!id. In both parts
	// "!", "/" and "%" are escaped.
	Handle string
	// Identified: the entry shows what tells it from others for ever. One that
	// does not has source!!dn for a handle, which is no other entry's.
	Identified bool
	// DN, and Where a person finds it.
	DN, Where string
	// Owner is the normalised address; "" = it has none that does.
	Owner string
}

// Element that was found. Its Owner is "" if the entry has no address.
func (f Found) Element() element.Element {
	e := element.Element{Resource: f.Resource, Owner: f.Of.Owner, Name: f.Name}
	if f.value == nil {
		return e
	}
	switch f.Resource {
	case element.User:
		e.Value.Password = f.value.text
	case element.Contact:
		e.Value.Given, e.Value.Family = f.value.text, f.value.family
	case element.Identity:
		e.Value.Name = f.value.text
	case element.Quota:
		e.Value.Bytes = f.value.bytes
	}
	return e
}

// Key of the element. That of an entry without an address has the entry's
// handle in place of the owner, so that it is no other element's.
func (f Found) Key() core.Key {
	e := element.Element{Resource: f.Resource, Owner: f.Of.Owner, Name: f.Name}
	if e.Owner == "" {
		e.Owner = f.Of.Handle
	}
	return e.Key()
}

// Mark makes an element Bad, if it is not yet.
func (f *Found) Mark(reason string) { f.Bad, f.value = cmp.Or(f.Bad, reason), nil }

// identify gives an entry its handle; "" = it shows no ID.
func (o *Origin) identify(id string) {
	o.Identified, o.Handle = id != "", escape(o.Source)+"!"+escape(id)
	if !o.Identified {
		o.Handle += "!" + escape(legible(fold(o.DN)))
	}
}

// escape writes "%", "!" and "/" in a part of a handle as a URL does.
func escape(part string) string {
	if !strings.ContainsAny(part, "%!/") {
		return part
	}
	return strings.NewReplacer("%", "%25", "!", "%21", "/", "%2F").Replace(part)
}
