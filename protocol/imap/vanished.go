package imap

import "strings"

// mostRanges of UIDs that vanished are kept of one answer.
const mostRanges = 100_000

// vanishedData reads VANISHED (RFC 7162, section 3.2.10): with (EARLIER) what
// left since the state that SelectSince named, else what leaves now.
func (c *Conn) vanishedData() {
	r := c.r
	r.most = r.limits.Search // it may name as many as a search
	r.spaces()
	earlier := r.peek() == '('
	if earlier {
		if w := r.words(); len(w) != 1 || !strings.EqualFold(w[0], "EARLIER") {
			r.fail("what vanished is neither of now nor of earlier")
		}
		r.spaces()
	}
	ranges, good := parseRanges(r.atom())
	if !good {
		r.fail("a set of UIDs is missing")
	}
	m := c.mailbox
	if !r.ok() || m == nil {
		return
	}
	if !earlier {
		n := normal(ranges).Count()
		c.expunged(n, uint32(min(n, 1<<32-1)))
		return
	}
	if len(c.vanished)+len(ranges) > mostRanges {
		m.Doubt, ranges = "more left it than can be told", nil
	}
	c.vanished = append(c.vanished, ranges...)
}
