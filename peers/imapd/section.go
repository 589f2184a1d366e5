package imapd

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// sectionItem reads BODY[...]<...> (RFC 3501, section 6.4.5). Parts of MIME
// messages are not known; a client that copies bodies asks for none.
func (c *session) sectionItem(p *parser, reads bool) item {
	p.want("[")
	it := item{reads: reads}
	take := func(b []byte) []byte { return b }
	name := strings.ToUpper(p.rest()[:max(0, strings.IndexAny(p.rest()+"]", " ]"))])
	p.pos += len(name)
	switch name {
	case "":
	case "HEADER":
		take = header
	case "TEXT":
		take = func(b []byte) []byte { return b[len(header(b)):] }
	case "HEADER.FIELDS", "HEADER.FIELDS.NOT":
		var fields []string
		p.sp()
		p.list(func() { fields = append(fields, p.astring()) })
		if len(fields) == 0 {
			p.fail("no header field")
		}
		name += " (" + strings.Join(fields, " ") + ")"
		not := strings.HasPrefix(name, "HEADER.FIELDS.NOT")
		take = func(b []byte) []byte { return headerFields(b, fields, not) }
	default:
		p.fail("unknown section %q", name)
	}
	p.want("]")
	it.name = "BODY[" + name + "]"
	if p.try("<") {
		from := p.number()
		p.want(".")
		count := p.number()
		p.want(">")
		it.name += fmt.Sprintf("<%d>", from)
		whole := take
		take = func(b []byte) []byte {
			b = whole(b)
			b = b[min(from, uint64(len(b))):]
			return b[:min(count, uint64(len(b)))]
		}
	}
	it.write = func(m *message) { c.out.literal(take(m.email.body)) }
	return it
}

// header is everything up to and with the empty line.
func header(b []byte) []byte {
	for i := 0; i < len(b); {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			break
		}
		line := b[i : i+n+1]
		i += n + 1
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return b[:i]
		}
	}
	return b
}

// field is one header field with its folded lines.
type field struct {
	name string
	raw  []byte
}

func (f field) value() string {
	_, v, _ := strings.Cut(string(f.raw), ":")
	return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", "").Replace(v))
}

func fields(body []byte) []field {
	var out []field
	for line := range bytes.Lines(header(body)) {
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
		if (line[0] == ' ' || line[0] == '\t') && len(out) > 0 { // RFC 5322, section 2.2.3
			out[len(out)-1].raw = append(out[len(out)-1].raw, line...)
			continue
		}
		name, _, _ := strings.Cut(string(line), ":")
		out = append(out, field{strings.TrimSpace(name), slices.Clone(line)})
	}
	return out
}

func headerFields(body []byte, names []string, not bool) []byte {
	var b bytes.Buffer
	for _, f := range fields(body) {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, f.name) }) != not {
			b.Write(f.raw)
		}
	}
	b.WriteString("\r\n")
	return b.Bytes()
}
