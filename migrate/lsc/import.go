package lsc

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/migrate/lsc/script"
)

// Options are what LSC is told outside of its file.
type Options struct {
	// LocalCopy: the JVM had -Dallow.synchronize.local.copy.forwards=true.
	LocalCopy bool
	// Domains of DOMAIN_LIST_TO_SYNCHRONIZE; empty = it was not set.
	Domains []string
}

// Result is a file in the language of Lockstep.
type Result struct {
	// TOML is the configuration, with comments.
	TOML string
	// Untranslated is what is not said in it, or not quite, in the order of the
	// lines. Empty = it does all that the file did.
	Untranslated []Untranslated
}

// File is an lsc.xml.
type File struct {
	// Name of the file, for messages.
	Name string
	Text []byte
}

// Untranslated is a part of a file that was not translated, or not in full.
type Untranslated struct {
	// File and Line that it stands in.
	File string
	Line int
	// What it is, and of what task or connection.
	What string
	// Why it is not translated, and what became of it.
	Why string
	// Script that it is about, on one line; "" = none.
	Script string
}

// String prints file:line, what it is and why, on one line.
func (u Untranslated) String() string {
	s := fmt.Sprintf("%s:%d: %s: %s", u.File, u.Line, u.What, u.Why)
	if u.Script != "" {
		s += ": " + u.Script
	}
	return s
}

// Import translates files into one configuration: a connection that several of
// them have is one account, and tasks that go together are one link. An error
// (of class Permanent) means that a file could not be read at all.
func Import(files []File, options Options) (Result, error) {
	m := &importer{options: options, accounts: map[*connection]*account{}}
	var roots []*element
	for _, f := range files {
		root, err := parse(f.Name, f.Text)
		if err != nil {
			return Result{}, err
		}
		if err := checkRoot(f.Name, root); err != nil {
			return Result{}, err
		}
		m.file, m.files = f.Name, append(m.files, f.Name)
		roots = append(roots, root)
		m.root(root)
	}
	m.makeLinks()
	for i, root := range roots {
		m.file = m.files[i]
		root.unread(func(e *element) {
			m.note(e.line, fmt.Sprintf("<%s>", e.name.Local), "it is not known, and nothing is made of it")
		})
	}
	slices.SortStableFunc(m.notes, func(a, b Untranslated) int {
		return cmp.Or(cmp.Compare(slices.Index(m.files, a.File), slices.Index(m.files, b.File)), cmp.Compare(a.Line, b.Line))
	})
	return Result{TOML: m.toml(), Untranslated: m.notes}, nil
}

func checkRoot(file string, root *element) error {
	remedy := "give the lsc.xml of LSC 2.1, 2.2 or 2.3"
	wrong := func(format string, args ...any) error {
		return &core.Error{Op: "import lsc", Class: core.Permanent, Thing: fmt.Sprintf("%s:%d", file, root.line), Remedy: remedy, Err: fmt.Errorf(format, args...)}
	}
	if root.name.Local != "lsc" {
		return wrong("its root is <%s>, not <lsc>", root.name.Local)
	}
	version, ours := strings.CutPrefix(root.name.Space, schemaBefore)
	if version = strings.TrimSuffix(version, ".xsd"); !ours || !slices.Contains([]string{"2.1", "2.2", "2.3"}, version) {
		return wrong("its schema %q is not one that is read", root.name.Space)
	}
	root.read = true
	return nil
}

// importer is one translation.
type importer struct {
	// files by name, and the one that is being read.
	files   []string
	file    string
	options Options
	notes   []Untranslated
	// comments for the head of the configuration.
	comments    []string
	connections []*connection
	tasks       []*task
	// accounts that were made of connections, in the order of their use.
	accounts map[*connection]*account
	used     []*account
	links    []*link
	// secrets of the file, which no message may show.
	secrets []string
}

// root reads the parts of the file.
func (m *importer) root(root *element) {
	if e := root.child("connections"); e != nil {
		m.readConnections(e)
	}
	if e := root.child("audits"); e != nil {
		m.readAudits(e)
	}
	if e := root.child("tasks"); e != nil {
		for t := e.child("task"); t != nil; t = e.child("task") {
			m.readTask(t)
		}
	}
	if e := root.child("security"); e != nil {
		m.note(e.line, "<security>", "values that LSC encrypted cannot be decrypted here; write passwords in clear into the files that the accounts name")
		e.skip()
	}
}

// readAudits takes note of audits: there always is one.
func (m *importer) readAudits(e *element) {
	for _, c := range e.children {
		if c.is("csvAudit") || c.is("ldifAudit") {
			m.comments = append(m.comments, fmt.Sprintf("The audit %s (%s:%d): every change is written to audit.jsonl in the state of its link.", shown(c.value("name")), m.file, c.line))
			c.skip()
		}
	}
}

// note adds a part that is not translated.
func (m *importer) note(line int, what, why string, args ...any) {
	m.notes = append(m.notes, Untranslated{File: m.file, Line: line, What: what, Why: m.masked(fmt.Sprintf(why, args...))})
}

// noteScript adds a script that is not translated.
func (m *importer) noteScript(e *element, what, became string, err error) {
	line, why := e.textLine, err.Error()
	var wrong *script.Error
	if errors.As(err, &wrong) {
		line += wrong.Line
	}
	if became != "" {
		why += "; " + became
	}
	m.notes = append(m.notes, Untranslated{File: m.file, Line: line, What: what, Why: m.masked(why), Script: shown(m.masked(e.text))})
}

// secret takes note of a password; a short one is hidden in quotes only, as it
// may be part of any word.
func (m *importer) secret(password string) {
	const short = 4
	switch {
	case password == "":
	case len(password) > short:
		m.secrets = append(m.secrets, password)
	default:
		m.secrets = append(m.secrets, `"`+password+`"`, "'"+password+"'")
	}
}

// masked hides the passwords of the file.
func (m *importer) masked(text string) string {
	for _, s := range m.secrets {
		text = strings.ReplaceAll(text, s, "***")
	}
	return text
}

// longestShown is how much of a text of the file a message shows, in bytes.
const longestShown = 300

// shown is a text of the file on one line.
func shown(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > longestShown {
		text = strings.ToValidUTF8(text[:longestShown], "") + "..."
	}
	return text
}
