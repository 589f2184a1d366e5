// Package merge holds the Mergers: three-way merges of bodies, property by
// property, against a base body for each side.
//
// The algebra is the same for every kind (properties.go); a Format knows how
// a kind's bodies are made of properties and when two values mean the same.
// The package does no I/O and decides nothing about whole items; package
// reconcile does. Start with Properties.Merge.
package merge

// Format takes bodies of one kind apart and puts them together.
type Format interface {
	// Parse returns the properties of a body by name. An empty body has none.
	// Names are stable and unique: a list is one property for each member.
	Parse(body []byte) (map[string]string, error)

	// Patch returns the body with some properties set (and those set to
	// Absent removed); everything else keeps its bytes.
	Patch(body []byte, changes map[string]string) ([]byte, error)

	// Version of the body that a value is of, where not all versions can say the same;
	// "" = all can.
	Version(value string) string

	// Canonical returns the form in which two values of a property are
	// compared: what it drops means nothing.
	Canonical(name, value string) string

	// Class groups names that a server holds or does not hold together.
	Class(name string) string

	// Whole names the property that a name is a part of (the number that a label
	// belongs to), with which the name begins; "" = it is no part. A part is there
	// only with its whole, and goes with it; setting one without its whole does
	// nothing.
	Whole(name string) string

	// Edited pairs the properties of one side whose names tell their values, and
	// whose values were edited: the name in base to the name now. What is not
	// clear is left out: it was removed, and something else added. Parts have no
	// pairs.
	Edited(base, now []byte) map[string]string

	// Heavy classes are those that an item can do without where there is no room for
	// it (photos).
	Heavy(class string) bool

	// Counted classes are held by number: a server that holds one member of the
	// class, or two, may drop the third.
	Counted(class string) bool

	// Within tells whether what less says of a property is all said by more, a value
	// of several lines whose parts have no names, and what it leaves out is of no
	// class that is held: so less is what a server without room for it keeps.
	Within(name, less, more string, held func(class string) bool) bool

	// Held are the properties that are left of a value of several lines, and of its
	// parts, where a server has no room for classes that are not held; nil = all of it
	// is. What now, its value there now, has of such a class there is room for.
	Held(name, value, now string, held func(class string) bool) map[string]string

	// Proves tells whether a property that is there, and was not before, shows that
	// a write has happened: two people hardly write it alike by chance (a number,
	// which its name tells; not a type, a category, a title).
	Proves(name string) bool

	// Identity names the property that identifies the item; it never merges.
	Identity() string

	// Ignored properties mean nothing (revision stamps).
	Ignored(name string) bool
}

// Absent is the value of a property that is not there; no real value is it.
const Absent = "\x00absent"
