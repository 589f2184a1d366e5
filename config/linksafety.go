package config

import (
	"fmt"
	"strconv"

	"lockstep/core"
	"lockstep/reconcile"
)

// linkSafetyFields is what may be deleted.
func linkSafetyFields() []field[Link] {
	return []field[Link]{
		{
			name: "deletes", takes: "true, false, left, right", standard: "true; false for provision and from a file (vcf, ics)",
			about: "Which end deletions are written to: both (true), none (false), or the one named. In mode provision it is about what belongs " +
				"to owners who are gone; what an owner who is there no longer wishes is removed all the same.",
			example: `"right"`,
			read:    readDeletes,
			show: func(l *Link) string {
				switch l.Deletes {
				case [2]bool{}:
					return "false"
				case l.writes():
					return "true"
				case [2]bool{core.Left: true}:
					return `"left"`
				}
				return `"right"`
			},
		},
		{
			name: "trash", takes: "trash, archive, expunge, flags", standard: `"trash"`,
			about: "What happens to a message on a server when it is deleted elsewhere or, in a Maildir, marked T: it goes to " +
				"the folder of role trash, or to that of role archive, or is removed (expunge; also where there is no such folder). " +
				"flags is trash, but T is a mark like any other. On this machine deleted items go to the undo area.",
			example: `"archive"`,
			read: func(s setting, l *Link) {
				if word, ok := s.word(string(ToTrash), string(ToArchive), string(Expunge), string(Flags)); ok {
					l.Trash = Trash(word)
				}
			},
			show: func(l *Link) string {
				if l.Kind != core.Mail {
					return ""
				}
				return quote(string(l.Trash))
			},
		},
		{
			name: "guard", takes: "{percent = NUMBER, count = NUMBER}, false", standard: "{percent = 20, count = 10}; {percent = 5, count = 5} for provision",
			about: "Deletions wait for --confirm if a pass has more than count of them and more than percent of a folder " +
				"(of owners, in mode provision), or empties a folder or an end. false = no guard.",
			example: `{percent = 50, count = 100}`,
			read:    readGuard,
			show: func(l *Link) string {
				if l.Guard.Percent == 0 {
					return "false"
				}
				return fmt.Sprintf("{percent = %d, count = %d}", l.Guard.Percent, l.Guard.Count)
			},
		},
		{
			name: "undo_days", takes: "a whole number", standard: "30",
			about: "Days that items deleted or overwritten on this machine are kept for undo; in mode provision, what is deleted or overwritten " +
				"on the right.",
			example: `90`,
			read: func(s setting, l *Link) {
				if n, ok := s.number(0, 36500); ok {
					l.UndoDays = n
				}
			},
			show: func(l *Link) string {
				if l.Local() == [2]bool{} && l.Mode != Provision {
					return ""
				}
				return strconv.Itoa(l.UndoDays)
			},
		},
	}
}

func readDeletes(s setting, l *Link) {
	switch word := s.data.(type) {
	case bool:
		l.draft.deletes = &[2]bool{word, word}
	case string:
		if word, ok := s.word("left", "right"); ok {
			l.draft.deletes = &[2]bool{word == "left", word == "right"}
		}
	default:
		s.mustBe(`true, false, "left" or "right"`, "")
	}
}

func readGuard(s setting, l *Link) {
	if on, ok := s.data.(bool); ok {
		l.draft.off = !on
		return
	}
	in, _ := s.inner("a table or false", "guard = {percent = 20, count = 10}", "percent", "count")
	if percent, there := in["percent"]; there {
		l.draft.percent, _ = percent.number(1, 100)
	}
	if count, there := in["count"]; there {
		l.draft.count, _ = count.number(0, 1<<30)
	}
}

// guard completes what the file says by what the mode has by default.
func (d draft) guard(m reconcile.Mode) reconcile.GuardPolicy {
	g := reconcile.DefaultGuard(m)
	switch {
	case d.off:
		return reconcile.GuardPolicy{}
	case d.percent > 0:
		g.Percent = d.percent
	}
	if d.count >= 0 {
		g.Count = d.count
	}
	return g
}
