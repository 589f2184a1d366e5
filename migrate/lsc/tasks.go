package lsc

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/migrate/lsc/script"
	"lockstep/migrate/settings"
)

// task is one of <tasks> that could be translated.
type task struct {
	file, name string
	line       int
	service
	from, to *connection
	source   *element
	// base DN in full, and the filter that all entries match.
	base   string
	filter *filter
	// elsewhere: only a directory can evaluate the filter.
	elsewhere bool
	// mail is the address of an entry's owner, pivot the attribute that LSC finds
	// entries by, in lower case.
	mail, pivot string
	// fetched attributes, in lower case; nil = all.
	fetched []string
	// writable datasets; nil = all.
	writable []string
	datasets []*dataset
	policy   string
	// delimiter at whose letters values are cut.
	delimiter string
	comments  []string
	resource  resource
}

// resource is a table of a link.
type resource struct {
	settings []settings.Setting
	// create, update and delete as LSC has them.
	create, update, delete bool
	// when is the condition for all of it, both where it stands if it is that of
	// creating and of updating.
	when string
	both *element
}

func (r *resource) add(s settings.Setting) { r.settings = append(r.settings, s) }

// what names a part of a task, for messages.
func (t *task) what(part string) string { return part + " of task " + shown(t.name) }

// readTask translates a task, or reports why it cannot be.
func (m *importer) readTask(e *element) {
	t := &task{file: m.file, name: e.value("name"), line: e.line}
	if m.ends(t, e) && m.rules(t, e) {
		m.surroundings(t, e)
		m.tasks = append(m.tasks, t)
		return
	}
	e.skip()
}

// lost reports a task of which nothing is made.
func (m *importer) lost(t *task, line int, why string, args ...any) {
	m.note(line, "task "+shown(t.name), why+"; nothing is made of this task", args...)
}

// ends reads the source and the destination of a task.
func (m *importer) ends(t *task, e *element) bool {
	var source, destination *element
	for _, c := range e.children {
		switch name := c.name.Local; {
		case c.is("ldapSourceService"), c.is("asyncLdapSourceService"):
			source = c
		case strings.HasSuffix(name, "SourceService") && c.known():
			m.lost(t, c.line, "people are read from directories only, not by <%s>", name)
			return false
		case c.is("pluginDestinationService"):
			destination = c
		case strings.HasSuffix(name, "DestinationService") && c.known():
			m.lost(t, c.line, "only James and TMail are written to, not by <%s>", name)
			return false
		}
	}
	switch {
	case source == nil:
		m.lost(t, e.line, "it has no source")
		return false
	case destination == nil:
		m.lost(t, e.line, "it has no destination")
		return false
	}
	source.read, destination.read = true, true
	return m.destination(t, destination) && m.source(t, source)
}

// destination reads pluginDestinationService.
func (m *importer) destination(t *task, e *element) bool {
	class := e.attribute("implementationClass")
	known := false
	if t.service, known = serviceOf(class); !known {
		m.lost(t, e.line, "%s is not one of the services of the plugin for James and TMail", shown(class))
		return false
	}
	inner := e.child(t.element)
	if inner == nil {
		m.lost(t, e.line, "it has no <%s>", t.element)
		return false
	}
	e.child("name")
	inner.child("name")
	outer, of := e.child("connection"), inner.child("connection")
	if of == nil {
		of = outer
	}
	if t.to = m.reference(t, of, true); t.to == nil {
		return false
	}
	if outer != nil && outer.attribute("reference") != of.attribute("reference") {
		m.note(outer.line, t.what("connection"), "it differs from that of <%s>, which counts", t.element)
	}
	t.writable = texts(inner.strings("writableAttributes"))
	if slices.Contains(t.writable, "*") {
		t.writable = nil
	}
	return true
}

// reference finds the connection that an element names.
func (m *importer) reference(t *task, e *element, james bool) *connection {
	if e == nil {
		m.lost(t, t.line, "it names no connection")
		return nil
	}
	c := m.connection(e.attribute("reference"))
	if c == nil || c.james != james {
		m.lost(t, e.line, "there is no such connection that could be translated, %s", shown(e.attribute("reference")))
		return nil
	}
	return c
}

// source reads ldapSourceService and asyncLdapSourceService.
func (m *importer) source(t *task, e *element) bool {
	e.child("name")
	if t.from = m.reference(t, e.child("connection"), false); t.from == nil {
		return false
	}
	if base := e.child("baseDn"); base != nil {
		t.base = base.text
		if !settings.Printable(t.base) {
			m.lost(t, base.textLine, "its baseDn holds a character that cannot be printed")
			return false
		}
	}
	t.fetched = lowered(texts(e.strings("fetchedAttributes")))
	if len(t.fetched) == 0 || slices.Contains(t.fetched, "*") {
		t.fetched = nil
	}
	t.source = e
	if e.is("asyncLdapSourceService") {
		t.comments = append(t.comments, fmt.Sprintf("Task %s ran by itself (lsc -a): run lockstep sync from a timer as often.", shown(t.name)))
	}
	// Of no effect: a sync reads the whole directory once.
	for _, name := range []string{"filterAsync", "dateFormat", "interval", "bypassOneEntry", "serverType", "synchronizingAllWhenStarting"} {
		e.child(name)
	}
	return true
}

