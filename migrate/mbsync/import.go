package mbsync

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"lockstep/migrate/settings"
)

// Result is a file in the language of Lockstep.
type Result struct {
	// TOML is the configuration, with comments.
	TOML string
	// Untranslated is what is not said in it, or not quite, in the order of the
	// lines. Empty = it does all that the file did.
	Untranslated []Untranslated
}

// Untranslated is a line that was not translated, or not in full.
type Untranslated struct {
	// File and Line that it stands in.
	File string
	Line int
	// What the line says, without secrets.
	What string
	// Why it is not translated, and what to do.
	Why string
}

// String prints file:line, what it is and why, on one line.
func (u Untranslated) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", u.File, u.Line, u.What, u.Why)
}

// Import translates a file; its name is for messages. An error (of class
// Permanent) means that it could not be read at all.
func Import(name string, text []byte) (Result, error) {
	f, err := parse(name, text)
	if err != nil {
		return Result{}, err
	}
	m := &importer{name: name, file: f, stores: map[string]*store{}, byName: map[string]*account{}, taken: map[string]bool{}}
	m.broken()
	m.globals()
	for _, s := range f.sections {
		if s.kind == kindAccount {
			m.readAccount(s)
		}
	}
	for _, s := range f.sections {
		switch s.kind {
		case kindIMAP:
			m.readIMAPStore(s)
		case kindMaildir:
			m.readMaildirStore(s)
		}
	}
	for _, s := range f.sections {
		if s.kind == kindChannel {
			m.readChannel(s)
		}
	}
	for _, s := range f.sections {
		if s.kind == kindGroup {
			m.readGroup(s)
		}
	}
	m.makeLinks()
	m.unread()
	slices.SortStableFunc(m.notes, func(a, b Untranslated) int { return cmp.Compare(a.Line, b.Line) })
	return Result{TOML: m.toml(), Untranslated: m.notes}, nil
}

// importer is one translation.
type importer struct {
	name  string
	file  *file
	notes []Untranslated
	// comments for the head of the configuration.
	comments []string
	accounts []*account
	byName   map[string]*account // of IMAPAccount, by its name in the file
	stores   map[string]*store   // by name in the file
	trees    []*store            // Maildir stores that a link uses
	channels []*channel
	groups   []group
	links    []link
	// taken names of accounts and of links, the latter with a blank before.
	taken map[string]bool
}

// note adds a line that is not translated.
func (m *importer) note(l *line, why string, args ...any) {
	m.notes = append(m.notes, Untranslated{File: m.name, Line: l.number, What: shown(l), Why: settings.Visible(fmt.Sprintf(why, args...))})
}

// longestShown is how much of a line a message shows, in bytes.
const longestShown = 200

// shown is a line without what could be a secret: what commands and unknown
// words are followed by is left out.
func shown(l *line) string {
	text := l.keyword
	if l.broken == "" && plain(l.keyword) {
		for _, a := range l.args {
			if a == "" || strings.ContainsAny(a, " \t\"") {
				a = settings.Quote(a)
			}
			text += " " + a
		}
	}
	if text = settings.Visible(text); len(text) > longestShown {
		cut := longestShown
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "..."
	}
	return text
}

// plain tells whether what follows a keyword may be shown.
func plain(keyword string) bool {
	return slices.ContainsFunc([]string{
		kindAccount, kindIMAP, kindMaildir, kindChannel, kindGroup, "Channels", "Far", "Near", "Master", "Slave", "Path", "Inbox", "SubFolders", "Flatten",
		"MapInbox", "Trash", "TrashNewOnly", "TrashRemoteNew", "InfoDelimiter", "Pattern", "Patterns", "Sync", "Create", "Remove", "Expunge", "ExpungeSolo",
		"MaxSize", "MaxMessages", "ExpireUnread", "ExpireSide", "Host", "Port", "User", "SSLType", "TLSType", "SSLVersion", "SSLVersions", "TLSVersions", "CertificateFile",
		"ClientCertificate", "ClientKey", "SystemCertificates", "AuthMech", "AuthMechs", "CipherString", "PipelineDepth", "DisableExtension", "DisableExtensions",
		"UseKeychain", "UseNamespace", "PathDelimiter", "SubscribedOnly", "Account",
	}, func(k string) bool { return strings.EqualFold(k, keyword) })
}

// broken reports lines that cannot be taken apart, and takes them out.
func (m *importer) broken() {
	out := func(all []*line) []*line {
		return slices.DeleteFunc(all, func(l *line) bool {
			if l.broken != "" {
				m.note(l, "%s; nothing is made of the line", l.broken)
			}
			return l.broken != ""
		})
	}
	m.file.global.lines, m.file.late = out(m.file.global.lines), out(m.file.late)
	for _, s := range m.file.sections {
		s.lines = out(s.lines)
		if s.opened.broken != "" {
			m.note(s.opened, "%s", s.opened.broken)
		}
	}
}

// globals takes note of what is said of everything. Sync and the like are read
// with the channels, which they are the defaults of.
func (m *importer) globals() {
	m.file.global.all("CopyArrivalDate", "SyncState", "FSync", "FieldDelimiter", "BufferLimit")
	m.file.global.all(defaults()...)
	for _, l := range m.file.late {
		m.note(l, "it stands in no section, and below the first; mbsync takes such a line at the top of the file only, or an empty line has cut its section: move it")
	}
}

// unread reports lines that no section knows.
func (m *importer) unread() {
	for _, s := range append([]*section{&m.file.global}, m.file.sections...) {
		for _, l := range s.lines {
			if !l.read {
				m.note(l, "it is not known here, and nothing is made of it")
			}
		}
	}
}

// unique makes a name of accounts or links of one in the file: of letters,
// digits, ".", "-" and "_", and its own.
func (m *importer) unique(group, wish string) string {
	name := strings.TrimLeft(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, wish), ".-")
	name = cmp.Or(name, "mail")
	own := name
	for n := 2; m.taken[group+own]; n++ {
		own = fmt.Sprintf("%s-%d", name, n)
	}
	m.taken[group+own] = true
	return own
}
