package directory

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
)

// A token is "listed" after a listing, and "at N" in the middle of one, before
// the Nth entry.
const (
	tokenListed core.Token = "listed"
	tokenAt     string     = "at "
)

// mostReads of the sources in one pass: a failure that may pass is told to the
// engine, which pauses and asks again, until then.
const mostReads = 3

// Changes implements core.Replica. Every listing is from the beginning, and
// Full if all sources were read completely. If one was not, the listing is of
// what was read, names the failure as an item of its own, and is not Full; and
// the survey that follows is not complete.
func (r *Replica) Changes(ctx context.Context, feed core.FeedID, since core.Token) (core.Delta, error) {
	resource := element.Resource(feed)
	if !slices.Contains(r.config.resources(), resource) {
		return core.Delta{}, &core.Error{Op: "directory.Changes", Class: core.Missing, Thing: string(feed)}
	}
	at, err := 0, error(nil)
	if text, paging := strings.CutPrefix(string(since), tokenAt); paging {
		if at, err = strconv.Atoi(text); err != nil || at < 0 || r.now == nil || at > r.now.entries.Len() {
			return core.Delta{}, core.Errorf("directory.Changes", core.Resync, "%s was listed to somebody else", feed)
		}
	}
	now, err := r.read(ctx)
	if err != nil {
		return core.Delta{}, err
	}
	d := core.Delta{Full: now.whole() && !now.unlisted[resource], Next: tokenListed}
	for ; at < now.entries.Len() && len(d.Changed) < r.config.Page; at++ {
		for _, f := range now.entries.Entry(at) {
			if f.Resource == resource {
				d.Changed = append(d.Changed, stub(&f))
			}
		}
	}
	if at < now.entries.Len() {
		d.More, d.Next = true, core.Token(tokenAt+strconv.Itoa(at))
	} else if resource == element.User {
		d.Changed = append(d.Changed, now.failures()...)
	}
	return d, nil
}
