package config

import (
	"path"
	"slices"
	"strings"

	"lockstep/core"
)

// Pattern names collections by path or, written \Sent, by role. In a path *
// is any text within one level, ** any levels, ? one character, [a-z] one of
// them, and \ takes the meaning from the next character. A first level
// [Gmail] or [Google Mail] stands for itself.
type Pattern struct {
	text   string
	role   core.Role
	levels []string
}

// String prints the pattern as it was written.
func (p Pattern) String() string { return p.text }

// roleNames are the roles as IMAP writes them.
func roleNames() []string {
	return []string{`\Inbox`, `\Sent`, `\Drafts`, `\Trash`, `\Junk`, `\Archive`, `\All`, `\Outbox`}
}

// ParsePattern reads a pattern.
func ParsePattern(text string) (Pattern, error) {
	p := Pattern{text: text}
	if len(text) > 1 && text[0] == '\\' && (text[1] >= 'A' && text[1] <= 'Z' || text[1] >= 'a' && text[1] <= 'z') {
		i := slices.IndexFunc(roleNames(), func(r string) bool { return strings.EqualFold(r, text) })
		if i < 0 {
			return Pattern{}, problem(didYouMean(text, roleNames()), "%s is not a role", quote(text))
		}
		p.role = core.Role(strings.ToLower(roleNames()[i][1:]))
		return p, nil
	}
	p.levels = strings.Split(inbox(text), "/")
	for i, level := range p.levels {
		if i == 0 && (level == "[Gmail]" || level == "[Google Mail]") {
			p.levels[i] = `\` + level
		}
		switch _, err := path.Match(level, ""); {
		case level == "":
			return Pattern{}, problem("write levels joined by single slashes", "%s has an empty level", quote(text))
		case err != nil:
			return Pattern{}, problem(`close each [, and write \[ for a [ in a name`, "%s is not a pattern", quote(text))
		case level != "**" && strings.Contains(level, "**"):
			return Pattern{}, problem("write Lists/** for all below Lists", "in %s ** does not stand between slashes", quote(text))
		}
	}
	return p, nil
}

// Match tells whether the pattern names a collection of this path and role.
func (p Pattern) Match(at string, role core.Role) bool {
	if p.role != core.RoleNone {
		return p.role == role
	}
	names := strings.Split(inbox(at), "/")
	// fits[j]: the levels so far match the first j names.
	fits := make([]bool, len(names)+1)
	fits[0] = true
	for i, level := range p.levels {
		next := make([]bool, len(names)+1)
		for j := range next {
			switch {
			case level == "**" && i == len(p.levels)-1: // all below, not itself
				next[j] = j > 0 && (next[j-1] || fits[j-1])
			case level == "**":
				next[j] = fits[j] || j > 0 && next[j-1]
			case j > 0 && fits[j-1]:
				next[j], _ = path.Match(level, names[j-1])
			}
		}
		fits = next
	}
	return fits[len(names)]
}

// Names tells whether the pattern names one collection, not all that look
// alike.
func (p Pattern) Names() bool {
	if p.role != core.RoleNone {
		return true
	}
	for _, level := range p.levels {
		for i := 0; i < len(level); i++ {
			switch level[i] {
			case '\\':
				i++
			case '*', '?', '[':
				return false
			}
		}
	}
	return true
}

// quoted prints patterns as TOML.
func quoted(all []Pattern) string {
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = p.text
	}
	return quoteList(texts)
}
