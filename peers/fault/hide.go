package fault

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// hider takes words out of the capabilities that an IMAP server tells (RFC 3501,
// sections 7.1 and 7.2.1): their first letter becomes an X, so that no length
// changes. The connection has to be plain text, and no message may have a line
// that looks like such an answer.
type hider struct {
	words []string
	tell  *regexp.Regexp
	// open is the beginning of a line whose end has not come yet.
	open []byte
}

// longestLine that is held back until its end comes; what is longer is no list
// of capabilities.
const longestLine = 4 << 10

// newHider returns nil if there is nothing to hide.
func newHider(words []string) *hider {
	if len(words) == 0 {
		return nil
	}
	return &hider{words: words, tell: regexp.MustCompile(`(?i)^(\* (OK |PREAUTH )?|[^ *+]+ OK )\[?CAPABILITY `)}
}

// pass returns what may go on of what came.
func (h *hider) pass(b []byte) (out []byte) {
	if h == nil {
		return b
	}
	all := append(h.open, b...)
	end := bytes.LastIndexByte(all, '\n') + 1
	if len(all)-end > longestLine {
		end = len(all)
	}
	for line := range bytes.Lines(all[:end]) {
		out = append(out, h.hide(line)...)
	}
	h.open = slices.Clone(all[end:])
	return out
}

// rest returns what was held back when nothing more comes.
func (h *hider) rest() []byte {
	if h == nil {
		return nil
	}
	return h.open
}

func (h *hider) hide(line []byte) []byte {
	if !h.tell.Match(line) {
		return line
	}
	word := regexp.MustCompile(`[^ \[\]\r\n]+`)
	return word.ReplaceAllFunc(line, func(w []byte) []byte {
		if slices.ContainsFunc(h.words, func(hidden string) bool { return strings.EqualFold(hidden, string(w)) }) {
			return append([]byte("X"), w[1:]...)
		}
		return w
	})
}
