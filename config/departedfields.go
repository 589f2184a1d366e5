package config

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"lockstep/format/element"
)

// departedFields is what becomes of owners whom no directory names any more.
func departedFields() []field[Link] {
	entries := func(l *Link, shown string) string {
		if l.Mode != Provision {
			return ""
		}
		return shown
	}
	return []field[Link]{
		{
			name: "deletion", takes: "none, account", standard: `"none"`,
			about: "Of a provisioning: whether the account of somebody who is gone from the directory is deleted, too, or only what belongs to it " +
				"(aliases, forwards, ...). Either needs deletes, and waits for the grace.",
			example: `"account"`,
			read: func(s setting, l *Link) {
				word, _ := s.word("none", "account")
				l.Departed.Accounts = word == "account"
			},
			show: func(l *Link) string {
				if l.Departed.Accounts {
					return entries(l, `"account"`)
				}
				return entries(l, `"none"`)
			},
		},
		{
			name: "grace", takes: "a duration, or days", standard: quote(printGrace(defaultGrace)),
			about:   "Of a provisioning: how long an owner must be gone before anything of theirs is deleted. Who comes back meanwhile is not gone.",
			example: `"36h"`,
			read: func(s setting, l *Link) {
				text, ok := s.text()
				if !ok {
					return
				}
				d, err := parseGrace(text)
				if err != nil {
					s.take(err)
					return
				}
				l.Departed.Grace = d
			},
			show: func(l *Link) string { return entries(l, quote(printGrace(l.Departed.Grace))) },
		},
		{
			name: "grace_passes", takes: "a whole number", standard: strconv.Itoa(defaultGracePasses),
			about:   "Of a provisioning: how many complete syncs must have seen that an owner is gone, besides.",
			example: `5`,
			read: func(s setting, l *Link) {
				if n, ok := s.number(1, 1000); ok {
					l.Departed.GracePasses = n
				}
			},
			show: func(l *Link) string { return entries(l, strconv.Itoa(l.Departed.GracePasses)) },
		},
		{
			name: "protected", takes: "a list of addresses", standard: "none",
			about:   "Of a provisioning: owners of whom nothing is ever deleted. * is any text and ? one character.",
			example: `["admin@example.com", "*@ops.example.com"]`,
			read: func(s setting, l *Link) {
				for _, item := range s.list() {
					p, err := ParseAddressPattern(item.data.(string))
					if err != nil {
						item.take(err)
						continue
					}
					l.Departed.Protected = append(l.Departed.Protected, p)
				}
			},
			show: func(l *Link) string {
				texts := make([]string, len(l.Departed.Protected))
				for i, p := range l.Departed.Protected {
					texts[i] = p.text
				}
				return quoteList(texts)
			},
		},
		{
			name: "audit", takes: "a file name", standard: "audit.jsonl beside the state of the link",
			about:   "Of a provisioning: the file that every change is appended to, a line of JSON each. It holds no passwords, and is never cut.",
			example: `"/var/log/lockstep/staff.jsonl"`,
			read: func(s setting, l *Link) {
				if file, ok := s.file(); ok {
					l.Audit = file
				}
			},
			show: func(l *Link) string { return quoteText(l.Audit) },
		},
	}
}

// mostGrace is beyond what anybody means.
const mostGrace = 10 * 365 * 24 * time.Hour

// parseGrace reads "7d" or a duration as "36h"; "0" is none.
func parseGrace(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n uint64
		if n, err = strconv.ParseUint(days, 10, 16); err == nil {
			d = time.Duration(n) * 24 * time.Hour
		}
	}
	if err != nil || d < 0 || d > mostGrace {
		return 0, problem(`write days as "7d" or a time as "36h", and "0" for none`, "%s is not a duration", quote(text))
	}
	return d.Truncate(time.Second), nil
}

// printGrace prints whole days as days.
func printGrace(d time.Duration) string {
	const day = 24 * time.Hour
	if d > 0 && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	return printDuration(d)
}

// AddressPattern names mail addresses: * is any text, ? one character.
type AddressPattern struct{ text string }

// ParseAddressPattern reads a pattern; capitals mean nothing.
func ParseAddressPattern(text string) (AddressPattern, error) {
	p := AddressPattern{text: strings.ToLower(strings.TrimSpace(text))}
	like := strings.NewReplacer("*", "x", "?", "x").Replace(p.text)
	if !strings.Contains(p.text, "@") && strings.ContainsAny(p.text, "*") {
		like = "x@x"
	}
	if _, err := element.Account(like); err != nil || strings.ContainsAny(p.text, `[]\`) {
		return AddressPattern{}, problem(`write an address, or a pattern as "*@example.org"`, "%s is not a pattern of addresses", quote(text))
	}
	return p, nil
}

// String prints the pattern as it is used.
func (p AddressPattern) String() string { return p.text }

// Match tells whether the pattern names an address in its normal form.
func (p AddressPattern) Match(address string) bool {
	ok, err := path.Match(p.text, address)
	return ok && err == nil
}
