package mbsync

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"lockstep/core"
	"lockstep/migrate/settings"
)

// MostBytes is how long a file may be.
const MostBytes = 1 << 20

// line of the file, taken apart.
type line struct {
	number int
	// keyword as it is written.
	keyword string
	args    []string
	// broken is why the words after the keyword cannot be told apart; "" = they
	// can.
	broken string
	read   bool
}

// arg is the first word after the keyword; "" = there is none, or no line.
func (l *line) arg() string {
	if l == nil || len(l.args) == 0 {
		return ""
	}
	return l.args[0]
}

// is tells whether the first word is one of these, in any case of letters.
func (l *line) is(words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, l.arg()) })
}

// section is what stands from a line that opens one to the next empty line.
type section struct {
	kind, name string
	opened     *line
	lines      []*line
}

// file is a configuration in sections.
type file struct {
	// global lines stand in no section; late are those of them below the first.
	global   section
	late     []*line
	sections []*section
}

// kinds of section, by the keyword that opens one.
const (
	kindAccount = "IMAPAccount"
	kindIMAP    = "IMAPStore"
	kindMaildir = "MaildirStore"
	kindChannel = "Channel"
	kindGroup   = "Group"
)

// parse takes a file apart. Errors are of class Permanent and name the line.
func parse(name string, text []byte) (*file, error) {
	wrong := func(at int, remedy, format string, args ...any) error {
		return &core.Error{Op: "import mbsync", Class: core.Permanent, Thing: fmt.Sprintf("%s:%d", name, at), Remedy: remedy, Err: fmt.Errorf(format, args...)}
	}
	if len(text) > MostBytes {
		return nil, wrong(1, "check that it is the configuration of mbsync", "the file is longer than %d bytes", MostBytes)
	}
	f := &file{global: section{opened: &line{}}}
	var in *section
	number := 0
	for raw := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		number++
		if !utf8.ValidString(raw) {
			return nil, wrong(number, "save the file as UTF-8", "the line is not UTF-8")
		}
		trimmed := strings.TrimSpace(raw)
		switch {
		case trimmed == "":
			in = nil // an empty line ends a section; one with a comment does not
			continue
		case trimmed[0] == '#':
			continue
		}
		l := words(trimmed)
		l.number = number
		if kind := opens(l, in); kind != "" {
			in = &section{kind: kind, name: l.arg(), opened: l}
			l.read = true
			f.sections = append(f.sections, in)
			continue
		}
		switch {
		case in != nil:
			in.lines = append(in.lines, l)
		case len(f.sections) > 0:
			f.late = append(f.late, l)
		default:
			f.global.lines = append(f.global.lines, l)
		}
	}
	if len(f.sections) == 0 {
		return nil, wrong(max(number, 1), "give the .mbsyncrc or isyncrc of mbsync", "it has no section such as IMAPStore or Channel")
	}
	return f, nil
}

// opens tells what a line opens; "" = nothing. Within a Group, Channel names
// more of its channels.
func opens(l *line, in *section) string {
	for _, kind := range []string{kindAccount, kindIMAP, kindMaildir, kindChannel, kindGroup} {
		if strings.EqualFold(l.keyword, kind) && !(kind == kindChannel && in != nil && in.kind == kindGroup) {
			return kind
		}
	}
	return ""
}

// words takes a line apart: words in double quotes may hold blanks, and a
// backslash takes the meaning of the next character.
func words(text string) *line {
	l := &line{}
	if !settings.Printable(strings.ReplaceAll(text, "\t", " ")) {
		l.broken = "it holds a character that cannot be printed"
	}
	var all []string
	var word strings.Builder
	inside, quoted, escaped := false, false, false
	for _, r := range text {
		blank := r == ' ' || r == '\t'
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\':
			inside, escaped = true, true
		case r == '"':
			inside, quoted = true, !quoted
		case blank && !quoted:
			if inside {
				all = append(all, word.String())
				word.Reset()
			}
			inside = false
		case r == '#' && !inside:
			l.keyword, l.args = head(all)
			return l
		default:
			word.WriteRune(r)
			inside = true
		}
	}
	if quoted || escaped {
		l.broken = "its quotes are not closed"
	}
	if inside {
		all = append(all, word.String())
	}
	l.keyword, l.args = head(all)
	return l
}

func head(all []string) (string, []string) {
	if len(all) == 0 {
		return "", nil
	}
	return all[0], all[1:]
}

// all returns the lines of a keyword, in any of its spellings, and marks them as
// read.
func (s *section) all(names ...string) (out []*line) {
	for _, l := range s.lines {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, l.keyword) }) {
			l.read = true
			out = append(out, l)
		}
	}
	return out
}

// last is the line of a keyword that counts; nil = there is none.
func (s *section) last(names ...string) *line {
	if all := s.all(names...); len(all) > 0 {
		return all[len(all)-1]
	}
	return nil
}
