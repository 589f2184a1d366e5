package lsc

import (
	"slices"
	"strings"

	"lockstep/migrate/lsc/script"
	"lockstep/migrate/settings"
)

// dataset says where the values of one thing come from.
type dataset struct {
	*element
	name, policy, delimiter string
	// cuts: it has a delimiter of its own.
	cuts                    bool
	force, standard, create []*element
}

func readDataset(e *element) *dataset {
	d := &dataset{element: e, name: e.value("name"), policy: e.value("policy")}
	if of := e.child("delimiter"); of != nil {
		d.delimiter, d.cuts = of.raw, true
	}
	d.force, d.standard, d.create = e.strings("forceValues"), e.strings("defaultValues"), e.strings("createValues")
	return d
}

// value is what a dataset gives, as an expression.
type value struct {
	script.Expression
	// once: it is written where nothing stands, and left alone afterwards.
	once bool
	// more: it is added to what stands.
	more bool
	// by is what a quota is multiplied by; 0 = nothing.
	by int64
}

// dataset finds one by its name; an empty one stands for a dataset that is not
// described, whose values are those of the attribute of its name.
func (t *task) dataset(name string) *dataset {
	for _, d := range t.datasets {
		if strings.EqualFold(d.name, name) {
			return d
		}
	}
	return &dataset{element: t.source, name: name}
}

// values translates the datasets that the task's service writes. false = its
// resource cannot be said, and is left out.
func (m *importer) values(t *task) bool {
	r := &t.resource
	switch {
	case t.service.values != "":
		v, ok := m.value(t, t.service.values, true)
		if !ok {
			return false
		}
		d := t.dataset(t.service.values)
		r.add(settings.Quoted("values", t.cut(v, d), t.cuts(d)...))
		m.once(t, d, v)
	case t.service.value != "":
		v, ok := m.value(t, t.service.value, false)
		if !ok {
			return false
		}
		r.add(settings.Quoted("value", t.one(v, t.dataset(t.service.value))))
		if v.by != 0 && !m.unit(t, v) {
			return false
		}
		m.once(t, t.dataset(t.service.value), v)
	case t.service.given != "":
		return m.names(t)
	}
	return true
}

// names translates a given and a family name; one that LSC does not write is
// empty.
func (m *importer) names(t *task) bool {
	once, always := false, false
	for _, of := range []struct{ key, dataset string }{{"given", t.service.given}, {"family", t.service.family}} {
		if !t.writes(of.dataset) {
			t.resource.add(settings.Quoted(of.key, `""`))
			continue
		}
		v, ok := m.value(t, of.dataset, false)
		if !ok {
			return false
		}
		t.resource.add(settings.Quoted(of.key, t.one(v, t.dataset(of.dataset))))
		once, always = once || v.once, always || !v.once
		if v.more {
			m.note(t.dataset(of.dataset).line, t.what("dataset "+of.dataset), "MERGE of a name is taken for FORCE")
		}
	}
	if !once || t.table == "identities" { // which is made once anyway
		return true
	}
	if always {
		m.note(t.dataset(t.service.given).line, t.what("datasets"), "one name is written once and the other always; here both are written once")
	}
	t.resource.update = false
	return true
}

// writes tells whether LSC writes a dataset at all.
func (t *task) writes(name string) bool {
	if t.writable != nil && !slices.ContainsFunc(t.writable, func(w string) bool { return strings.EqualFold(w, name) }) {
		return false
	}
	d := t.dataset(name)
	return len(d.force)+len(d.standard)+len(d.create) > 0 || t.fetches(name)
}

func (t *task) fetches(name string) bool {
	return t.fetched == nil || slices.Contains(t.fetched, strings.ToLower(name))
}

// value translates a dataset; false = it cannot be, which is reported.
func (m *importer) value(t *task, name string, list bool) (value, bool) {
	d := t.dataset(name)
	what := t.what("dataset " + name)
	if !t.writes(name) {
		m.lost(t, d.line, "LSC writes no %s", name)
		return value{}, false
	}
	policy := d.policy
	if policy == "" {
		policy = t.policy
	}
	v := value{once: policy == "KEEP", more: policy == "MERGE"}
	all := d.force
	if len(all) == 0 {
		all = d.standard
		if len(all) == 0 {
			all = d.create
			v.once = v.once || len(all) > 0
		}
	}
	if len(d.force) == 0 && t.fetches(name) {
		v.Expression = script.Expression{Code: script.Attribute(name), Kind: script.List, Plain: name, Attributes: []string{name}}
		if len(all) == 0 {
			return v, true
		}
		return m.fallback(t, d, what, v, all, list)
	}
	if len(all) > 1 && !list {
		m.note(all[1].textLine, what, "LSC takes the first of several values, in no certain order; nothing is made of this task")
		return value{}, false
	}
	var parts []script.Expression
	for _, e := range all {
		x, by, err := m.script(t, e, name, list)
		if err != nil {
			m.noteScript(e, what, "nothing is made of this task", err)
			return value{}, false
		}
		v.by = by
		parts = append(parts, x)
	}
	v.Expression = together(parts)
	return v, true
}

