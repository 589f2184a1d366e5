package config

import (
	"strconv"
	"strings"

	"lockstep/core"
)

// linkScopeFields is what takes part.
func linkScopeFields() []field[Link] {
	patterns := func(to func(*Link) *[]Pattern) func(setting, *Link) {
		return func(s setting, l *Link) {
			for _, item := range s.list() {
				p, err := ParsePattern(item.data.(string))
				if err != nil {
					item.take(err)
					continue
				}
				*to(l) = append(*to(l), p)
			}
		}
	}
	return []field[Link]{
		{
			name: "folders", takes: "a list of patterns", standard: "all folders",
			about: "The folders to sync (or address books, or calendars), by their left path. * is any text within one level, ** any levels, ? one character, " +
				"[a-z] one of them; \\ takes the meaning of the next character, and [Gmail] stands for itself. INBOX is meant in any case. " +
				"\\Sent, \\Drafts, \\Trash, \\Junk, \\Archive, \\Inbox and \\All name a folder by its role, whatever it is " +
				"called on either side. Leaving a folder out deletes nothing. A folder that shows all mail a second time (role all) " +
				"is synced only if it is named here without *.",
			example: `["INBOX", "Lists/**", "\\Sent"]`,
			read:    patterns(func(l *Link) *[]Pattern { return &l.Folders }),
			show:    func(l *Link) string { return quoted(l.Folders) },
		},
		{
			name: "exclude", takes: "a list of patterns", standard: "none",
			about:   "Folders to leave out of those; patterns as in folders.",
			example: `["Junk*", "\\Trash"]`,
			read:    patterns(func(l *Link) *[]Pattern { return &l.Exclude }),
			show:    func(l *Link) string { return quoted(l.Exclude) },
		},
		{
			name: "map", takes: "a table of left path = right path", standard: "equal paths",
			about:   "Folders, with all below them, that have another path on the right.",
			example: `{"Lists" = "Mailing lists"}`,
			read:    readMap,
			show: func(l *Link) string {
				all := make([]string, len(l.Map))
				for i, pair := range l.Map {
					all[i] = quote(pair.Left) + " = " + quote(pair.Right)
				}
				if len(all) == 0 {
					return ""
				}
				return "{" + strings.Join(all, ", ") + "}"
			},
		},
		{
			name: "roles", takes: "true, false", standard: "true",
			about:   "Pair folders of equal role (sent, drafts, trash, junk, archive) whatever they are called.",
			example: `false`,
			read: func(s setting, l *Link) {
				if yes, ok := s.truth(); ok {
					l.Roles = yes
				}
			},
			show: func(l *Link) string {
				if l.Mapper().single || l.Kind != core.Mail {
					return ""
				}
				return strconv.FormatBool(l.Roles)
			},
		},
		{
			name: "max_size", takes: "a size", standard: "no limit",
			about:   "Larger items are not copied. 1 MB is a million bytes, 1 MiB is 1024 * 1024. No filter ever deletes.",
			example: `"25MB"`,
			read: func(s setting, l *Link) {
				text, ok := s.text()
				if !ok {
					return
				}
				var err error
				if l.MaxSize, err = parseSize(text); err != nil {
					s.take(err)
				}
			},
			show: func(l *Link) string {
				if l.MaxSize == 0 {
					return ""
				}
				return quote(printSize(l.MaxSize))
			},
		},
		{
			name: "since", takes: "a day, or a number of days", standard: "the beginning",
			about:   "Older items are not copied: older than this day (UTC), or than so many days before the pass.",
			example: `"90d"`,
			read: func(s setting, l *Link) {
				l.Since, _ = s.since()
			},
			show: func(l *Link) string { return quoteText(l.Since.String()) },
		},
		{
			name: "filter", takes: "an expression", standard: "true",
			about: "Items for which it does not hold are not copied. It speaks of size (bytes), date, age (days), marks, " +
				"has(\"\\\\Seen\"), folder and role (where the item is), key (the Message-ID or UID), owner and day(\"2024-01-31\"), in the " +
				"language of expr-lang. Where it cannot be told, because it fails or a size or date is not known, the item is copied.",
			example: `"age < 365 or has('\\\\Flagged')"`,
			read: func(s setting, l *Link) {
				text, ok := s.text()
				if !ok {
					return
				}
				var err error
				if l.Filter, err = ParseExpression(text); err != nil {
					s.take(err)
				}
			},
			show: func(l *Link) string { return quoteText(l.Filter.text) },
		},
	}
}

// readMap reads the folder map, which must be one-to-one.
func readMap(s setting, l *Link) {
	t, ok := s.data.(*table)
	if !ok {
		s.mustBe("a table", `write map = {"left path" = "right path"}`)
		return
	}
	taken := [2]map[string]bool{{}, {}}
	for _, name := range t.names {
		item := s
		item.value = t.values[name]
		text, ok := item.text()
		if !ok {
			continue
		}
		left, err := collectionPath(name)
		if err != nil {
			item.take(err)
			continue
		}
		right, err := collectionPath(text)
		switch {
		case err != nil:
			item.take(err)
			continue
		case taken[core.Left][inbox(left)]:
			item.bad("remove one", "maps %s twice", quote(inbox(left)))
		case taken[core.Right][inbox(right)]:
			item.bad("map each folder to one of its own", "maps two folders to %s", quote(inbox(right)))
		default:
			l.Map = append(l.Map, PathPair{Left: left, Right: right})
		}
		taken[core.Left][inbox(left)], taken[core.Right][inbox(right)] = true, true
	}
}
