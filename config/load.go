package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Load reads the configuration; path "" is DefaultPath, which need not exist.
// Everything wrong with the file is returned at once, as Problems. env looks
// up an environment variable, os.Getenv.
func Load(path string, env func(string) string) (*Config, error) {
	asked := path != ""
	if !asked {
		var err error
		if path, err = DefaultPath(env); err != nil {
			return nil, Problems{asProblem(err)}
		}
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, Problems{{File: path, Text: err.Error(), Remedy: "give its absolute path"}}
	}
	c := &Config{File: path, env: env, home: env("HOME"), dir: filepath.Dir(full)}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !asked:
		c.File = ""
		return c, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, Problems{{File: path, Text: "there is no such file", Remedy: "check --config"}}
	case err != nil:
		return nil, Problems{{File: path, Text: "cannot be read: " + reason(err), Remedy: "make it readable, or check --config"}}
	}
	if problems := c.read(text); len(problems) > 0 {
		return nil, problems.sorted()
	}
	return c, nil
}

// reason is an error of the file system without the path, which is named
// already.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// read takes the text of the file.
func (c *Config) read(text []byte) Problems {
	root, problems := parseDocument(c.File, text)
	if problems != nil {
		return problems
	}
	r := &reader{file: c.File, config: c}
	sections := []string{"accounts", "links"}
	for _, name := range root.names {
		if name != "accounts" && name != "links" {
			r.wrong(root.values[name].line, didYouMean(name, sections), "unknown table or key %s", quote(name))
		}
	}
	r.each(root, "accounts", func(name, section string, t *table) {
		a := &Account{Name: name, MaxConnections: defaultConnections}
		a.lines = readSection(r, section, t, accountFields(), a)
		a.finish(r, section)
		c.Accounts = append(c.Accounts, a)
	})
	r.each(root, "links", func(name, section string, t *table) {
		l := newLink(name)
		readLink(r, name, section, t, l)
		l.finish(r, section)
		c.Links = append(c.Links, l)
	})
	if len(r.problems) == 0 { // else an end may be missing
		for _, k := range leaks(c.Accounts, c.Links) {
			key := k.to.String()
			setting{reader: r, value: value{line: k.link.at(key)}, key: key, section: sectionName("links", k.link.Name)}.bad(k.remedy(), "%s", k.text())
		}
	}
	return r.problems
}

// each visits the named tables of a group.
func (r *reader) each(root *table, group string, visit func(name, section string, t *table)) {
	v, there := root.values[group]
	if !there {
		return
	}
	all, ok := v.data.(*table)
	if !ok {
		r.wrong(v.line, "write ["+group+".NAME]", "%s must be a table of tables, not %s", group, v.sort)
		return
	}
	for _, name := range all.names {
		v := all.values[name]
		section := sectionName(group, name)
		t, ok := v.data.(*table)
		switch {
		case !ok:
			r.wrong(v.line, "write "+section, "%s must be a table, not %s", quote(name), v.sort)
		case !validName(name):
			r.wrong(v.line, "names are made of letters, digits, '.', '-' and '_'", "%s is not a valid name", section)
		default:
			visit(name, section, t)
		}
	}
}