// script translates one script of a dataset, a quota also if it multiplies.
func (m *importer) script(t *task, e *element, name string, list bool) (script.Expression, int64, error) {
	s, err := script.Parse(e.text)
	if err != nil {
		return script.Expression{}, 0, err
	}
	x, err := s.Expression()
	by := int64(0)
	if attribute, factor, ok := s.Product(); err != nil && ok && name == t.service.value && !list {
		x, by, err = script.Expression{Code: "first(" + script.Attribute(attribute) + ")", Kind: script.Text, Plain: attribute, Attributes: []string{attribute}}, factor, nil
	}
	if err == nil {
		m.readable(t, e, "dataset "+name, x.Attributes)
	}
	return x, by, err
}

// fallback is a value that the entry may have itself, and another if it has
// none.
func (m *importer) fallback(t *task, d *dataset, what string, own value, all []*element, list bool) (value, bool) {
	if own.more || len(all) > 1 {
		m.note(all[0].textLine, what, "values of its own are joined with others; nothing is made of this task")
		return value{}, false
	}
	x, _, err := m.script(t, all[0], d.name, true)
	if err != nil {
		m.noteScript(all[0], what, "nothing is made of this task", err)
		return value{}, false
	}
	if own.once && len(d.standard) == 0 {
		m.note(all[0].textLine, what, "LSC writes createValues once, but goes on to write the entry's own values; here what stands is left alone")
	}
	has, code := "len("+own.Code+") > 0", own.Code
	own.Kind, own.Plain = script.Either, ""
	if !list && x.Kind == script.Text {
		code = "first(" + own.Code + ")"
		has, own.Kind = code+` != ""`, script.Text
	}
	own.Code = has + " ? " + code + " : " + x.Code
	return own, true
}

// together is all the values of several scripts.
func together(parts []script.Expression) script.Expression {
	if len(parts) == 1 {
		return parts[0]
	}
	out := script.Expression{Kind: script.List}
	var codes []string
	for _, p := range parts {
		codes = append(codes, p.Code)
		out.Attributes = append(out.Attributes, p.Attributes...)
	}
	out.Code = "flatten([" + strings.Join(codes, ", ") + "])"
	return out
}

// delimiters are the letters at which the values of a dataset are cut.
func (t *task) delimiters(d *dataset) string {
	if d.cuts {
		return d.delimiter
	}
	return t.delimiter
}

// cut prints a list, its values cut at each of the delimiters.
func (t *task) cut(v value, d *dataset) string {
	code, delimiters := v.Code, t.delimiters(d)
	if delimiters == "" && v.Plain != "" && v.Kind == script.List {
		return v.Plain
	}
	for _, c := range delimiters {
		code = "split(" + code + ", " + script.Quote(string(c)) + ")"
	}
	return code
}

// cuts says why a list is cut.
func (t *task) cuts(d *dataset) []string {
	if t.delimiters(d) == "" {
		return nil
	}
	return []string{"LSC cuts each value at its delimiter; where yours hold one address each, split is not needed."}
}

// usual is the delimiter of nearly every file; no name and no number holds it.
const usual = ";"

// one prints a single value, cut like a list.
func (t *task) one(v value, d *dataset) string {
	delimiters := t.delimiters(d)
	switch {
	case delimiters != usual && delimiters != "":
		return "first(" + t.cut(v, d) + ")"
	case v.Plain != "":
		return v.Plain
	case v.Kind == script.Text:
		return v.Code
	}
	return "first(" + v.Code + ")"
}

// once says what a value that is written once, or added, means here.
func (m *importer) once(t *task, d *dataset, v value) {
	switch {
	case v.once && t.service.values != "":
		m.note(d.line, t.what("dataset "+d.name), "LSC leaves an owner who has some alone; here what is missing is added, and nothing is removed (update = false)")
		t.resource.update = false
	case v.more && t.service.values != "":
		t.resource.add(settings.Remark("MERGE: values are added, none are removed."))
		t.resource.update = false
	case v.once:
		t.resource.update = false
	case v.more:
		m.note(d.line, t.what("dataset "+d.name), "MERGE of a single value is taken for FORCE")
	}
}

// unit finds the unit of a quota that is multiplied.
func (m *importer) unit(t *task, v value) bool {
	d := t.dataset(t.service.value)
	units := map[int64]string{1e3: "KB", 1e6: "MB", 1e9: "GB", 1 << 10: "KiB", 1 << 20: "MiB", 1 << 30: "GiB"}
	unit, known := units[v.by]
	if !known {
		m.note(d.line, t.what("dataset "+d.name), "%d bytes are no unit of quotas; nothing is made of this task", v.by)
		return false
	}
	m.note(d.line, t.what("dataset "+d.name), "LSC makes a quota of 0 of an entry without a value, which here has none, and -%d of -1, which here is no limit", v.by)
	t.resource.add(settings.Quoted("unit", unit))
	return true
}
