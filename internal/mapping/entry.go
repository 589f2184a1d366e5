package mapping

import (
	"slices"
	"strings"
)

// Entry is one entry of a directory, as it was read.
type Entry struct {
	// Source names the directory that the entry was read from.
	Source string
	DN     string
	// Where a person finds it: the DN, or the file and line of an LDIF record.
	Where string
	// Attributes by name, in lower case. The order of values means nothing.
	Attributes map[string][]string
}

// values returns the values of an attribute that are not empty, sorted: a
// directory gives them in any order (RFC 4512, section 2.2). "dn" is the DN.
func (e Entry) values(name string) []string {
	name = strings.ToLower(name)
	if name == "dn" {
		return texts(e.DN)
	}
	return sorted(e.Attributes[name])
}

func sorted(values []string) []string {
	if slices.IsSorted(values) && (len(values) == 0 || values[0] != "") {
		return values
	}
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	slices.Sort(values)
	return values
}

func texts(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}
