package dav

import (
	"fmt"
	"regexp"
	"strings"
)

// Script is a dialogue.
type Script struct {
	Name  string
	Needs []string
	steps []step
}

// step is a request and what must be answered.
type step struct {
	at           int // line of the file
	as           string
	method, path string
	headers      []string
	body         []string
	expect       []expectation
}

// expectation is one line that the answer is held to.
type expectation struct {
	at         int
	kind, text string
}

// Parse reads a script.
func Parse(name, text string) (Script, error) {
	s := Script{Name: name}
	mark := regexp.MustCompile(`^(NEED|AS|C|H|B|S|SH|NH|T|NT|R|NR|X|NX|N|NOXML):(?: (.*))?$`)
	as := ""
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		m := mark.FindStringSubmatch(line)
		if m == nil {
			return s, fmt.Errorf("%s:%d: not a line of a script: %q", name, i+1, line)
		}
		kind, rest := m[1], m[2]
		switch kind {
		case "NEED":
			s.Needs = append(s.Needs, strings.Fields(rest)...)
			continue
		case "AS":
			as = rest
			continue
		case "C":
			method, path, ok := strings.Cut(rest, " ")
			if !ok {
				return s, fmt.Errorf("%s:%d: a request without a path", name, i+1)
			}
			s.steps = append(s.steps, step{at: i + 1, as: as, method: method, path: path})
			continue
		}
		if len(s.steps) == 0 {
			return s, fmt.Errorf("%s:%d: it belongs to no request", name, i+1)
		}
		last := &s.steps[len(s.steps)-1]
		switch kind {
		case "H":
			last.headers = append(last.headers, rest)
		case "B":
			last.body = append(last.body, rest)
		default:
			last.expect = append(last.expect, expectation{i + 1, kind, rest})
		}
	}
	for _, st := range s.steps {
		if len(st.expect) == 0 || st.expect[0].kind != "S" {
			return s, fmt.Errorf("%s:%d: what is answered begins with S", name, st.at)
		}
	}
	return s, nil
}

// vars are what a script knows; scripts write to it.
type vars map[string]string

// fill puts variables into a text.
func (v vars) fill(text string) string {
	return regexp.MustCompile(`\$\{?[a-z]+\}?`).ReplaceAllStringFunc(text, func(name string) string {
		if value, known := v[strings.Trim(name, "${}")]; known {
			return value
		}
		return name
	})
}

// match compares a text with a pattern and keeps what it names.
func (v vars) match(pattern, text string) bool {
	var b strings.Builder
	rest := v.fill(pattern)
	token := regexp.MustCompile(`\.\.\.|<[a-z]+>`)
	for at := token.FindStringIndex(rest); at != nil; at = token.FindStringIndex(rest) {
		b.WriteString(regexp.QuoteMeta(rest[:at[0]]))
		if word := rest[at[0]:at[1]]; word == "..." {
			b.WriteString("(?s:.*)")
		} else {
			b.WriteString("(?P" + word + `[^\s,]+)`)
		}
		rest = rest[at[1]:]
	}
	re := regexp.MustCompile("^" + b.String() + regexp.QuoteMeta(rest) + "$")
	m := re.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	for i, name := range re.SubexpNames() {
		if name != "" {
			v[name] = m[i]
		}
	}
	return true
}