// below makes a base DN whole: LSC takes it as relative to that of the URL,
// unless it ends with it.
func below(base, root string) string {
	switch {
	case base == "":
		return root
	case root == "" || folded(base) == folded(root) || strings.HasSuffix(folded(base), ","+folded(root)):
		return base
	}
	return base + "," + root
}

// folded is a DN for comparison: in lower case, without blanks around "," and "=".
func folded(dn string) string {
	parts := strings.Split(strings.ToLower(dn), ",")
	for i, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		parts[i] = strings.TrimSpace(name) + "=" + strings.TrimSpace(value)
	}
	return strings.Join(parts, ",")
}

// surroundings reads what a task has beside its ends and options.
func (m *importer) surroundings(t *task, e *element) {
	if bean := e.child("bean"); bean != nil && bean.text != "" && bean.text != "org.lsc.beans.SimpleBean" && bean.text != "org.lsc.beans.OrderedValuesBean" {
		m.note(bean.textLine, t.what("bean"), "%s is Java code, which is not run", shown(bean.text))
	}
	for _, name := range []string{"cleanHook", "syncHook"} {
		if hook := e.child(name); hook != nil {
			m.note(hook.line, t.what(name), "%s is Java code, which is not run; after_sync runs a command after a sync that changed something", shown(hook.text))
		}
	}
	for _, name := range []string{"customLibrary", "scriptInclude"} {
		if code := e.child(name); code != nil {
			m.note(code.line, t.what(name), "other code is not read (%s), and scripts that use it are not translated", shown(strings.Join(texts(code.all("string")), ", ")))
			code.skip()
		}
	}
	for _, name := range []string{"auditLog", "errorIfEmptySource", "errorIfEmptyDestination"} { // there always is an audit, and a guard
		for c := e.child(name); c != nil; c = e.child(name) {
			c.skip()
		}
	}
}

// rules reads what a task does with each entry: propertiesBasedSyncOptions, or
// forceSyncOptions, which has no datasets and no conditions.
func (m *importer) rules(t *task, e *element) bool {
	o := e.child("propertiesBasedSyncOptions")
	if o == nil {
		o = e.child("forceSyncOptions")
	}
	if o == nil {
		m.lost(t, e.line, "it has no <propertiesBasedSyncOptions>")
		return false
	}
	if !m.owner(t, o) {
		return false
	}
	m.conditions(t, o.child("conditions"))
	if !m.filters(t, t.source) {
		return false
	}
	if of := o.child("pivotTransformation"); of != nil {
		m.note(of.line, t.what("pivotTransformation"), "an entry and its account are found by the address alone, in any case of letters")
		of.skip()
	}
	if hooks := o.child("hooks"); hooks != nil {
		m.note(hooks.line, t.what("hooks"), "commands for each change are not run; audit.jsonl tells of each change, and after_sync runs a command after a sync that changed something")
		hooks.skip()
	}
	if of := o.child("defaultDelimiter"); of != nil {
		t.delimiter = of.raw
	}
	t.policy = o.value("defaultPolicy")
	for _, d := range o.all("dataset") {
		t.datasets = append(t.datasets, readDataset(d))
	}
	if !m.values(t) {
		return false
	}
	m.left(t)
	return true
}

// owner reads mainIdentifier: the address that all of an entry is of.
func (m *importer) owner(t *task, o *element) bool {
	e := o.child("mainIdentifier")
	if e == nil || e.text == "" {
		m.lost(t, o.line, "it has no mainIdentifier")
		return false
	}
	s, err := script.Parse(e.text)
	var x script.Expression
	if err == nil {
		x, err = s.Expression()
	}
	if err != nil {
		m.noteScript(e, t.what("mainIdentifier"), "nothing is made of this task", err)
		return false
	}
	m.readable(t, e, "mainIdentifier", x.Attributes)
	if t.mail = addressOf(x); len(x.Attributes) == 0 {
		m.note(e.textLine, t.what("mainIdentifier"), "it is the same for every entry; nothing is made of this task")
		return false
	}
	return true
}

// addressOf simplifies the expression of an address, which is brought into
// lower case and trimmed anyway.
func addressOf(x script.Expression) string {
	code := x.Code
	for {
		inner, found := strings.CutPrefix(strings.TrimSuffix(code, ")"), "lower(")
		if !found {
			inner, found = strings.CutPrefix(strings.TrimSuffix(code, ")"), "trim(")
		}
		if !found {
			break
		}
		code = inner
	}
	for _, name := range x.Attributes {
		if len(x.Attributes) == 1 && code == "first("+script.Attribute(name)+")" {
			return name
		}
	}
	return x.Code
}

// readable reports attributes that a script reads but LSC does not fetch: there
// they are always empty.
func (m *importer) readable(t *task, e *element, part string, names []string) {
	for _, name := range names {
		switch lower := strings.ToLower(name); {
		case t.fetched != nil && !slices.Contains(t.fetched, lower):
			m.note(e.textLine, t.what(part), "%s is not among the fetchedAttributes, so LSC never sees a value of it; here it is read", shown(name))
		case slices.Contains(t.from.binary, lower):
			m.note(e.textLine, t.what(part), "%s is binary, and is read as text here", shown(name))
		}
	}
}
