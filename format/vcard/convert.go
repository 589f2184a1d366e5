package vcard

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/format/contentline"
)

// In returns the property as a card of another version says it: its name, its
// attributes and its value. In its own version it keeps its bytes. What a
// version cannot say (SORT-AS before 4.0) is left out.
func (p Property) In(version string) Property {
	if p.Version == version {
		return p
	}
	q := Property{Version: version, At: p.At, Inner: p.Inner, Line: contentline.Line{
		Group: p.Group, Name: nameIn(p.Name, version), Number: p.Number, Depth: p.Depth,
	}}
	q.write(p)
	return q.WithAttributes(p.Attributes())
}

// WithValue returns the property with the value of another one, of any version;
// its attributes, name and group stay.
func (p Property) WithValue(from Property) Property {
	q := p.bare()
	q.Inner = from.Inner
	if from.Version == p.Version {
		q.Value = from.Value
		for _, param := range from.Params {
			if !from.attribute(param) {
				q.Params = append(q.Params, param)
			}
		}
		return q
	}
	q.write(from)
	return q
}

// WithText returns the property with a text as its value.
func (p Property) WithText(value string) Property {
	q := p.bare()
	q.writeText(value)
	return q
}

// WithMembers returns a list with these members.
func (p Property) WithMembers(members []string) Property {
	q := p.bare()
	q.writeParts(members, ",")
	return q
}

// bare is the property without a value, and without what says how it is written.
func (p Property) bare() Property {
	q := p
	q.Raw, q.Value, q.Inner = "", "", nil
	q.Params = slices.DeleteFunc(slices.Clone(p.Params), func(param contentline.Param) bool { return !p.attribute(param) })
	return q
}

// attribute tells whether a parameter says anything but how the value is written.
func (p Property) attribute(param contentline.Param) bool {
	name := nameOf(param)
	if name != "TYPE" {
		return !representation(name)
	}
	return formOf(p.Name) != binary || slices.ContainsFunc(param.Values, func(t string) bool { return !p.silent(strings.ToLower(t)) })
}

// write sets the value to that of a property of another version, and appends
// the parameters that say how it is written.
func (q *Property) write(p Property) {
	add := func(name string, values ...string) {
		q.Params = append(q.Params, contentline.Param{Name: name, Values: values})
	}
	switch form := formOf(p.Name); form {
	case binary:
		if encoded, media, ok := p.embedded(); ok {
			q.writeBinary(encoded, media)
			return
		}
		q.Value = strings.TrimSpace(p.Text())
		if q.Version != V40 && q.Value != "" { // RFC 2426, 3.1.4
			if q.Version == V30 {
				add("VALUE", "uri")
			} else {
				add("VALUE", "URL")
			}
		}
		return
	case date:
		q.writeDate(p)
		return
	case phone:
		v := p.Text()
		if number, isURI := cutFold(v, "tel:"); isURI && q.Version != V40 {
			v = strings.ReplaceAll(number, ";ext=", " x")
		} else if isURI {
			add("VALUE", "uri")
			q.Value = v
			return
		}
		q.writeText(v)
		return
	case position:
		v, isURI := cutFold(strings.TrimSpace(p.Text()), "geo:")
		switch {
		case q.Version == V40:
			q.Value = "geo:" + strings.ReplaceAll(v, ";", ",")
		case isURI:
			v, _, _ = strings.Cut(v, ";") // parameters of RFC 5870
			q.Value = strings.ReplaceAll(v, ",", ";")
		default:
			q.Value = v
		}
		return
	case uri:
		q.Value = strings.TrimSpace(p.Text())
		return
	case structured, list:
		if p.Version == V21 || q.Version == V21 {
			sep := ";"
			if form == list {
				sep = ","
			}
			q.writeParts(p.split(sep[0]), sep)
			return
		}
	case text:
		q.writeText(p.Text())
		return
	}
	for _, v := range p.Get("VALUE") { // of an unknown property
		add("VALUE", v)
	}
	switch {
	case q.Version == V21: // only semicolons are escaped there, if this is a structured value
		q.writeRaw(Unescape(strings.ReplaceAll(p.raw(), `\;`, `\\;`)))
	case p.Version == V21:
		q.writeRaw(strings.NewReplacer("\r\n", `\n`, "\n", `\n`).Replace(p.raw()))
	default:
		q.writeRaw(p.raw())
	}
}

