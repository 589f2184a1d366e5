package contentline

import (
	"slices"
	"strings"
)

// A body of more lines, or with deeper components, is refused.
const (
	maxLines = 200_000
	maxDepth = 16
)

// Document is the lines of one body.
type Document struct {
	Lines []Line
	// EOL is the line end of new lines: LF if the first line ends so, else CRLF
	// (a CR alone would be one line end with an LF behind it).
	EOL string
	old bool // vCard 2.1
}

// Parse reads a body. Errors are *Error values.
func Parse(body []byte) (*Document, error) {
	d := &Document{EOL: "\r\n"}
	var open []Line
	for l, err := range Lines(string(body)) {
		if err != nil {
			return nil, err
		}
		if len(d.Lines) == maxLines {
			return nil, errorf(l.Number, "there are more than %d lines", maxLines)
		}
		switch component := strings.ToUpper(strings.TrimSpace(l.Value)); l.Name {
		case "BEGIN":
			if len(open) == maxDepth {
				return nil, errorf(l.Number, "components are nested more than %d deep", maxDepth)
			}
			l.Depth = len(open)
			open = append(open, Line{Name: component, Number: l.Number})
		case "END":
			if len(open) == 0 {
				return nil, errorf(l.Number, "END:%s ends nothing", component)
			}
			if last := open[len(open)-1]; last.Name != component {
				return nil, errorf(l.Number, "END:%s does not end the BEGIN:%s of line %d", component, last.Name, last.Number)
			}
			open = open[:len(open)-1]
			l.Depth = len(open)
		case "VERSION":
			d.old = d.old || strings.TrimSpace(l.Value) == "2.1"
			l.Depth = len(open)
		default:
			l.Depth = len(open)
		}
		d.Lines = append(d.Lines, l)
	}
	if len(open) > 0 {
		last := open[len(open)-1]
		return nil, errorf(last.Number, "BEGIN:%s has no END", last.Name)
	}
	if len(d.Lines) > 0 {
		if first := d.Lines[0].Raw; strings.HasSuffix(first, "\n") && !strings.HasSuffix(first, "\r\n") {
			d.EOL = "\n"
		}
	}
	return d, nil
}

// Bytes prints the lines as they stand.
func (d *Document) Bytes() []byte {
	var b strings.Builder
	for _, l := range d.Lines {
		b.WriteString(l.Raw)
	}
	return []byte(b.String())
}

// Insert puts lines before the line at an index. New lines are printed; lines
// of another Document keep their folds and get the line ends of this one.
func (d *Document) Insert(at int, lines ...Line) {
	if at > 0 && len(lines) > 0 {
		if last := &d.Lines[at-1]; !strings.HasSuffix(last.Raw, "\n") && !strings.HasSuffix(last.Raw, "\r") {
			last.Raw += d.EOL
		}
	}
	d.Lines = slices.Insert(d.Lines, at, d.own(lines)...)
}

// Replace puts a line in the place of the one at an index.
func (d *Document) Replace(at int, line Line) {
	depth := d.Lines[at].Depth
	d.Lines[at] = d.own([]Line{line})[0]
	d.Lines[at].Depth = depth
}

// Rewrite puts other lines in the place of some: none to remove one, itself and
// more to insert behind it. All indexes are those before.
func (d *Document) Rewrite(places map[int][]Line) {
	lines := d.Lines
	d.Lines = make([]Line, 0, len(lines)+len(places))
	for i, l := range lines {
		with, changed := places[i]
		if !changed {
			with = []Line{l}
		}
		for _, w := range with {
			if w.Raw != "" && w.Raw == l.Raw {
				d.Lines = append(d.Lines, l)
			} else {
				d.Insert(len(d.Lines), w)
			}
		}
	}
}

// Remove takes out the line at an index.
func (d *Document) Remove(at int) { d.Lines = slices.Delete(d.Lines, at, at+1) }

func (d *Document) own(lines []Line) []Line {
	lines = slices.Clone(lines)
	for i, l := range lines {
		if l.Raw == "" {
			lines[i].Raw = printed(l, d.EOL, d.old)
			continue
		}
		var b strings.Builder
		for rest := l.Raw; rest != ""; {
			content, size := cut(rest)
			b.WriteString(content + d.EOL)
			rest = rest[size:]
		}
		lines[i].Raw = b.String()
	}
	return lines
}
