package dav

import (
	"context"
	"net/http"
	"strings"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// An invitation changes on a server that schedules whenever an attendee answers. Its
// Schedule-Tag stays then, and moves with every other change (RFC 6638, section 3.2.10).
// So it belongs to the Rev of an item, and an edit or a deletion is not refused for an
// answer that came after it was planned.

// revOf is the version of a body: its ETag, and behind it its Schedule-Tag if it has one.
func revOf(etag, scheduleTag string) core.Rev {
	if etag == "" || scheduleTag == "" {
		return core.Rev(etag)
	}
	return core.Rev(etag + " " + scheduleTag)
}

// tagsOf takes a Rev apart; "" = it has none. Tags hold no quotes but those around them.
func tagsOf(rev core.Rev) (etag, scheduleTag string) {
	etag = string(rev)
	if at := strings.Index(etag, `" "`); at > 0 {
		return etag[:at+1], etag[at+2:]
	}
	return etag, ""
}

// despiteAnswers makes a write once more whose ETag did not hold, if all that happened to
// the item since is that attendees have answered: then the server, which is asked to by
// If-Schedule-Tag-Match, keeps the answers and takes what was edited. It must say that it
// schedules, for one that does not know the header would take the write unguarded.
func (r *Replica) despiteAnswers(ctx context.Context, j *job, err error, write func(wire.Guard) error) error {
	etag, tag := tagsOf(j.If.Rev)
	if refusal, is := wire.Refused(err); tag == "" || !is || refusal.Status != http.StatusPreconditionFailed {
		return err
	}
	now, unread := r.client.Get(ctx, r.config.Flavour, j.book.URL, j.name, "")
	if unread != nil || now.ScheduleTag != tag || now.ETag == etag {
		return err
	}
	if does, unknown := r.client.Schedules(ctx, j.book.URL); unknown != nil || !does {
		return err
	}
	return write(wire.Guard{ScheduleTag: tag})
}
