package cli

import (
	"lockstep/core"
)

// A side of a provisioning that was read only in part is none of its mistakes
// and none of its wishes: what it lacks is not known to be gone. Nobody may take
// such a pass for a whole one, so it has an exit code, and the last line.

// inPart tells whether a side of a provisioning was not read to its end.
func (s *session) inPart(t *tally) bool { return provisions(s.link) && len(t.InPart) > 0 }

// showInPart ends what a command prints with what was read in part, and what
// follows from it.
func (s *session) showInPart(t *tally) {
	if !s.inPart(t) {
		return
	}
	for _, side := range t.InPart {
		text := "the directory was read only in part: nothing is deleted until it is read to its end"
		if side == core.Right.String() {
			text = "the mail server was read only in part: what could not be listed stays as it is, and no account is renamed or deleted"
		}
		s.out.line("%s", s.out.paint(red, text))
	}
}
