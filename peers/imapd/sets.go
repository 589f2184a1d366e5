package imapd

import (
	"strconv"
	"strings"
)

// span of numbers; 0 stands for "*".
type span struct{ from, to uint32 }

// set is a sequence-set as it was sent; it is never expanded, so that
// 1:4294967295 costs nothing.
type set []span

// set reads a sequence-set (RFC 3501, section 9).
func (p *parser) set() set {
	text := p.span("a set", func(b byte) bool { return b >= '0' && b <= '9' || b == ':' || b == ',' || b == '*' })
	var out set
	for item := range strings.SplitSeq(text, ",") {
		from, to, ranged := strings.Cut(item, ":")
		if !ranged {
			to = from
		}
		out = append(out, span{p.setNumber(from), p.setNumber(to)})
	}
	return out
}

func (p *parser) setNumber(text string) uint32 {
	if text == "*" {
		return 0
	}
	sub := parser{parts: []part{{text: text}}}
	n := sub.number()
	if !sub.end() || n == 0 || n > 1<<32-1 || text[0] == '0' { // nz-number
		p.fail("bad number %q in a set", text)
	}
	return uint32(n)
}

// holds says whether a number is in the set, where "*" is last.
func (s set) holds(n, last uint32) bool {
	for _, r := range s {
		from, to := r.from, r.to
		if from == 0 {
			from = last
		}
		if to == 0 {
			to = last
		}
		if from > to { // RFC 3501, section 9: in any order
			from, to = to, from
		}
		if from <= n && n <= to {
			return true
		}
	}
	return false
}

// compact writes numbers in order as a set.
func compact(numbers []uint32) string {
	var b strings.Builder
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(decimal(numbers[i]))
		if j > i {
			b.WriteString(":" + decimal(numbers[j]))
		}
		i = j + 1
	}
	return b.String()
}

func decimal(n uint32) string   { return strconv.FormatUint(uint64(n), 10) }
func decimal64(n uint64) string { return strconv.FormatUint(n, 10) }
