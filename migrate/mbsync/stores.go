package mbsync

import (
	"path"
	"strings"

	"lockstep/migrate/settings"
)

// store is a set of folders, on a server or on this machine.
type store struct {
	name    string
	section *section
	account *account
	maildir bool
	maxSize *line
	trash   *line

	// Of a Maildir: where its folders lie, without a slash at the end ("" =
	// nowhere), and where its INBOX does.
	path, inbox string
	// flatten replaces the / of folders on the disk; "" = it is not set.
	flatten string
	// pathLine, flattenLine and legacy are to be named when a folder cannot be
	// linked for them; nil = there is none.
	flattenLine, legacy *line
	used                bool
}

// keep enters a store under its name.
func (m *importer) keep(s *section) *store {
	if m.stores[s.name] != nil {
		m.note(s.opened, "there are two stores of this name; this one is left out")
		s.skip()
		return nil
	}
	st := &store{name: s.name, section: s, maxSize: s.last("MaxSize"), trash: s.last("Trash")}
	m.stores[s.name] = st
	if l := s.last("MapInbox"); l != nil {
		m.note(l, "a second name of INBOX has no equal; name the folder in map of the link")
	}
	for _, l := range s.all("TrashNewOnly", "TrashRemoteNew") {
		if !l.is("no", "false", "off") {
			m.note(l, "whatever is deleted on this machine is kept for undo, and what is deleted on a server goes where trash of the link says")
		}
	}
	return st
}

// readIMAPStore translates an IMAPStore.
func (m *importer) readIMAPStore(s *section) {
	st := m.keep(s)
	if st == nil {
		return
	}
	if l := s.last("Account"); l != nil {
		st.account = m.byName[l.arg()]
		if st.account == nil {
			m.note(l, "there is no IMAPAccount of this name; nothing is made of the store")
			st.account = &account{unusable: true}
			s.skip()
			return
		}
	} else {
		st.account = &account{}
		m.server(s, st.account)
	}
	if l := s.last("Path"); l != nil && l.arg() != "" {
		m.note(l, "the prefix of the account's folders is what the server tells (NAMESPACE), and paths are without it; where the server tells another one, write it before the folders of the link")
	}
	if l := s.last("UseNamespace"); l != nil && l.is("no", "false", "off") {
		m.note(l, "what the server tells of the prefix of its folders (NAMESPACE) counts")
	}
	for _, l := range s.all("PathDelimiter") {
		m.note(l, "what the server tells counts")
	}
	if l := s.last("SubscribedOnly"); l != nil && !l.is("no", "false", "off") {
		m.note(l, "subscriptions do not count; name the folders in folders of the link")
	}
	if st.flattenLine = s.last("Flatten"); st.flattenLine != nil {
		st.flatten = st.flattenLine.arg()
	}
}

// readMaildirStore translates a MaildirStore.
func (m *importer) readMaildirStore(s *section) {
	st := m.keep(s)
	if st == nil {
		return
	}
	st.maildir, st.account = true, &account{}
	s.all("AltMap") // how UIDs are kept beside the messages: no matter here
	if l := s.last("InfoDelimiter"); l != nil && l.arg() != ":" {
		m.note(l, "names with : ! or ; before the flags are read; new ones are written with :")
	}
	if st.trash != nil {
		m.note(st.trash, "what is deleted on this machine is kept for undo (undo_days of the link), not in a folder")
	}
	inbox, at, sub := s.last("Inbox"), s.last("Path"), s.last("SubFolders")
	st.inbox = "~/Maildir"
	if inbox != nil {
		st.inbox = inbox.arg()
	}
	if st.flattenLine = s.last("Flatten"); st.flattenLine != nil {
		st.flatten = st.flattenLine.arg()
	}
	layout := "nested"
	switch {
	case sub == nil || st.flatten != "" || sub.is("Verbatim"):
	case sub.is("Maildir++"):
		layout = "maildir++"
		st.path = st.inbox
	case sub.is("Legacy"):
		st.legacy = sub
	default:
		m.note(sub, "it is none of Verbatim, Maildir++ and Legacy; Verbatim is taken")
	}
	if layout == "nested" && at.arg() != "" {
		if !strings.HasSuffix(at.arg(), "/") {
			m.note(at, "without a / at its end it is the beginning of the names of folders, not a folder; only INBOX is linked")
		} else {
			st.path = strings.TrimSuffix(at.arg(), "/")
			if st.path == "" {
				st.path = "/"
			}
		}
	}
	for _, l := range []*line{inbox, at} {
		switch {
		case l == nil:
		case !settings.ValidPath(l.arg()):
			m.note(l, "the path cannot be used here; nothing is made of the store. Write it in full")
			st.account.unusable = true
		case l.arg()[0] != '/' && l.arg()[0] != '~':
			m.note(l, "a relative path begins where the new configuration lies; write it in full")
		}
	}
	st.inbox = path.Clean(st.inbox)
	if st.path != "" {
		st.path = path.Clean(st.path)
		st.account.add(settings.Quoted("type", "maildir"), settings.Quoted("path", st.path), settings.Quoted("layout", layout))
		st.account.place = st.path
	}
}

// use makes an account of a Maildir store that has a tree, once.
func (m *importer) use(st *store) {
	if st.maildir && !st.used {
		st.used = true
		st.account.name = m.unique("", st.name)
		m.trees = append(m.trees, st)
	}
}

// inboxPath is the path of INBOX within the tree, as Lockstep sees it. false =
// INBOX lies elsewhere.
func (st *store) inboxPath() (string, bool) {
	if !st.maildir || st.inbox == st.path {
		return "INBOX", true
	}
	rest, below := strings.CutPrefix(st.inbox, strings.TrimSuffix(st.path, "/")+"/")
	switch {
	case st.path == "" || !below || !validFolder(rest):
		return "", false
	case strings.EqualFold(rest, "INBOX"):
		return "INBOX", true
	}
	return rest, true
}

// validFolder tells whether the configuration takes the path of a folder.
func validFolder(p string) bool {
	for level := range strings.SplitSeq(p, "/") {
		if level == "" || level == "." || level == ".." {
			return false
		}
	}
	return settings.Printable(p)
}
