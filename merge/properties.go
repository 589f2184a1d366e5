package merge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/core"
)

// Properties is a core.Merger for any format.
type Properties struct{ Format Format }

var _ core.Merger = Properties{}

// properties of one body; a missing one is Absent.
type properties map[string]string

func (p properties) get(name string) string {
	if v, ok := p[name]; ok {
		return v
	}
	return Absent
}

func (m Properties) parse(body []byte) (properties, error) {
	if len(body) == 0 {
		return properties{}, nil
	}
	p, err := m.Format.Parse(body)
	if err != nil {
		return nil, &core.Error{Op: "merge", Class: core.Permanent, Err: err}
	}
	return p, nil
}

// same tells whether two values mean the same.
func (m Properties) same(name, a, b string) bool {
	if a == b {
		return true
	}
	return a != Absent && b != Absent && m.Format.Canonical(name, a) == m.Format.Canonical(name, b)
}

func (m Properties) skip(name string) bool {
	return m.Format.Ignored(name) || name == m.Format.Identity()
}

// Sum implements core.Merger: the digest of the canonical values, in order.
func (m Properties) Sum(body []byte) (core.Sum, error) {
	p, err := m.parse(body)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if !m.Format.Ignored(name) {
			h.Write([]byte(name + "\x00" + m.Format.Canonical(name, p[name]) + "\x01"))
		}
	}
	return core.Sum(hex.EncodeToString(h.Sum(nil)[:12])), nil
}

// Merge implements core.Merger.
func (m Properties) Merge(base, now [2][]byte) (out core.Merge, err error) {
	w := merging{Properties: m}
	for x := range base {
		if w.base[x], err = m.parse(base[x]); err != nil {
			return out, err
		}
		if w.now[x], err = m.parse(now[x]); err != nil {
			return out, err
		}
		w.to[x], w.agreed[x] = map[string]string{}, map[string]string{}
	}
	w.edited(base, now)
	for _, group := range w.groups() {
		w.group(group)
	}
	for x := range base {
		if out.To[x], err = w.patched(x, now[x]); err != nil {
			return out, err
		}
	}
	for x := range base {
		slices.Sort(w.carried[x])
		out.Carried[x] = w.carried[x]
		if out.Base[x], err = m.rebase(base[x], w.base[x], w.now[x], w.agreed[x]); err != nil {
			return out, err
		}
	}
	slices.SortFunc(w.collisions, func(a, b core.Collision) int { return strings.Compare(a.Property, b.Property) })
	out.Collisions = w.collisions
	return out, nil
}

// rebase patches a base body; a base that was empty starts from the identity
// of the body that is there now. One of another version than that body (a user has made
// the item anew) is written anew: it could not say all that the side has.
func (m Properties) rebase(body []byte, base, now properties, changes map[string]string) ([]byte, error) {
	with := maps.Clone(changes)
	id := m.Format.Identity()
	if now.get(id) == Absent {
		return m.Format.Patch(body, with)
	}
	with[id] = now[id]
	if base.get(id) == Absent || m.Format.Version(base[id]) == m.Format.Version(now[id]) {
		return m.Format.Patch(body, with)
	}
	for name, value := range base {
		if _, changed := with[name]; changed {
			continue
		}
		if with[name] = value; m.same(name, value, now.get(name)) {
			with[name] = now[name]
		}
	}
	return m.Format.Patch(nil, with)
}

// Landed implements core.Merger. A write is atomic. What it carried and is as it
// was before speaks against it, but for what the server never holds. What is there
// now speaks for it if the user of that side would not have written it by himself,
// or if all is there. Where that is not so, another value may be older than the write or newer: a merge against the old
// bases then finds the equal ones equal, and records the rest as collisions, while a
// write that is taken for done gives the other side's value up.
func (m Properties) Landed(old, sent, stored []byte, carried []string, held func(string) bool) bool {
	o, err1 := m.parse(old)
	s, err2 := m.parse(sent)
	n, err3 := m.parse(stored)
	if err1 != nil || err2 != nil || err3 != nil {
		return false
	}
	proved, there, another, count := false, false, false, m.count(s)
	for _, entry := range carried {
		was, name := names(entry)
		v, before, now := s.get(name), o.get(name), n.get(name)
		if m.Format.Whole(name) != "" {
			before = o.get(was)
		}
		switch {
		case m.same(name, before, v), now == Absent && before == Absent && !m.holds(held, name, count):
		case m.same(name, now, before):
			return false
		case !m.same(name, now, v):
			another = true
		case v != Absent:
			there, proved = true, proved || m.Format.Proves(name)
		}
	}
	return proved || there && !another
}

