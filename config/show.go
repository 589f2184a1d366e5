package config

import (
	"fmt"
	"strings"
)

// Show prints the configuration in force as TOML, defaults included, and with
// origin where each value came from. Passwords are not shown.
func Show(c *Config, origin bool) string {
	var b strings.Builder
	file := c.File
	if file == "" {
		file = "no file"
	}
	fmt.Fprintf(&b, "# %s\n", file)
	for _, a := range c.Accounts {
		showSection(&b, sectionName("accounts", a.Name), accountFields(), a, func(key string) string {
			return where(origin, c.File, firstLine(a.lines, addressKeys(key)))
		})
	}
	for _, l := range c.Links {
		showSection(&b, sectionName("links", l.Name), linkFields(), l, func(key string) string {
			return where(origin, c.File, firstLine(l.lines, []string{key}))
		})
		for _, t := range linkTables() {
			if t.there(l) {
				showSection(&b, sectionName("links", l.Name, t.name), t.fields, l, func(key string) string {
					return where(origin, c.File, firstLine(l.lines, []string{t.name + "." + key}))
				})
			}
		}
	}
	return b.String()
}

// addressKeys are the keys that a shown value may come from.
func addressKeys(key string) []string {
	switch key {
	case "address":
		return []string{"address", "host", "path"}
	case "type":
		return []string{"type", "address"}
	}
	return []string{key}
}

// firstLine is the line of the first of some keys that is in the file; 0 = none.
func firstLine(lines map[string]int, keys []string) int {
	for _, key := range keys {
		if line, ok := lines[key]; ok {
			return line
		}
	}
	return 0
}

func where(origin bool, file string, line int) string {
	switch {
	case !origin:
		return ""
	case line == 0:
		return "default"
	}
	return fmt.Sprintf("%s:%d", file, line)
}

func showSection[T any](b *strings.Builder, header string, fields []field[T], of *T, where func(key string) string) {
	fmt.Fprintf(b, "\n%s\n", header)
	for _, f := range fields {
		shown := f.show(of)
		if shown == "" {
			continue
		}
		line := f.name + " = " + shown
		if from := where(f.name); from != "" {
			line = fmt.Sprintf("%-48s # %s", line, from)
		}
		b.WriteString(line + "\n")
	}
}
