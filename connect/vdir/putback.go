package vdir

import (
	"strconv"
	"strings"
	"time"

	"lockstep/core"
)

// What copies a backup back keeps the times of files: their bytes are from long ago, and
// yet the file system itself changed them just now, which no program can set. An edit,
// and a program that writes a file anew, has both times now; so has whoever's clock is
// wrong. Where a system does not tell the second time, nothing is known of a backup.

// PutBack implements core.Elder. That the time of the directory was set back, too, to
// before the version that was known came into it, shows that all of it was put back.
func (r *Replica) PutBack(at core.CollectionID, then, now core.Rev) core.PutBack {
	was, _, known := timesIn(then)
	if !known {
		return core.NotPutBack
	}
	all := false
	if r.tree != nil {
		p := r.tree.byID[at]
		all = p != nil && p.seen != nil && setBack(p.seen.ModTime(), changed(p.seen), was)
	}
	if now != "" {
		modified, changed, known := timesIn(now)
		if !known || !setBack(modified, changed, was) {
			return core.NotPutBack
		}
		if !all && hot(changed, r.config.Now()) {
			return core.YoungPutBack
		}
		if !all {
			return core.AlonePutBack
		}
	}
	if all {
		return core.AllPutBack
	}
	return core.NotPutBack
}

// setBack tells whether a program has set a time to before one that was known.
func setBack(modified, changed, was time.Time) bool {
	return modified.Before(was) && changed.Sub(modified) > settled
}

// timesIn are the times of a file with a Rev.
func timesIn(rev core.Rev) (modified, changed time.Time, known bool) {
	stat, _, _ := splitRev(rev)
	parts := strings.Split(stat, ".")
	if len(parts) != 4 {
		return modified, changed, false
	}
	m, err1 := strconv.ParseInt(parts[2], 36, 64)
	c, err2 := strconv.ParseInt(parts[3], 36, 64)
	return time.Unix(0, m), time.Unix(0, c), err1 == nil && err2 == nil
}