// Commit implements core.Merger.
func (m Properties) Commit(base [2][]byte, to core.Side, carried []string, from, sent, stored []byte, exact bool, held func(string) bool) (out [2][]byte, err error) {
	absorbed, err := m.absorb(sent, stored, exact, held)
	if err != nil {
		return out, err
	}
	out = base
	if carried == nil { // a whole new body
		out[to], out[to.Other()] = absorbed, from
		return out, nil
	}
	target, err := m.parse(absorbed)
	if err != nil {
		return out, err
	}
	source, err := m.parse(from)
	if err != nil {
		return out, err
	}
	changes, values := [2]map[string]string{{}, {}}, [2]properties{}
	values[to], values[to.Other()] = target, source
	whole, err := m.parse(sent)
	if err != nil {
		return out, err
	}
	for name := range whole { // what this write cost, of what it did not carry
		if target.get(name) == Absent {
			changes[to][name] = Absent
		}
	}
	for x := range out {
		b, err := m.parse(base[x])
		if err != nil {
			return out, err
		}
		m.take(changes[x], b, carried, values[x])
		if out[x], err = m.Format.Patch(base[x], changes[x]); err != nil {
			return out, err
		}
	}
	return out, nil
}

// absorb is the base that follows from a write: what was sent, without what
// the server never holds (its rendition; rule 24). If the answer is proved to be the
// answer to this write, it is what is stored.
func (m Properties) absorb(sent, stored []byte, exact bool, held func(string) bool) ([]byte, error) {
	if exact {
		return stored, nil
	}
	s, err := m.parse(sent)
	if err != nil {
		return nil, err
	}
	n, err := m.parse(stored)
	if err != nil {
		return nil, err
	}
	rendition, count := map[string]string{}, m.count(s)
	for name, value := range s {
		now := n.get(name)
		switch {
		case now == Absent && !m.holds(held, name, count):
			rendition[name] = Absent
		case now != Absent && !m.same(name, now, value) && m.Format.Within(name, now, value, held):
			rendition[name] = now
		case now != Absent && !m.same(name, now, value): // somebody has edited it since
			maps.Copy(rendition, m.Format.Held(name, value, now, held))
		}
	}
	for name, value := range n { // of several lines it may have made one, whose parts have names
		if rendition[m.Format.Whole(name)] == n.get(m.Format.Whole(name)) && s.get(name) == Absent {
			rendition[name] = value
		}
	}
	return m.Format.Patch(sent, rendition)
}

// holds tells whether a server holds a property, beside so many of its class.
func (m Properties) holds(held func(string) bool, name string, count map[string]int) bool {
	class := m.Format.Class(name)
	return held(class) && held(numbered(class, count[class]))
}

// count tells how many members of each counted class there are.
func (m Properties) count(p properties) map[string]int {
	count := map[string]int{}
	for name := range p {
		if class := m.Format.Class(name); m.Format.Whole(name) == "" && m.Format.Counted(class) {
			count[class]++
		}
	}
	return count
}

// numbered is the class of n members; beyond some no server counts.
func numbered(class string, n int) string {
	const most = 12
	if n < 2 {
		return class
	}
	return fmt.Sprintf("%s*%d", class, min(n, most))
}

// Properties implements core.Merger.
func (m Properties) Properties(body []byte) []string {
	p, err := m.parse(body)
	if err != nil {
		return nil
	}
	classes := map[string]bool{}
	for name := range p {
		classes[m.Format.Class(name)] = true
	}
	for class, n := range m.count(p) {
		for k := 2; k <= n && !classes[numbered(class, k)]; k++ {
			classes[numbered(class, k)] = true
		}
	}
	return slices.Sorted(maps.Keys(classes))
}
