package dav

import (
	"lockstep/core"
)

// A window (Config.Oldest) leaves out what was over before it began, when it is listed
// for the first time. It is told as there and Out, with its Key, so that it is neither
// taken for deleted nor made a second time; its body was read for that Key once, and is
// read again only when it changes or the window does. Which day a series ends is worked
// out from the body: servers disagree about time ranges (RFC 4791, section 9.9), and
// without the Key the body would have to be read all the same.
//
// What was shown stays shown, however old it grows: an edit or a deletion of an old
// event, here or there, is carried over as ever.

// looksAgain tells whether an item that is as it was has to be read all the same: the
// window may be another one since it was left out.
func (r *Replica) looksAgain(was core.Stub) bool { return was.Out && r.listing.anew }

// outside tells whether a body says only what was over before the window begins.
func (r *Replica) outside(body []byte) bool {
	if r.config.Oldest == nil {
		return false
	}
	end, ends := r.config.Ends(body)
	return ends && end.Before(r.config.Oldest(r.config.Now()))
}

// windowed decides whether an item that was just read is left out. was is what was
// listed last time, if anything.
func (r *Replica) windowed(s, was core.Stub, is bool) core.Stub {
	s.Out = s.Out && s.Bad == "" && (!is || was.Out || was.Bad != "")
	if s.Out {
		r.kept.forget(s.Ref) // nobody will fetch it
	}
	return s
}
