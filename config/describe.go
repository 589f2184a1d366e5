package config

import (
	"fmt"
	"strings"
)

// Describe returns the reference of every key, as annotated TOML. It is made
// from the tables that the keys are read by.
func Describe() string {
	var b strings.Builder
	b.WriteString(wrap("The configuration is $XDG_CONFIG_HOME/lockstep/lockstep.toml, or what --config names. It is TOML with two groups of "+
		"tables: accounts, each one login at one service or one place on this machine, and links, each two ends that are kept in step. "+
		"Unknown keys are errors. ~ is your home folder, and relative paths start where the file lies.", "# "))
	describeSection(&b, "[accounts.NAME]", accountFields())
	describeSection(&b, "[links.NAME]", linkFields())
	for _, t := range linkTables() {
		b.WriteString("\n" + wrap(t.about, "# "))
		describeSection(&b, "[links.NAME."+t.name+"]", t.fields)
	}
	return b.String()
}

func describeSection[T any](b *strings.Builder, header string, fields []field[T]) {
	fmt.Fprintf(b, "\n%s\n", header)
	for _, f := range fields {
		b.WriteString("\n" + wrap(f.about, "# "))
		b.WriteString(wrap("Takes: "+f.takes+".", "# "))
		if f.standard != "" {
			b.WriteString(wrap("Default: "+f.standard+".", "# "))
		}
		b.WriteString(f.name + " = " + f.example + "\n")
	}
}

// wrap breaks a text into lines of at most 78 characters.
func wrap(text, prefix string) string {
	var b strings.Builder
	line := prefix
	for word := range strings.FieldsSeq(text) {
		if len(line) > len(prefix) && len(line)+1+len(word) > 78 {
			b.WriteString(line + "\n")
			line = prefix
		}
		if len(line) > len(prefix) {
			line += " "
		}
		line += word
	}
	b.WriteString(line + "\n")
	return b.String()
}
