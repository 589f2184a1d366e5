package script

import (
	"fmt"
	"regexp"
	"strings"
)

// Script is a dialogue.
type Script struct {
	Name  string
	Needs []string
	// Bare scripts log in by themselves.
	Bare  bool
	steps []step
}

// step is one line the client sends, or waits for, with what must be answered.
type step struct {
	at      int // line of the file
	conn    string
	lines   []sent
	tagged  bool // the first line begins a command
	deflate bool // afterwards both sides compress
	wait    bool // send nothing, wait for expect[0]
	expect  []string
	never   []string
}

// sent is a line of the client, and the literal that it may end with.
type sent struct{ text, literal string }

// Parse reads a script.
func Parse(name, text string) (Script, error) {
	s := Script{Name: name}
	mark := regexp.MustCompile(`^([CSNLWZ]|NEED|BARE|C\+)(\d?)([:>]) ?(.*)$`)
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		m := mark.FindStringSubmatch(line)
		if m == nil {
			return s, fmt.Errorf("%s:%d: not a line of a script: %q", name, i+1, line)
		}
		kind, conn, rest := m[1], m[2], m[4]
		if kind == "BARE" {
			s.Bare = true
			continue
		}
		if kind == "NEED" {
			s.Needs = append(s.Needs, strings.Fields(rest)...)
			continue
		}
		if kind == "C" || kind == "W" || kind == "Z" {
			st := step{at: i + 1, conn: conn, tagged: m[3] == ":", wait: kind == "W", deflate: kind == "Z"}
			if st.wait {
				st.expect = []string{rest}
			} else {
				st.lines = []sent{{text: rest}}
			}
			s.steps = append(s.steps, st)
			continue
		}
		if len(s.steps) == 0 {
			return s, fmt.Errorf("%s:%d: an answer before a command", name, i+1)
		}
		last := &s.steps[len(s.steps)-1]
		if (kind == "L" || kind == "C+") && len(last.lines) == 0 {
			return s, fmt.Errorf("%s:%d: a literal without a command", name, i+1)
		}
		switch kind {
		case "S":
			last.expect = append(last.expect, rest)
		case "N":
			last.never = append(last.never, rest)
		case "L":
			last.lines[len(last.lines)-1].literal += rest + "\r\n"
		case "C+":
			last.lines = append(last.lines, sent{text: rest})
		}
	}
	return s, nil
}

// vars are what a script knows; scripts write to it.
type vars map[string]string

// fill puts variables into a line to send.
func (v vars) fill(text string) string {
	return regexp.MustCompile(`\$[a-z]+`).ReplaceAllStringFunc(text, func(name string) string {
		if value, known := v[name[1:]]; known {
			return value
		}
		return name
	})
}

// pattern compiles a line to expect.
func (v vars) pattern(text string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString("^")
	rest := v.fill(text)
	token := regexp.MustCompile(`\.\.\.|<[a-z]+>`)
	for {
		at := token.FindStringIndex(rest)
		if at == nil {
			break
		}
		b.WriteString(regexp.QuoteMeta(rest[:at[0]]))
		if word := rest[at[0]:at[1]]; word == "..." {
			b.WriteString("(?s:.*)")
		} else {
			b.WriteString("(?P" + word + `[^ ()\[\]"]+)`)
		}
		rest = rest[at[1]:]
	}
	b.WriteString(regexp.QuoteMeta(rest) + "$")
	return regexp.Compile(b.String())
}

// match compares a line with a pattern and keeps the words it names.
func (v vars) match(pattern, line string) (bool, error) {
	re, err := v.pattern(pattern)
	if err != nil {
		return false, err
	}
	m := re.FindStringSubmatch(line)
	if m == nil {
		return false, nil
	}
	for i, name := range re.SubexpNames() {
		if name != "" {
			v[name] = m[i]
		}
	}
	return true, nil
}
