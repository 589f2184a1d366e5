package config

import (
	"fmt"
	"slices"
	"strings"
)

// reader reads one file and collects what is wrong with it.
type reader struct {
	file     string
	config   *Config
	problems Problems
}

func (r *reader) wrong(line int, remedy, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.file, Line: line, Text: fmt.Sprintf(format, args...), Remedy: remedy})
}

// setting is one key = value of a section.
type setting struct {
	*reader
	value
	key     string
	section string
}

// name of the setting, for errors.
func (s setting) name() string { return s.key + " in " + s.section }

func (s setting) bad(remedy, format string, args ...any) {
	s.wrong(s.line, remedy, "%s %s", s.name(), fmt.Sprintf(format, args...))
}

// take reports an error about the value; problems keep their remedy.
func (s setting) take(err error) {
	p := asProblem(err)
	s.wrong(s.line, p.Remedy, "%s: %s", s.name(), p.Text)
}

func (s setting) mustBe(what, remedy string) { s.bad(remedy, "must be %s, not %s", what, s.sort) }

// text is a string that is not empty.
func (s setting) text() (string, bool) {
	text, ok := s.data.(string)
	switch {
	case !ok || s.sort != sortText:
		s.mustBe(sortText, "")
		return "", false
	case text == "":
		s.bad("remove it to get the default", "is empty")
		return "", false
	}
	if err := printable(s.key, text); err != nil {
		s.take(err)
		return "", false
	}
	return text, true
}

// word is one of some strings.
func (s setting) word(choices ...string) (string, bool) {
	text, ok := s.text()
	if ok && !slices.Contains(choices, text) {
		s.bad(didYouMean(text, choices), "cannot be %s", quote(text))
		return "", false
	}
	return text, ok
}

func (s setting) number(low, high int) (int, bool) {
	n, ok := s.data.(int64)
	switch {
	case !ok:
		s.mustBe(sortNumber, "")
		return 0, false
	case n < int64(low) || n > int64(high):
		s.bad(fmt.Sprintf("write a number from %d to %d", low, high), "cannot be %d", n)
		return 0, false
	}
	return int(n), true
}

// file is the name of a file, made absolute.
func (s setting) file() (string, bool) {
	text, ok := s.text()
	if !ok {
		return "", false
	}
	path, err := absolute(text, s.config.home, s.config.dir)
	if err != nil {
		s.take(err)
	}
	return path, err == nil
}

func (s setting) truth() (bool, bool) {
	b, ok := s.data.(bool)
	if !ok {
		s.mustBe(sortBool, "")
	}
	return b, ok
}

// list yields the strings of a list as settings of their own, so that a
// problem names the line of the one string.
func (s setting) list() (items []setting) {
	values, ok := s.data.([]value)
	if !ok {
		remedy := ""
		if text, one := s.data.(string); one {
			remedy = "write " + s.key + " = [" + quote(text) + "]"
		}
		s.mustBe("a list of strings", remedy)
	} else if len(values) == 0 {
		s.bad("remove it to get the default", "is empty")
	}
	for _, v := range values {
		item := s
		item.value, item.key = v, "an item of "+s.key
		if _, ok := item.text(); ok {
			items = append(items, item)
		}
	}
	return items
}

// inner returns the settings of an inline table, and whether all are known;
// form tells how to write it.
func (s setting) inner(what, form string, known ...string) (in map[string]setting, all bool) {
	t, ok := s.data.(*table)
	if !ok {
		s.mustBe(what, "write "+form)
		return nil, false
	}
	in, all = map[string]setting{}, true
	for _, name := range t.names {
		if !slices.Contains(known, name) {
			s.wrong(t.values[name].line, didYouMean(name, known), "unknown key %s in %s of %s", quote(name), s.key, s.section)
			all = false
			continue
		}
		in[name] = setting{reader: s.reader, value: t.values[name], key: s.key + "." + name, section: s.section}
	}
	return in, all
}

// field is one key of a section: the one place where its name, its meaning
// and its reading are written down.
type field[T any] struct {
	name string
	// takes tells what may be written; standard, what holds when nothing is.
	takes, standard string
	// about is what it means, in sentences.
	about string
	// example is a value in TOML.
	example string
	read    func(s setting, to *T)
	// show prints the value in force in TOML; "" = there is none.
	show func(of *T) string
}

// readSection reads the keys of a section and returns the line of each. Tables
// within it are left to the caller.
func readSection[T any](r *reader, section string, t *table, fields []field[T], to *T, tables ...string) map[string]int {
	lines := map[string]int{"": t.line}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	for _, name := range t.names {
		v := t.values[name]
		i := slices.Index(names, name)
		if i < 0 && slices.Contains(tables, name) {
			continue
		}
		if i < 0 {
			r.wrong(v.line, didYouMean(name, append(names, tables...)), "unknown key %s in %s", quote(name), section)
			continue
		}
		lines[name] = v.line
		fields[i].read(setting{reader: r, value: v, key: name, section: section}, to)
	}
	return lines
}

// sectionName prints a table's header.
func sectionName(names ...string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteByte('.')
		}
		if !validName(name) || strings.Contains(name, ".") {
			name = quote(name)
		}
		b.WriteString(name)
	}
	return "[" + b.String() + "]"
}
