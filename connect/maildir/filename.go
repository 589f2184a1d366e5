package maildir

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"lockstep/core"
)

// fileName is the name of a message's file in its parts:
//
//	unique  sep "2," flags  extra
//	17.x.h  :   2,   FS     ,anything
//
// A name without info is all unique. Joined, the parts are the name again.
type fileName struct {
	unique string
	sep    byte // 0 = no info
	flags  string
	extra  string
}

// parseName takes a file name apart. The info begins at the first separator
// that "2," follows: ":" everywhere, "!" and ";" where a file system has no
// ":". Dovecot may keep fields of its own after the flags.
func parseName(name string) fileName {
	for i := 0; i+2 < len(name); i++ {
		switch name[i] {
		case ':', '!', ';':
			if name[i+1] == '2' && name[i+2] == ',' {
				flags, _, _ := strings.Cut(name[i+3:], ",")
				return fileName{unique: name[:i], sep: name[i], flags: flags, extra: name[i+3+len(flags):]}
			}
		}
	}
	return fileName{unique: name}
}

func (n fileName) String() string {
	if n.sep == 0 {
		return n.unique
	}
	return n.unique + string(rune(n.sep)) + "2," + n.flags + n.extra
}

// with returns the name with letters added and removed. All other letters stay
// as they are; new ones go where the order of the alphabet puts them.
func (n fileName) with(add, remove string) fileName {
	flags := slices.DeleteFunc([]byte(n.flags), func(c byte) bool { return strings.IndexByte(remove, c) >= 0 })
	for _, c := range []byte(add) {
		if slices.Contains(flags, c) {
			continue
		}
		at := 0
		for at < len(flags) && flags[at] < c {
			at++
		}
		flags = slices.Insert(flags, at, c)
	}
	n.flags = string(flags)
	if n.sep == 0 && n.flags != "" {
		n.sep = ':'
	}
	return n
}

// withoutUID drops the ",U=number" by which mbsync and OfflineIMAP number the
// messages of one folder: in another folder it would name another message.
func withoutUID(unique string) string {
	head, rest, found := strings.Cut(unique, ",U=")
	if !found {
		return unique
	}
	tail := strings.TrimLeft(rest, "0123456789")
	if len(tail) == len(rest) || tail != "" && tail[0] != ',' {
		return unique
	}
	return head + tail
}

// idOf makes an ID of the unique part of a file name: the same text, but for
// bytes that no table, plan or JSON can hold.
func idOf(unique string) core.ID {
	clean := utf8.ValidString(unique) && !strings.ContainsFunc(unique, unfit)
	if clean {
		return core.ID(unique)
	}
	var b strings.Builder
	for i := 0; i < len(unique); {
		r, n := utf8.DecodeRuneInString(unique[i:])
		if r == utf8.RuneError && n == 1 || unfit(r) {
			for _, c := range []byte(unique[i : i+n]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		} else {
			b.WriteString(unique[i : i+n])
		}
		i += n
	}
	return core.ID(b.String())
}

func unfit(r rune) bool { return r < ' ' || r == 0x7f || r == '%' }

// uniqueOf is the unique part that an ID names. IDs of identity.go's second
// form have a version after a "/", which no file name holds.
func uniqueOf(id core.ID) (unique string, version core.Rev) {
	text, rev, _ := strings.Cut(string(id), "/")
	return unescape(text), core.Rev(rev)
}
