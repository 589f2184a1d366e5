package demo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/quotedprintable"
)

// part of a message: its own header fields and its content, encoded
// (RFC 2045, RFC 2046).
type part struct {
	header []field
	body   []byte
}

func (p part) bytes() []byte {
	var b bytes.Buffer
	for _, f := range p.header {
		fmt.Fprintf(&b, "%s: %s\r\n", f.name, f.value)
	}
	b.WriteString("\r\n")
	b.Write(p.body)
	return b.Bytes()
}

// encodings of text in UTF-8, all three of which mail programs use.
func encodings() []string { return []string{"8bit", "quoted-printable", "base64"} }

// text is a part of type text/..., in UTF-8.
func text(subtype, encoding, content string) part {
	return encoded(encoding, []byte(content+"\n"), field{"Content-Type", "text/" + subtype + "; charset=utf-8"})
}

// encoded makes a part of content in one of the encodings of RFC 2045,
// section 6.
func encoded(encoding string, content []byte, header ...field) part {
	p := part{header: append(header, field{"Content-Transfer-Encoding", encoding})}
	switch encoding {
	case "quoted-printable":
		var b bytes.Buffer
		w := quotedprintable.NewWriter(&b)
		w.Write(crlf(content)) // a bytes.Buffer takes everything
		w.Close()
		p.body = b.Bytes()
	case "base64":
		const line = 57 // bytes that make 76 characters (RFC 2045, section 6.8)
		for len(content) > 0 {
			n := min(line, len(content))
			p.body = append(base64.StdEncoding.AppendEncode(p.body, content[:n]), '\r', '\n')
			content = content[n:]
		}
	default:
		p.body = crlf(content)
	}
	return p
}

// attachment is a file.
func attachment(mediaType, name string, content []byte) part {
	return encoded("base64", content,
		field{"Content-Type", mediaType},
		field{"Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name})})
}

// forwarded is a whole message inside another (RFC 2046, section 5.2.1).
func forwarded(m []byte) part {
	return part{[]field{{"Content-Type", "message/rfc822"}, {"Content-Disposition", "attachment"}, {"Content-Transfer-Encoding", "8bit"}}, m}
}

// multipart puts parts together; the boundary must be in none of them.
func multipart(subtype, boundary string, parts ...part) part {
	var b bytes.Buffer
	for _, p := range parts {
		fmt.Fprintf(&b, "--%s\r\n%s\r\n", boundary, p.bytes())
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return part{[]field{{"Content-Type", fmt.Sprintf("multipart/%s; boundary=%q", subtype, boundary)}}, b.Bytes()}
}
