package vdirsyncer

import (
	"path"
	"strings"
	"unicode/utf8"

	"lockstep/core"
	"lockstep/migrate/settings"
)

// storage is one storage of the file: the account that is made of it.
type storage struct {
	section  *section
	account  string
	settings []settings.Setting
	kind     core.Kind
	// path of a directory, and place, which tells whether two storages are one.
	path, place string
	// collection is the name of the collection that the storage itself is, where a
	// pair has collections = null; "" = it cannot be one.
	collection string
	// local: a directory of this machine, of which an account is made if it is used
	// as one of collections.
	local, used bool
	// readOnly and noDelete as they are said, or nil.
	readOnly, noDelete *option
	unusable           bool
}

func (st *storage) add(all ...settings.Setting) { st.settings = append(st.settings, all...) }

// readStorage translates a storage.
func (m *importer) readStorage(s *section) {
	st := &storage{section: s}
	m.storages[s.name] = st
	typ := s.find("type")
	text, _ := typ.string()
	switch text {
	case "filesystem", "filesystem/vcard", "filesystem/icalendar":
		m.filesystem(st, text)
	case "carddav":
		st.kind = core.Contact
		m.dav(st, text)
	case "caldav":
		st.kind = core.Event
		m.dav(st, text)
	case "google_contacts", "google_calendar":
		m.refuse(st, typ, "the login of Google with client_id and client_secret has no equal; nothing is made of the storage. An account with auth = \"bearer\" takes a token that a command prints")
	case "http":
		m.refuse(st, typ, "a file on the web is not kept in step; nothing is made of the storage")
	case "singlefile":
		m.refuse(st, typ, "one file with many items is not kept in step; nothing is made of the storage. Split it into a directory with one file for each item")
	case "":
		m.refuse(st, s.header, "it has no type; nothing is made of it")
	default:
		m.refuse(st, typ, "there is nothing like this type; nothing is made of the storage")
	}
	if st.unusable {
		s.skip()
		return
	}
	st.readOnly, st.noDelete = m.flag(s, "read_only"), m.flag(s, "no_delete")
	st.account = m.unique("", s.name)
	m.password(st) // whose file bears the account's name
	m.accounts = append(m.accounts, st)
}

// refuse reports that nothing is made of a storage.
func (m *importer) refuse(st *storage, o *option, why string, args ...any) {
	m.note(o, why, args...)
	st.unusable = true
}

// flag finds an option that is true; nil = it is not there, or false.
func (m *importer) flag(s *section, key string) *option {
	o := s.find(key)
	if o.none() {
		return nil
	}
	is, known := o.truth()
	if !known {
		m.note(o, "it is neither true nor false; false is taken")
	}
	if !is {
		return nil
	}
	return o
}

// filesystem translates a directory.
func (m *importer) filesystem(st *storage, typ string) {
	s := st.section
	st.local = true
	at, ext := s.find("path"), s.find("fileext")
	extension, _ := ext.string()
	kinds := map[string]core.Kind{".vcf": core.Contact, ".ics": core.Event}
	said := map[string]core.Kind{"filesystem/vcard": core.Contact, "filesystem/icalendar": core.Event}[typ]
	st.kind = kinds[extension]
	switch {
	case at == nil:
		m.refuse(st, s.header, "it has no path; nothing is made of it")
		return
	case ext == nil && said != "":
		st.kind = said
	case ext == nil:
		m.refuse(st, s.header, "it has no fileext; nothing is made of it")
		return
	case st.kind == "":
		m.refuse(st, ext, "files of items are called .vcf or .ics here; nothing is made of the storage. Rename its files")
		return
	case said != "" && said != st.kind:
		m.refuse(st, ext, "it does not go with the type; nothing is made of the storage")
		return
	}
	folder, text := at.string()
	switch {
	case !text || !settings.ValidPath(folder):
		m.refuse(st, at, "the path cannot be used here; nothing is made of the storage. Write it in full")
		return
	case folder[0] != '/' && folder[0] != '~':
		m.note(at, "a relative path begins where the new configuration lies; write it in full")
	}
	folder = path.Clean(folder)
	st.place, st.path, st.collection = folder, folder, collectionName(path.Base(folder))
	st.add(settings.Quoted("type", "vdir"), settings.Quoted("path", folder))
	if o := s.find("encoding"); !o.none() {
		if name, _ := o.string(); !strings.EqualFold(strings.ReplaceAll(name, "-", ""), "utf8") {
			m.note(o, "files are UTF-8; convert them before the first sync")
		}
	}
	if o := s.find("fileignoreext"); !o.none() {
		if name, _ := o.string(); name != ".tmp" && strings.HasSuffix(name, extension) {
			m.note(o, "every file called %s is an item; move the others away", extension)
		}
	}
	for _, key := range []string{"post_hook", "pre_deletion_hook"} {
		if o := s.find(key); !o.none() {
			m.note(o, "no command is run for each file; after_sync of a link is one that runs after a pass that changed something")
		}
	}
}

// collectionName is a name as the path of a collection has it, in which a %
// stands before a code; "" = it cannot be one.
func collectionName(name string) string {
	if name == "" || name == "." || name == ".." || name == "~" || strings.Contains(name, "/") || !settings.Printable(name) || !utf8.ValidString(name) {
		return ""
	}
	return strings.ReplaceAll(name, "%", "%25")
}
