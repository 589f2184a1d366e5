package imapd

import (
	"fmt"
	"strings"
)

// search: SEARCH and UID SEARCH (RFC 3501, section 6.4.4), with RETURN
// (RFC 4731, section 3.1).
func (c *session) search(p *parser, uid bool) answer {
	var want []string
	extended := p.try(" RETURN ")
	if extended {
		p.list(func() {
			w := p.keyword()
			switch w {
			case "MIN", "MAX", "ALL", "COUNT":
				want = append(want, w)
			default:
				p.fail("unknown SEARCH return option %s", w)
			}
		})
		if !c.srv.has("ESEARCH") {
			p.fail("ESEARCH was not offered")
		}
		if len(want) == 0 {
			want = []string{"ALL"}
		}
	}
	if p.try(" CHARSET ") {
		if charset := strings.ToUpper(p.astring()); charset != "UTF-8" && charset != "US-ASCII" {
			return no("[BADCHARSET (US-ASCII UTF-8)] Unknown charset")
		}
	}
	s := searcher{c: c, p: p}
	p.sp()
	key := s.all()
	if !p.end() {
		return answer{}
	}
	var found []uint32
	highest := uint64(0)
	for i, v := range c.view {
		if v.m.gone || !key(i, v.m) {
			continue
		}
		highest = max(highest, v.m.modseq)
		if uid {
			found = append(found, v.m.uid)
		} else {
			found = append(found, uint32(i+1))
		}
	}
	if !s.modseq {
		highest = 0
	}
	if extended {
		c.tellESearch(p, found, want, uid, highest)
	} else {
		c.tellSearch(found, highest)
	}
	return ok("Search completed.")
}

func (c *session) tellSearch(found []uint32, highest uint64) {
	var b strings.Builder
	b.WriteString("* SEARCH")
	for _, n := range found {
		b.WriteString(" " + decimal(n))
	}
	if highest > 0 { // RFC 7162, section 3.1.5
		fmt.Fprintf(&b, " (MODSEQ %d)", highest)
	}
	c.out.line("%s", b.String())
}

func (c *session) tellESearch(p *parser, found []uint32, want []string, uid bool, highest uint64) {
	line := "* ESEARCH (TAG " + quoted(strings.SplitN(p.parts[0].text, " ", 2)[0]) + ")"
	if uid {
		line += " UID"
	}
	for _, w := range want {
		switch {
		case w == "COUNT":
			line += fmt.Sprintf(" COUNT %d", len(found))
		case len(found) == 0: // RFC 4731, section 3.1: nothing to say
		case w == "MIN":
			line += fmt.Sprintf(" MIN %d", found[0])
		case w == "MAX":
			line += fmt.Sprintf(" MAX %d", found[len(found)-1])
		case w == "ALL":
			line += " ALL " + compact(found)
		}
	}
	if highest > 0 {
		line += fmt.Sprintf(" MODSEQ %d", highest)
	}
	c.out.line("%s", line)
}
