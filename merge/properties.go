package merge

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"

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
	return m.Format.Parse(body)
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
	var b, n [2]properties
	for x := range base {
		if b[x], err = m.parse(base[x]); err != nil {
			return out, err
		}
		if n[x], err = m.parse(now[x]); err != nil {
			return out, err
		}
	}
	var to, agreed [2]map[string]string
	for x := range to {
		to[x], agreed[x] = map[string]string{}, map[string]string{}
	}
	for _, name := range namesOf(b[0], b[1], n[0], n[1]) {
		if m.skip(name) {
			continue
		}
		l, r := n[0].get(name), n[1].get(name)
		movedL, movedR := !m.same(name, l, b[0].get(name)), !m.same(name, r, b[1].get(name))
		switch {
		case !movedL && !movedR:
		case movedL && movedR && m.same(name, l, r):
			agreed[0][name], agreed[1][name] = l, r
		case movedL && movedR && l != Absent && r != Absent:
			agreed[0][name], agreed[1][name] = l, r // each side keeps its own, silently from now on
			out.Collisions = append(out.Collisions, core.Collision{Property: name, Value: [2]string{l, r}})
		case movedL && (!movedR || r == Absent): // an edit beats the deletion of a property
			to[1][name] = l
			out.Carried[1] = append(out.Carried[1], name)
		default:
			to[0][name] = r
			out.Carried[0] = append(out.Carried[0], name)
		}
	}
	for x := range base {
		if out.Base[x], err = m.rebase(base[x], now[x], agreed[x]); err != nil {
			return out, err
		}
		if len(to[x]) == 0 {
			continue
		}
		if id := m.Format.Identity(); n[x].get(id) == Absent && n[1-x].get(id) != Absent {
			to[x][id] = n[1-x][id] // a body that is made from nothing
		}
		if out.To[x], err = m.Format.Patch(now[x], to[x]); err != nil {
			return out, err
		}
	}
	return out, nil
}

// rebase patches a base body; a base that was empty starts from the identity
// of the body that is there now.
func (m Properties) rebase(base, now []byte, changes map[string]string) ([]byte, error) {
	p, err := m.parse(now)
	if err != nil {
		return nil, err
	}
	with := maps.Clone(changes)
	if id := m.Format.Identity(); p.get(id) != Absent {
		with[id] = p[id]
	}
	return m.Format.Patch(base, with)
}

func namesOf(all ...properties) []string {
	names := map[string]bool{}
	for _, p := range all {
		for name := range p {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Landed implements core.Merger. A write is atomic: one carried value that is
// there now, and was not before, proves all of it.
func (m Properties) Landed(old, sent, stored []byte, carried []string) bool {
	o, err1 := m.parse(old)
	s, err2 := m.parse(sent)
	n, err3 := m.parse(stored)
	if err1 != nil || err2 != nil || err3 != nil {
		return false
	}
	for _, name := range carried {
		v := s.get(name)
		if v != Absent && m.same(name, n.get(name), v) && !m.same(name, o.get(name), v) {
			return true
		}
	}
	return false
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
	changes := [2]map[string]string{{}, {}}
	for _, name := range carried {
		changes[to][name], changes[to.Other()][name] = target.get(name), source.get(name)
	}
	for x := range out {
		if out[x], err = m.Format.Patch(base[x], changes[x]); err != nil {
			return out, err
		}
	}
	return out, nil
}

// absorb is the base that follows from a write: what was sent, without what
// the server never holds (its rendition). If the answer is proved to be the
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
	missing := map[string]string{}
	for name := range s {
		if n.get(name) == Absent && !held(m.Format.Class(name)) {
			missing[name] = Absent
		}
	}
	return m.Format.Patch(sent, missing)
}

// Reopen implements core.Merger.
func (m Properties) Reopen(base []byte, names []string) ([]byte, error) {
	changes := map[string]string{}
	for _, name := range names {
		changes[name] = Absent
	}
	return m.Format.Patch(base, changes)
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
	return slices.Sorted(maps.Keys(classes))
}
