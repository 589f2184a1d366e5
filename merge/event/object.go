package event

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"lockstep/format/contentline"
	"lockstep/format/ical"
)

// object is a body taken apart.
type object struct {
	*ical.Object
	uid   string
	parts map[string]*part
}

// part is some lines of one instance.
type part struct {
	lines []contentline.Line
	at    []int // of the lines
	// attendee: only the PARTSTAT of the line is meant.
	attendee bool
}

func read(body []byte) (*object, error) {
	parsed, err := ical.Parse(body)
	if err != nil {
		return nil, err
	}
	uid, _, err := ical.Describe(body)
	if err != nil {
		return nil, err
	}
	o := &object{Object: parsed, uid: uid, parts: map[string]*part{}}
	bearers := map[string]int{}
	for _, c := range o.Components {
		bearers[instance(c)]++
	}
	for _, c := range o.Components {
		if c.Name != "VTIMEZONE" && bearers[instance(c)] == 1 {
			o.take(c)
		}
	}
	return o, nil
}

// instance is the name of a component: "VEVENT" of the series, or of one date.
func instance(c ical.Component) string { return strings.TrimSpace(c.Name + " " + c.Instance) }

// take finds the parts of a component.
func (o *object) take(c ical.Component) {
	alarm := false
	add := func(i int, name string, attendee bool) {
		p := o.parts[name]
		if p == nil {
			p = &part{attendee: attendee}
			o.parts[name] = p
		}
		p.lines, p.at = append(p.lines, o.Doc.Lines[i]), append(p.at, i)
	}
	answered := map[string]int{}
	for _, l := range o.Doc.Lines[c.From+1 : c.To] {
		if l.Name == "ATTENDEE" && l.Depth == 2 {
			answered[address(l)]++
		}
	}
	for i := c.From + 1; i < c.To; i++ {
		l := o.Doc.Lines[i]
		inAlarm := strings.EqualFold(strings.TrimSpace(l.Value), "VALARM") && l.Depth == 2
		switch {
		case l.Name == "BEGIN" && inAlarm:
			alarm = true
			add(i, "VALARM "+instance(c), false)
		case alarm:
			add(i, "VALARM "+instance(c), false)
			alarm = l.Name != "END" || !inAlarm
		case l.Depth != 2:
		case strings.HasPrefix(l.Name, "X-"):
			add(i, l.Name+" "+instance(c), false)
		case l.Name == "ATTENDEE" && answered[address(l)] == 1:
			add(i, "PARTSTAT "+instance(c)+" "+address(l), true)
		case inline(l):
			add(i, attachment(l)+" "+instance(c), false)
		}
	}
}

// inline tells whether a line holds an attachment itself, and no address of one (RFC 5545,
// section 3.8.1.1).
func inline(l contentline.Line) bool {
	return l.Name == "ATTACH" && (slices.ContainsFunc(l.Get("ENCODING"), func(v string) bool { return strings.EqualFold(v, "BASE64") }) ||
		slices.ContainsFunc(l.Get("VALUE"), func(v string) bool { return strings.EqualFold(v, "BINARY") }))
}

// attachment names an attachment by what it holds, so that several are a set.
func attachment(l contentline.Line) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(l.Value), "")))
	return "ATTACH:" + hex.EncodeToString(sum[:8])
}

func address(l contentline.Line) string { return strings.ToLower(strings.TrimSpace(l.Value)) }

func (p *part) canonical() string {
	if p.attendee {
		return answer(p.lines[0])
	}
	return ical.CanonicalLines(p.lines, 2)
}

// raw is the lines as they stand; of an attendee, the answer.
func (p *part) raw() string {
	if p.attendee {
		return answer(p.lines[0])
	}
	d := contentline.Document{Lines: p.lines}
	return string(d.Bytes())
}

// answer is what an attendee says; nothing yet is NEEDS-ACTION (RFC 5545,
// 3.2.12).
func answer(l contentline.Line) string {
	for _, v := range l.Get("PARTSTAT") {
		return strings.ToUpper(v)
	}
	return "NEEDS-ACTION"
}

// answering is the line of an attendee with an answer.
func answering(l contentline.Line, answer string) contentline.Line {
	l.Raw = ""
	l.Params = slices.DeleteFunc(slices.Clone(l.Params), func(p contentline.Param) bool { return p.Name == "PARTSTAT" })
	if answer != "" {
		l.Params = append(l.Params, contentline.Param{Name: "PARTSTAT", Values: []string{answer}})
	}
	return l
}

// core is what the event means without its parts.
func (o *object) core() string {
	lines := slices.Clone(o.Doc.Lines)
	for _, p := range o.parts {
		for _, i := range p.at {
			if p.attendee {
				lines[i] = answering(lines[i], "")
			} else {
				lines[i] = contentline.Line{}
			}
		}
	}
	return ical.CanonicalLines(lines, 0)
}
