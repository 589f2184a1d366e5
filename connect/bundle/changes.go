package bundle

import (
	"context"
	"strconv"
	"strings"

	"lockstep/core"
)

// A token is "listed" after a listing, and "at N REV" in the middle of one, before the
// Nth item of the file of that Rev.
const (
	tokenListed core.Token = "listed"
	tokenAt     string     = "at "
)

// Changes implements core.Replica. A file keeps no history: every listing is from the
// beginning. It is Full unless something in the file does not parse.
func (r *Replica) Changes(ctx context.Context, feed core.FeedID, since core.Token) (core.Delta, error) {
	const op = "bundle.Changes"
	if feed != core.FeedID(r.config.Name) {
		return core.Delta{}, &core.Error{Op: op, Class: core.Missing, Thing: string(feed)}
	}
	now, err := r.read(ctx)
	if err != nil {
		return core.Delta{}, err
	}
	at := 0
	if text, paging := strings.CutPrefix(string(since), tokenAt); paging {
		number, rev, _ := strings.Cut(text, " ")
		at, err = strconv.Atoi(number)
		if err != nil || at < 0 || rev != string(now.rev) {
			return core.Delta{}, core.Errorf(op, core.Resync, "the file was changed while it was listed")
		}
	} else if since != "" && since != tokenListed {
		return core.Delta{}, core.Errorf(op, core.Resync, "token %q is not one of a file", since)
	}
	all := r.contents()
	d := core.Delta{Full: !all.lost, Next: tokenListed}
	for ; at < len(all.items) && len(d.Changed) < r.config.Page; at++ {
		d.Changed = append(d.Changed, all.items[at].Stub)
	}
	if at < len(all.items) {
		d.More, d.Next = true, core.Token(tokenAt+strconv.Itoa(at)+" "+string(now.rev))
	}
	return d, nil
}
