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

	// Canonical returns the form in which two values of a property are
	// compared: what it drops means nothing.
	Canonical(name, value string) string

	// Class groups names that a server holds or does not hold together.
	Class(name string) string

	// Identity names the property that identifies the item; it never merges.
	Identity() string

	// Ignored properties mean nothing (revision stamps).
	Ignored(name string) bool
}

// Absent is the value of a property that is not there; no real value is it.
const Absent = "\x00absent"
