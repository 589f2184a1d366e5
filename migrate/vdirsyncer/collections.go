package vdirsyncer

import (
	"cmp"
	"path"
	"strings"

	"lockstep/core"
	"lockstep/migrate/settings"
)

// chosen is what collections = [...] names.
type chosen struct {
	// from tells which sides are asked for what they have.
	from [2]bool
	// pairs of collections that are linked, in order.
	pairs []named
}

// named is a pair of collections; "" = the storage itself is the collection.
type named struct{ name, left, right string }

// collections translates which collections a pair links, and adds its links.
func (m *importer) collections(p *pair) {
	o := p.section.find("collections")
	switch {
	case o == nil:
		m.note(p.section.header, "it has no collections; nothing is made of it. Write collections = null if the storages are an address book or a calendar each")
		return
	case o.value == nil:
		m.alone(p, o, p.section.name, named{})
		return
	}
	c, ok := m.choose(o)
	if !ok {
		return
	}
	var folders, moved []string
	all := c.from[0] || c.from[1]
	for _, n := range c.pairs {
		if all && (n.left == "" || n.right == "") {
			m.note(o, "%s is left out: a storage that is a collection itself is not linked together with the collections in it", settings.Quote(n.name))
			continue
		}
		if n.left == "" || n.right == "" {
			m.alone(p, o, p.section.name+"-"+n.name, n)
			continue
		}
		folders = append(folders, literal(n.left))
		if n.left != n.right {
			moved = append(moved, settings.Quote(n.left)+" = "+settings.Quote(n.right))
		}
	}
	if !all && len(folders) == 0 {
		if len(c.pairs) == 0 {
			m.note(o, "it names no collection; nothing is made of the pair")
		}
		return
	}
	var own []settings.Setting
	if !all {
		own = append(own, settings.List("folders", folders))
	}
	if len(moved) > 0 {
		own = append(own, settings.Bare("map", "{"+strings.Join(moved, ", ")+"}"))
	}
	if all && len(moved) > 0 {
		m.note(o, "a collection that is linked with one of another name is linked with that one alone, and not with one of its own name as well")
	}
	for _, x := range core.Sides() {
		if c.from[x] && !c.from[x.Other()] && p.write[x] {
			m.note(o, "what there is on the %s only is made on the %s, too; name it in exclude of the link %s to leave it alone", x.Other(), x, p.section.name)
		}
	}
	p.ends[0].used, p.ends[1].used = true, true
	m.add(p, p.section.name, p.ends[0].account, p.ends[1].account, own...)
}

// choose reads a list of collections; false = it is none.
func (m *importer) choose(o *option) (c chosen, ok bool) {
	list, is := o.value.([]any)
	if !is {
		m.note(o, "it is neither null nor a list; nothing is made of the pair")
		return c, false
	}
	taken := [2]map[string]bool{{}, {}}
	for i, v := range list {
		var n named
		switch v := v.(type) {
		case string:
			if v == "from a" || v == "from b" {
				c.from[map[string]core.Side{"from a": core.Left, "from b": core.Right}[v]] = true
				continue
			}
			n = named{v, collectionName(v), collectionName(v)}
			is = n.left != ""
		case []any:
			n, is = triple(v)
		default:
			is = false
		}
		switch {
		case !is:
			m.note(o, "item %d is no name of a collection, nor three of them, and is left out", i+1)
		case n.left != "" && taken[0][n.left] || n.right != "" && taken[1][n.right]:
			m.note(o, "%s is linked twice; the second is left out", settings.Quote(cmp.Or(n.name, n.left, n.right)))
		default:
			c.pairs = append(c.pairs, n)
			taken[0][n.left], taken[1][n.right] = true, true
		}
	}
	return c, true
}

// triple reads the name of a pair of collections and their names on both sides,
// of which null is the storage itself.
func triple(all []any) (n named, ok bool) {
	if len(all) != 3 {
		return n, false
	}
	n.name, ok = all[0].(string)
	for i, to := range []*string{&n.left, &n.right} {
		if all[i+1] == nil {
			continue
		}
		name, is := all[i+1].(string)
		*to = collectionName(name)
		ok = ok && is && *to != ""
	}
	return n, ok
}

// alone links a single collection, where a storage itself is one. The address
// of a server names it; a directory may bear any name, and gets that of the
// other side.
func (m *importer) alone(p *pair, o *option, name string, n named) {
	names := [2]string{n.left, n.right}
	for side, st := range p.ends {
		if names[side] == "" && !st.local {
			names[side] = st.collection
		}
	}
	for side, st := range p.ends {
		if names[side] == "" && st.local {
			names[side] = cmp.Or(names[1-side], st.collection)
		}
	}
	if names[0] == "" || names[1] == "" {
		m.note(o, "the storage itself is the collection, and its address tells no name of one; nothing is made of it")
		return
	}
	for side, st := range p.ends {
		at := st.account
		if st.local { // the items lie directly in the path
			inner := strings.ReplaceAll([2]string{n.left, n.right}[side], "%25", "%")
			at = "vdir:" + fragment(path.Join(st.path, inner))
		}
		names[side] = at + "#" + fragment(names[side])
	}
	m.add(p, name, names[0], names[1])
}

// fragment writes a collection after the # of an address, or the path before it.
func fragment(text string) string {
	return strings.NewReplacer("%", "%25", "#", "%23").Replace(text)
}

// literal writes a collection as a pattern that names it alone.
func literal(p string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(p)
}
