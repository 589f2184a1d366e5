package vdirsyncer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"lockstep/core"
	"lockstep/migrate/settings"
)

// MostBytes is how long a file may be.
const MostBytes = 1 << 20

// option is key = value of a section, or a line that is none.
type option struct {
	number int
	key    string
	// text is the value as it is written, over all its lines.
	text string
	// value is the text as JSON: a string, json.Number, bool, nil or []any. Text
	// that is no JSON is a string, as it was for vdirsyncer before 0.15.
	value any
	// broken is why the line is no option; "" = it is one.
	broken string
	read   bool
}

// string is the value of an option that is a string or a number; false = it is
// something else. Of no option it is "".
func (o *option) string() (string, bool) {
	if o == nil {
		return "", true
	}
	switch v := o.value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	}
	return "", false
}

// none tells whether an option is not there, or is null.
func (o *option) none() bool { return o == nil || o.value == nil }

// truth reads true and false, and the words that Python has for them.
func (o *option) truth() (is, known bool) {
	switch v := o.value.(type) {
	case bool:
		return v, true
	case string:
		switch strings.ToLower(v) {
		case "true", "yes", "on":
			return true, true
		case "false", "no", "off", "none":
			return false, true
		}
	}
	return false, false
}

// strings is the value of an option that is a list of strings.
func (o *option) strings() (all []string, known bool) {
	list, is := o.value.([]any)
	for _, v := range list {
		text, one := v.(string)
		is = is && one
		all = append(all, text)
	}
	return all, is
}

// section is what stands below a header.
type section struct {
	// kind is the first word of the header, and name the rest.
	kind, name string
	header     *option
	options    []*option
}

// kinds of section.
const (
	kindGeneral = "general"
	kindPair    = "pair"
	kindStorage = "storage"
)

// find returns an option and marks it as read; nil = there is none.
func (s *section) find(key string) *option {
	for _, o := range s.options {
		if o.key == key && o.broken == "" {
			o.read = true
			return o
		}
	}
	return nil
}

// skip marks all options as read: the section is reported.
func (s *section) skip() {
	for _, o := range s.options {
		o.read = true
	}
}

// parse takes a file apart as Python's RawConfigParser does: options are
// key = value or key: value, keys are in lower case, lines that are indented
// deeper go on with the value, and # and ; begin a comment at the beginning of a
// line only. Errors are of class Permanent and name the line.
func parse(name string, text []byte) ([]*section, error) {
	wrong := func(at int, remedy, format string, args ...any) error {
		return &core.Error{Op: "import vdirsyncer", Class: core.Permanent, Thing: fmt.Sprintf("%s:%d", name, at), Remedy: remedy, Err: fmt.Errorf(format, args...)}
	}
	if len(text) > MostBytes {
		return nil, wrong(1, "check that it is the configuration of vdirsyncer", "the file is longer than %d bytes", MostBytes)
	}
	var all []*section
	var in *section
	var last *option // what an indented line goes on with
	indent, number := 0, 0
	for raw := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		number++
		if !utf8.ValidString(raw) {
			return nil, wrong(number, "save the file as UTF-8", "the line is not UTF-8")
		}
		line := strings.TrimSpace(raw)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		deep := len(raw) - len(strings.TrimLeft(raw, " \t"))
		if last != nil && deep > indent {
			last.text += "\n" + line
			continue
		}
		indent = deep
		if end := strings.LastIndexByte(line, ']'); line[0] == '[' && end > 1 {
			header := line[1:end]
			kind, rest, two := strings.Cut(header, " ")
			if !two {
				rest = kind
			}
			in, last = &section{kind: kind, name: rest, header: &option{number: number, key: "[" + header + "]", read: true}}, nil
			all = append(all, in)
			continue
		}
		if in == nil {
			return nil, wrong(number, "give the file that is called config, of vdirsyncer", "it does not begin with a section such as [general]")
		}
		last = newOption(number, line)
		if last.broken == "" && slices.ContainsFunc(in.options, func(o *option) bool { return o.key == last.key }) {
			last.broken = "the section has this option twice; the first counts"
		}
		in.options = append(in.options, last)
	}
	if !slices.ContainsFunc(all, func(s *section) bool { return s.kind == kindPair || s.kind == kindStorage }) {
		return nil, wrong(max(number, 1), "give the file that is called config, of vdirsyncer", "it has no section such as [pair NAME] or [storage NAME]")
	}
	for _, s := range all {
		for _, o := range s.options {
			o.evaluate()
		}
	}
	return all, nil
}

func newOption(number int, line string) *option {
	at := strings.IndexAny(line, "=:")
	if at < 0 {
		return &option{number: number, key: line, broken: "it is no option, which is key = value"}
	}
	return &option{number: number, key: strings.ToLower(strings.TrimSpace(line[:at])), text: strings.TrimSpace(line[at+1:])}
}

// evaluate reads the value.
func (o *option) evaluate() {
	if o.broken == "" && (!settings.Printable(strings.ReplaceAll(o.key, "\t", " ")) || !settings.Printable(strings.NewReplacer("\t", " ", "\n", " ").Replace(o.text))) {
		o.broken = "it holds a character that cannot be printed"
		return
	}
	d := json.NewDecoder(strings.NewReader(o.text))
	d.UseNumber()
	if err := d.Decode(&o.value); err != nil || d.More() {
		o.value = o.text
	}
}
