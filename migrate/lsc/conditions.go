package lsc

import (
	"lockstep/migrate/lsc/script"
	"lockstep/migrate/settings"
)

// condition of one operation of a task.
type condition struct {
	at *element
	// code is what it depends on; "" = it holds always, or never.
	code   string
	always bool
	// lost: it cannot be translated, and is reported; the operation is off.
	lost bool
}

// conditions translates when a task creates, updates and deletes. An operation
// whose condition cannot be said is switched off.
func (m *importer) conditions(t *task, e *element) {
	create, update, remove := m.condition(t, e, "create"), m.condition(t, e, "update"), m.condition(t, e, "delete")
	if e != nil {
		if id := e.child("changeId"); id != nil && id.text != "false" && id.text != "" {
			t.comments = append(t.comments, "changeId: an account whose address changes is renamed, which the plugin could not do.")
		}
	}
	r := &t.resource
	r.delete = remove.always
	if remove.code != "" && m.counts(t, "delete") {
		m.note(remove.at.textLine, t.what("delete"), "what is deleted depends on the owner being gone alone; it is off (delete = false)")
	}
	switch t.table {
	case "users": // there is nothing to update
		r.create, r.update = create.always || create.code != "", true
		r.when = create.code
	case "identities": // made once, never changed
		r.create, r.update, r.delete = create.always || create.code != "", true, true
		r.when = create.code
	case "mappings": // the plugin makes them in an update, and nothing in a create
		r.create, r.update = update.always || update.code != "", update.always || update.code != ""
		m.whenToo(t, update, update)
	default:
		r.create, r.update = create.always, update.always
		m.whenToo(t, create, update)
	}
}

// whenToo says of a resource that is created and updated when its entries wish
// any of it.
func (m *importer) whenToo(t *task, create, update condition) {
	r := &t.resource
	list := t.service.values != ""
	switch {
	case create.lost || update.lost:
		r.create, r.update = r.create && !create.lost, r.update && !update.lost
	case create.code != "" && create.code == update.code:
		r.when, r.create, r.update = create.code, true, true
		r.both = create.at
	case create.code != "" && update.code == "" && !update.always:
		r.when, r.create = create.code, true
	case create.code != "":
		m.note(create.at.textLine, t.what("create"), "it differs from update, and one condition is for both here; it is off (create = false)")
		r.create = false
	case update.code != "":
		m.note(update.at.textLine, t.what("update"), "it differs from create, and one condition is for both here; it is off (update = false)")
		r.update = false
	case list && create.always && !update.always:
		r.add(settings.Remark("LSC leaves an owner who has some alone; here what is missing is added, and nothing is removed."))
	case list && !create.always && update.always:
		m.note(create.at.textLine, t.what("create"), "LSC adds to what an owner has, but begins with no owner who has none; here nothing is added (create = false)")
	}
}

// left says of a condition of both what becomes of elements for which it no
// longer holds, unless the resource is never updated.
func (m *importer) left(t *task) {
	if t.resource.both != nil && t.resource.update {
		m.note(t.resource.both.textLine, t.what("conditions"), "where they do not hold LSC leaves what stands; here it is removed, as nobody wishes it (update = false keeps it)")
	}
}

// condition reads one; without one it always holds.
func (m *importer) condition(t *task, conditions *element, name string) condition {
	var e *element
	if conditions != nil {
		e = conditions.child(name)
	}
	if e == nil || e.text == "" {
		return condition{at: e, always: true}
	}
	var x script.Expression
	s, err := script.Parse(e.text)
	if err == nil {
		x, err = s.Condition()
	}
	switch {
	case err != nil:
		if !m.counts(t, name) {
			return condition{at: e}
		}
		m.noteScript(e, t.what(name), "it is off ("+name+" = false)", err)
		return condition{at: e, lost: true}
	case x.Always != nil:
		return condition{at: e, always: *x.Always}
	}
	m.readable(t, e, name, x.Attributes)
	return condition{at: e, code: x.Code}
}

// counts tells whether the plugin does anything in an operation.
func (m *importer) counts(t *task, name string) bool {
	switch t.table {
	case "users":
		return name != "update"
	case "identities":
		return name == "create"
	case "mappings":
		return name != "create"
	}
	return true
}