func (q *Property) writeText(s string) { q.writeRaw(q.escaped(s)) }

// writeParts sets a structured value or a list.
func (q *Property) writeParts(parts []string, sep string) {
	parts = slices.Clone(parts)
	for i, part := range parts {
		if parts[i] = Escape(part); q.Version == V21 {
			parts[i] = strings.ReplaceAll(part, sep, `\`+sep)
		}
	}
	q.writeRaw(strings.Join(parts, sep))
}

func (q *Property) escaped(s string) string {
	if q.Version == V21 {
		return strings.ReplaceAll(s, ";", `\;`)
	}
	return Escape(s)
}

// writeRaw sets a value that is escaped already; vCard 2.1 needs an encoding for
// what is not ASCII, or has more than one line.
func (q *Property) writeRaw(s string) {
	q.Value = s
	if q.Version != V21 || strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0 {
		return
	}
	if strings.IndexFunc(s, func(r rune) bool { return r > '~' }) >= 0 {
		q.Params = append(q.Params, contentline.Param{Name: "CHARSET", Values: []string{"UTF-8"}})
	}
	q.Params = append(q.Params, contentline.Param{Name: "ENCODING", Values: []string{"QUOTED-PRINTABLE"}})
	var b strings.Builder
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n':
			b.WriteString("=0D=0A")
		case c < ' ' || c > '~' || c == '=' || c == ' ' && i+1 == len(s):
			fmt.Fprintf(&b, "=%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	q.Value = b.String()
}

func (q *Property) writeBinary(encoded, media string) {
	if q.Version == V40 {
		if media == "" {
			media = "application/octet-stream"
		}
		q.Value = "data:" + media + ";base64," + encoded
		return
	}
	kind := media[strings.LastIndexByte(media, '/')+1:]
	switch media {
	case "application/pgp-keys":
		kind = "pgp"
	case "application/pkix-cert":
		kind = "x509"
	case "application/octet-stream":
		kind = ""
	}
	encoding := "b"
	if q.Version == V21 {
		encoding = "BASE64"
	}
	q.Params = append(q.Params, contentline.Param{Name: "ENCODING", Values: []string{encoding}})
	if kind != "" {
		q.Params = append(q.Params, contentline.Param{Name: "TYPE", Values: []string{strings.ToUpper(kind)}})
	}
	q.Value = encoded
}

// writeDate: 3.0 writes hyphens (RFC 2426, 3.1.5), 4.0 writes none (RFC 6350,
// 4.3.1). A birthday without a year is an extension before 4.0, which Apple's
// programs read.
func (q *Property) writeDate(p Property) {
	add := func(name, value string) {
		q.Params = append(q.Params, contentline.Param{Name: name, Values: []string{value}})
	}
	const noYear = "1604"
	v := p.canonical()
	day, clock, timed := strings.Cut(v, "T")
	isText := len(p.Get("VALUE")) > 0 && strings.EqualFold(p.Get("VALUE")[0], "text") || !dateLike(day)
	switch {
	case isText:
		add("VALUE", "text")
		q.writeText(p.Text())
		return
	case q.Version == V40:
	case strings.HasPrefix(day, "--") && len(day) == 6:
		add("X-APPLE-OMIT-YEAR", noYear)
		day = noYear + day[2:]
	}
	if q.Version == V30 && len(day) == 8 && strings.Trim(day, "0123456789") == "" {
		day = day[:4] + "-" + day[4:6] + "-" + day[6:]
	}
	if timed {
		day += "T" + clock
	}
	q.Value = day
}
