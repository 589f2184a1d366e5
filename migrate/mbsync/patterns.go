package mbsync

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/format/utf7"
	"lockstep/migrate/settings"
)

// pattern of a channel: names of folders, * for any text and % for any text
// within one level.
type pattern struct {
	text    string // with names decoded
	exclude bool
}

// readPatterns reads the words of all Patterns lines, in their order.
func readPatterns(lines []*line) (all []pattern) {
	for _, l := range lines {
		for _, w := range l.args {
			text, exclude := strings.CutPrefix(w, "!")
			all = append(all, pattern{text: decoded(text), exclude: exclude})
		}
	}
	return all
}

// decoded is a name as people read it: mbsync writes names as IMAP servers do
// (modified UTF-7).
func decoded(name string) string {
	if text, ok := utf7.Decode(name); ok {
		return text
	}
	return name
}

// wild tells whether a pattern names more than one folder.
func (p pattern) wild() bool { return strings.ContainsAny(p.text, "*%") }

// matches tells whether a pattern is about a folder.
func (p pattern) matches(name string) bool {
	if strings.EqualFold(p.text, "INBOX") {
		return strings.EqualFold(name, "INBOX")
	}
	return match(p.text, name)
}

func match(glob, name string) bool {
	// fits[j]: the glob so far matches the first j bytes of the name.
	fits := make([]bool, len(name)+1)
	fits[0] = true
	for i := range len(glob) {
		next := make([]bool, len(name)+1)
		for j := range next {
			switch glob[i] {
			case '*':
				next[j] = fits[j] || j > 0 && next[j-1]
			case '%':
				next[j] = fits[j] || j > 0 && next[j-1] && name[j-1] != '/'
			default:
				next[j] = j > 0 && fits[j-1] && name[j-1] == glob[i]
			}
		}
		fits = next
	}
	return fits[len(name)]
}

// selects tells whether a folder takes part: the last pattern that matches says
// so.
func selects(all []pattern, name string) bool {
	for _, p := range slices.Backward(all) {
		if p.matches(name) {
			return !p.exclude
		}
	}
	return false
}

// block is what one link can say of patterns: what is in, but for what is out.
type block struct{ folders, exclude []pattern }

// blocks says the same as patterns of which the last that matches counts. Each
// run of names that are in is a block, and leaves out what is excluded after it
// and what a later block takes.
func blocks(all []pattern) (out []block) {
	for i := 0; i < len(all); {
		if all[i].exclude {
			i++
			continue
		}
		var b block
		for ; i < len(all) && !all[i].exclude; i++ {
			b.folders = append(b.folders, all[i])
		}
		b.exclude = slices.Clone(all[i:])
		out = append(out, b)
	}
	return out
}

// mostStars in a pattern: each doubles what it is written as here.
const mostStars = 3

// globs writes a pattern in the language of folders: * within a level, ** for
// any levels.
func (p pattern) globs() ([]string, error) {
	if strings.EqualFold(p.text, "INBOX") {
		return []string{"INBOX"}, nil
	}
	text := p.text
	for strings.Contains(text, "**") || strings.Contains(text, "*%") || strings.Contains(text, "%*") || strings.Contains(text, "%%") {
		text = strings.NewReplacer("**", "*", "*%", "*", "%*", "*", "%%", "%").Replace(text)
	}
	if strings.Count(text, "*") > mostStars {
		return nil, fmt.Errorf("it has more than %d *", mostStars)
	}
	out := []string{""}
	pieces := strings.Split(text, "*")
	for i, piece := range pieces {
		for j := range out {
			out[j] += literal(piece, out[j] == "", i == len(pieces)-1)
		}
		if i == len(pieces)-1 {
			break
		}
		last := i == len(pieces)-2 && pieces[i+1] == ""
		var next []string
		for _, o := range out {
			start := o == "" || strings.HasSuffix(o, "/")
			switch {
			case start && last:
				next = append(next, o+"**")
			case start:
				next = append(next, o+"**/*")
			case last:
				next = append(next, o+"*", o+"*/**")
			default:
				next = append(next, o+"*", o+"*/**/*")
			}
		}
		out = next
	}
	for _, o := range out {
		for level := range strings.SplitSeq(o, "/") {
			if level == "" {
				return nil, fmt.Errorf("it has an empty level")
			}
			if level != "**" && strings.Contains(level, "**") {
				return nil, fmt.Errorf("it cannot be said here")
			}
		}
	}
	if !settings.Printable(text) {
		return nil, fmt.Errorf("it holds a character that cannot be printed")
	}
	return out, nil
}

// literal writes text between stars, whose % are * here. first and last tell
// whether it begins and ends the pattern.
func literal(text string, first, last bool) string {
	var b strings.Builder
	level, _, more := strings.Cut(text, "/")
	if first && (level == "[Gmail]" || level == "[Google Mail]") && (more || last) {
		b.WriteString(level) // stands for itself, if it is a level of its own
		text = strings.TrimPrefix(text, level)
	}
	for _, r := range text {
		switch r {
		case '%':
			b.WriteByte('*')
		case '?', '[', '\\':
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
