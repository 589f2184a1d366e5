package config

import (
	"slices"
	"time"

	"lockstep/core"
)

// draft is what is read of a link before its ends are known.
type draft struct {
	ends [2]string
	// also are more places on the left.
	also []string
	// deletes; nil = not said.
	deletes  *[2]bool
	conflict string
	// percent and count of the guard; -1 = not said.
	percent, count int
	off            bool
}

func newLink(name string) *Link {
	return &Link{
		Name: name, Roles: true, Trash: ToTrash, UndoDays: 30, Interval: 5 * time.Minute,
		Directory: newDirectory(), Departed: Departed{Grace: defaultGrace, GracePasses: defaultGracePasses},
		draft: draft{percent: -1, count: -1},
	}
}

// linkFields is every key of [links.NAME].
func linkFields() []field[Link] {
	return slices.Concat(linkEndFields(), linkScopeFields(), linkSafetyFields(), departedFields())
}

// linkEndFields is what is linked, and how.
func linkEndFields() []field[Link] {
	return []field[Link]{
		{
			name: "left", takes: "an account or an address, or a list of directories",
			about: "One end: the name of an account, or the address of a maildir, vdir, vcf, ics or ldif; each with an optional " +
				"#collection that is linked alone. In a maildir, and behind the address of a vdir, its items then lie directly in the path; behind " +
				"the name of a vdir's account it is the directory of that name in it. Directories may be several, which are read as one.",
			example: `"work"`, read: readLeft,
			show: func(l *Link) string {
				if len(l.Also) == 0 {
					return quote(l.Left.String())
				}
				return quoteList(endNames(l.Sources()))
			},
		},
		{
			name: "right", takes: "an account or an address",
			about:   "The other end.",
			example: `"maildir:~/Mail/work"`,
			read:    func(s setting, l *Link) { l.draft.ends[core.Right], _ = s.text() },
			show:    func(l *Link) string { return quote(l.Right.String()) },
		},
		{
			name: "kind", takes: "mail, contact, event, entry", standard: "what both ends hold",
			about:   "The kind of item; to be said only where both ends could hold several, as two vdirs can.",
			example: `"contact"`,
			read: func(s setting, l *Link) {
				word, _ := s.word(string(core.Mail), string(core.Contact), string(core.Event), string(core.Entry))
				l.Kind = core.Kind(word)
			},
			show: func(l *Link) string { return quote(string(l.Kind)) },
		},
		{
			name: "mode", takes: "two-way, provision, left-to-right, right-to-left", standard: "two-way; provision for directory entries; left-to-right from a file (vcf, ics)",
			about: "two-way keeps both ends equal. left-to-right and right-to-left write to one end only. provision makes the " +
				"right equal to the left, whatever the right says.",
			example: `"left-to-right"`,
			read: func(s setting, l *Link) {
				word, _ := s.word(string(TwoWay), string(Provision), string(LeftToRight), string(RightToLeft))
				l.Mode = Mode(word)
			},
			show: func(l *Link) string { return quote(string(l.Mode)) },
		},
		{
			name: "conflict", takes: "left, right, both", standard: "left; both for contacts and events; the end that is not written to in a one-way link; right from a file (vcf, ics)",
			about: "The side that wins where both changed the same and it cannot be merged. The other version is kept. Of contacts and events single " +
				"properties are merged; with both nobody wins, and each side keeps its own value of a property that both changed, until you settle it.",
			example: `"right"`,
			read: func(s setting, l *Link) {
				l.draft.conflict, _ = s.word("left", "right", "both")
			},
			show: func(l *Link) string {
				switch {
				case l.Mode == Provision:
					return ""
				case l.KeepBoth:
					return `"both"`
				}
				return quote(l.Conflict.String())
			},
		},
		{
			name: "interval", takes: "a duration", standard: `"5m"`,
			about:   "How often run makes a pass even if neither end announces a change.",
			example: `"15m"`,
			read: func(s setting, l *Link) {
				text, ok := s.text()
				if !ok {
					return
				}
				d, err := time.ParseDuration(text)
				if err != nil || d < time.Second {
					s.bad(`write it as "30s", "5m" or "2h"`, "cannot be %s", quote(text))
					return
				}
				l.Interval = d
			},
			show: func(l *Link) string { return quote(printDuration(l.Interval)) },
		},
		{
			name: "after_sync", takes: "a shell command",
			about:   "Run after a pass that changed something on either end.",
			example: `"notmuch new"`,
			read:    func(s setting, l *Link) { l.AfterSync, _ = s.text() },
			show:    func(l *Link) string { return quoteText(l.AfterSync) },
		},
	}
}

// readLeft reads one place, or a list of them.
func readLeft(s setting, l *Link) {
	if s.sort != sortList {
		l.draft.ends[core.Left], _ = s.text()
		return
	}
	for i, item := range s.list() {
		if text := item.data.(string); i == 0 {
			l.draft.ends[core.Left] = text
		} else {
			l.draft.also = append(l.draft.also, text)
		}
	}
}

func endNames(ends []End) []string {
	names := make([]string, len(ends))
	for i, e := range ends {
		names[i] = e.String()
	}
	return names
}
