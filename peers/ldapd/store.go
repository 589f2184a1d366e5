package ldapd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Entry of the directory. Names of attributes are sent as they are spelt here;
// entryUUID is made where there is none.
type Entry struct {
	DN         string
	Attributes map[string][]string
}

// entry as the server keeps it; it is never changed, but replaced.
type entry struct {
	serial int
	dn     string
	parts  []string
	key    string // of parts
	// attributes in the order in which they are sent.
	attributes []attribute
}

type attribute struct {
	name        string // as it is sent
	base        string // in lower case, without options
	options     []string
	values      []string
	operational bool
}

func (e *entry) get(name string) []string {
	for _, a := range e.attributes {
		if a.base == name {
			return a.values
		}
	}
	return nil
}

// is tells whether an entry is of an object class.
func (e *entry) is(class string) bool {
	return slices.ContainsFunc(e.get("objectclass"), func(v string) bool { return strings.EqualFold(v, class) })
}

// Add makes an entry. Entries above it need not be there.
func (s *Server) Add(e Entry) error {
	parts, ok := parseDN(e.DN)
	if !ok || len(parts) == 0 {
		return fmt.Errorf("ldapd: %q is no distinguished name", e.DN)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey[join(parts)] != nil {
		return fmt.Errorf("ldapd: %s is there already", e.DN)
	}
	s.serial++
	attributes := maps.Clone(e.Attributes)
	if !slices.ContainsFunc(slices.Collect(maps.Keys(attributes)), func(n string) bool { return strings.EqualFold(n, "entryUUID") }) {
		if attributes == nil {
			attributes = map[string][]string{}
		}
		attributes["entryUUID"] = []string{fmt.Sprintf("00000000-0000-4000-8000-%012x", s.serial)}
	}
	s.put(&entry{serial: s.serial, dn: e.DN, parts: parts, key: join(parts)}, attributes)
	return nil
}

// put stores an entry with these attributes; the caller holds the lock.
func (s *Server) put(e *entry, attributes map[string][]string) {
	s.stamp()
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		base, options := takeApart(name)
		if base == "entrycsn" || len(attributes[name]) == 0 {
			continue
		}
		s.known[base] = true
		e.attributes = append(e.attributes, attribute{name, base, options, slices.Clone(attributes[name]), isOperational(base)})
	}
	e.attributes = append(e.attributes, attribute{"entryCSN", "entrycsn", nil, []string{s.csn}, true})
	at, found := slices.BinarySearchFunc(s.entries, e.serial, func(o *entry, n int) int { return o.serial - n })
	if found {
		delete(s.byKey, s.entries[at].key)
		s.entries[at] = e
	} else {
		s.entries = slices.Insert(s.entries, at, e)
	}
	s.byKey[e.key] = e
}

// stamp gives a change its number, which is later than that of any before it;
// the caller holds the lock.
func (s *Server) stamp() {
	s.changes++
	s.csn = fmt.Sprintf("%sZ#%06x#000#000000", s.opt.Now().UTC().Format("20060102150405.000000"), s.changes)
}

// Modify replaces the values of some attributes of an entry; no values = the
// attribute is removed.
func (s *Server) Modify(dn string, replace map[string][]string) error {
	return s.change(dn, dn, replace)
}

// Rename gives an entry another name; it keeps its entryUUID. What lies below
// it stays where it is.
func (s *Server) Rename(dn, to string) error { return s.change(dn, to, nil) }

func (s *Server) change(dn, to string, replace map[string][]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.byKey[key(dn)]
	if old == nil {
		return fmt.Errorf("ldapd: there is no %s", dn)
	}
	parts, ok := parseDN(to)
	if !ok || len(parts) == 0 {
		return fmt.Errorf("ldapd: %q is no distinguished name", to)
	}
	if other := s.byKey[join(parts)]; other != nil && other != old {
		return fmt.Errorf("ldapd: %s is there already", to)
	}
	attributes := map[string][]string{}
	for _, a := range old.attributes {
		attributes[a.name] = a.values
	}
	for name, values := range replace {
		for had := range attributes {
			if strings.EqualFold(had, name) {
				delete(attributes, had)
			}
		}
		attributes[name] = values
	}
	s.put(&entry{serial: old.serial, dn: to, parts: parts, key: join(parts)}, attributes)
	return nil
}

// Delete removes an entry. What lies below it stays where it is.
func (s *Server) Delete(dn string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.byKey[key(dn)]
	if e == nil {
		return fmt.Errorf("ldapd: there is no %s", dn)
	}
	delete(s.byKey, e.key)
	s.entries = slices.DeleteFunc(s.entries, func(o *entry) bool { return o == e })
	s.stamp()
	return nil
}

// Entries returns all entries in the order in which they were made.
func (s *Server) Entries() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Entry
	for _, e := range s.entries {
		t := Entry{DN: e.dn, Attributes: map[string][]string{}}
		for _, a := range e.attributes {
			t.Attributes[a.name] = slices.Clone(a.values)
		}
		out = append(out, t)
	}
	return out
}
