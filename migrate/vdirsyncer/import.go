package vdirsyncer

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
	all, err := parse(name, text)
	if err != nil {
		return Result{}, err
	}
	m := &importer{name: name, storages: map[string]*storage{}, taken: map[string]bool{}}
	seen := map[string]bool{}
	for _, s := range all {
		m.broken(s)
		switch {
		case s.kind == kindGeneral && s.name == kindGeneral:
			s.find("status_path") // what was synced is remembered elsewhere
		case s.kind != kindPair && s.kind != kindStorage || s.name == s.kind:
			m.note(s.header, "it is none of [general], [pair NAME] and [storage NAME]; nothing is made of it")
			s.skip()
		case seen[s.name]:
			m.note(s.header, "another section has this name; this one is left out")
			s.skip()
		case s.kind == kindStorage:
			m.readStorage(s)
		default:
			m.pairs = append(m.pairs, s)
		}
		if s.kind == kindPair || s.kind == kindStorage {
			seen[s.name] = true
		}
	}
	for _, s := range m.pairs {
		m.readPair(s)
	}
	for _, s := range all {
		for _, o := range s.options {
			if !o.read {
				m.note(o, "it is not known here, and nothing is made of it")
			}
		}
	}
	slices.SortStableFunc(m.notes, func(a, b Untranslated) int { return cmp.Compare(a.Line, b.Line) })
	return Result{TOML: m.toml(), Untranslated: m.notes}, nil
}

// importer is one translation.
type importer struct {
	name  string
	notes []Untranslated
	pairs []*section
	// storages by their names in the file, and those that an account is made of
	// in order.
	storages map[string]*storage
	accounts []*storage
	links    []link
	// taken names of accounts and of links, the latter with a blank before.
	taken map[string]bool
}

// broken reports lines that are no options, and takes them out.
func (m *importer) broken(s *section) {
	s.options = slices.DeleteFunc(s.options, func(o *option) bool {
		if o.broken != "" {
			m.note(o, "%s; nothing is made of the line", o.broken)
		}
		return o.broken != ""
	})
}

// note adds a line that is not translated.
func (m *importer) note(o *option, why string, args ...any) {
	m.notes = append(m.notes, Untranslated{File: m.name, Line: o.number, What: shown(o), Why: settings.Visible(fmt.Sprintf(why, args...))})
}

// longestShown is how much of a line a message shows, in bytes.
const longestShown = 200

// shown is an option without what could be a secret: of commands, addresses and
// what is not known only the key is shown.
func shown(o *option) string {
	text := o.key
	if o.broken == "" && plain(o.key) {
		text += " = " + o.text
	}
	if text = strings.Join(strings.Fields(settings.Visible(text)), " "); len(text) > longestShown {
		cut := longestShown
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "..."
	}
	return text
}

// plain tells whether the value of an option may be shown.
func plain(key string) bool {
	return slices.Contains([]string{
		"a", "b", "collections", "conflict_resolution", "partial_sync", "metadata", "implicit", "type", "read_only", "no_delete", "path", "fileext",
		"fileignoreext", "encoding", "username", "verify", "verify_fingerprint", "auth", "auth_cert", "useragent", "use_vcard_4", "item_types",
		"start_date", "end_date", "token_file", "email", "secrets_dir", "db_path",
	}, key)
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
	name = cmp.Or(name, "dav")
	own := name
	for n := 2; m.taken[group+own]; n++ {
		own = fmt.Sprintf("%s-%d", name, n)
	}
	m.taken[group+own] = true
	return own
}
