package config

import (
	"lockstep/format/element"
)

// linkTable is a table within [links.NAME].
type linkTable struct {
	name string
	// about is what it is, in sentences.
	about  string
	fields []field[Link]
	// there tells whether a link has it; its values are then in force.
	there func(*Link) bool
	// open prepares a link for the table's keys.
	open func(*Link)
}

// linkTables is every table within [links.NAME], in the order of the reference.
func linkTables() []linkTable {
	tables := []linkTable{{
		name:   "directory",
		about:  "How the entries of a provisioning are read. The table and each of its keys may be left out.",
		fields: within(directoryFields(), func(l *Link) *Directory { return &l.Directory }),
		there:  func(l *Link) bool { return l.Mode == Provision },
		open:   func(*Link) {},
	}}
	for _, of := range element.Resources() {
		tables = append(tables, linkTable{
			name: string(of), about: resourceAbout(of),
			fields: within(resourceFields(of), func(l *Link) *Resource { return l.resource(of) }),
			there:  func(l *Link) bool { _, there := l.Provisioned(of); return there },
			open:   func(l *Link) { l.resource(of) },
		})
	}
	return tables
}

// within makes fields of a part of a link fields of the link.
func within[T any](fields []field[T], part func(*Link) *T) []field[Link] {
	var out []field[Link]
	for _, f := range fields {
		out = append(out, field[Link]{
			name: f.name, takes: f.takes, standard: f.standard, about: f.about, example: f.example,
			read: func(s setting, l *Link) { f.read(s, part(l)) },
			show: func(l *Link) string { return f.show(part(l)) },
		})
	}
	return out
}

// readLink reads [links.NAME] with the tables in it. Lines of their keys are
// kept as TABLE.KEY.
func readLink(r *reader, name, section string, t *table, l *Link) {
	tables := linkTables()
	names := make([]string, len(tables))
	for i, in := range tables {
		names[i] = in.name
	}
	l.lines = readSection(r, section, t, linkFields(), l, names...)
	for _, in := range tables { // in their own order, whatever that of the file
		v, said := t.values[in.name]
		if !said {
			continue
		}
		inner := sectionName("links", name, in.name)
		inside, ok := v.data.(*table)
		if !ok {
			r.wrong(v.line, "write "+inner, "%s in %s must be a table, not %s", quote(in.name), section, v.sort)
			continue
		}
		in.open(l)
		for key, line := range readSection(r, inner, inside, in.fields, l) {
			if key != "" {
				key = "." + key
			}
			l.lines[in.name+key] = line
		}
	}
}

// directoryKeys are the keys of a link that only a provisioning has.
func directoryKeys() []string {
	keys := []string{"deletion", "grace", "grace_passes", "protected", "audit"}
	for _, t := range linkTables() {
		keys = append(keys, t.name)
	}
	return keys
}
