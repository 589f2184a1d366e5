package dav

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Condition is a precondition or postcondition that does not hold (RFC 4918,
// section 16): "no-uid-conflict", with the addresses that it names.
type Condition struct {
	Name  string
	Hrefs []string
}

// row of a multistatus (RFC 4918, section 14.24).
type row struct {
	hrefs []string
	// status of the row as a whole; 0 = it is told for each property.
	status int
	// found are the properties that are there; refused the status of the others.
	found   map[xml.Name]*node
	refused map[xml.Name]int
	// conditions and text say why.
	conditions []Condition
	text       string
}

// href is the first address of a row; a row of one status may have several.
func (r row) href() string {
	if len(r.hrefs) == 0 {
		return ""
	}
	return r.hrefs[0]
}

// readMultistatus reads an answer to its end and calls each for every row. token
// is the sync-token that it holds; "" = none.
func readMultistatus(r io.Reader, limits Limits, each func(row) error) (token string, err error) {
	x := newXMLReader(r, limits)
	x.beside()
	root, err := x.root()
	if err != nil {
		return "", err
	}
	if root.Name != dav("multistatus") {
		return "", &shapeError{fmt.Sprintf("the answer is <%s>, where a list was asked for", printable(root.Name.Local))}
	}
	for rows := 0; ; {
		t, err := x.token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.EndElement:
			return token, x.end()
		case xml.StartElement:
			isRow := t.Name == dav("response")
			if isRow {
				if rows++; rows > limits.Rows {
					return "", &shapeError{fmt.Sprintf("the answer has more than %d rows", limits.Rows)}
				}
				x.row()
			}
			n, err := x.tree(t, 1)
			if err != nil {
				return "", err
			}
			if isRow {
				r, err := rowOf(n)
				if err == nil {
					err = each(r)
				}
				if err != nil {
					return "", err
				}
				x.beside()
			} else if t.Name == dav("sync-token") {
				token = n.line()
			}
		}
	}
}

// rowOf understands a response element.
func rowOf(n *node) (row, error) {
	r := row{hrefs: n.hrefs(), found: map[xml.Name]*node{}, refused: map[xml.Name]int{}}
	if len(r.hrefs) == 0 {
		return r, &shapeError{"a row of the answer does not say what it is about"}
	}
	if s := n.child(dav("status")); s != nil {
		if r.status = statusOf(s.line()); r.status == 0 {
			return r, &shapeError{"a row of the answer has no status that can be read: " + printable(s.line())}
		}
	}
	r.conditions = conditionsOf(n.child(dav("error")))
	r.text = printable(n.child(dav("responsedescription")).line())
	var err error
	n.each(dav("propstat"), func(p *node) {
		status := statusOf(p.child(dav("status")).line())
		if status == 0 {
			err = &shapeError{"a row of the answer has a property without a status"}
		}
		if more := conditionsOf(p.child(dav("error"))); len(more) > 0 {
			r.conditions = append(r.conditions, more...)
		}
		properties := p.child(dav("prop"))
		if properties == nil {
			return
		}
		for _, c := range properties.children {
			if status >= 200 && status < 300 {
				r.found[c.name] = c
			} else {
				r.refused[c.name] = status
			}
		}
	})
	return r, err
}

// statusOf reads a status line, "HTTP/1.1 404 Not Found"; 0 = it is none.
func statusOf(line string) int {
	fields := strings.Fields(line)
	if len(fields) < 2 || !strings.HasPrefix(strings.ToUpper(fields[0]), "HTTP/") {
		return 0
	}
	n, err := strconv.Atoi(fields[1])
	if err != nil || n < 100 || n > 599 {
		return 0
	}
	return n
}

// conditionsOf reads what an error element names.
func conditionsOf(n *node) (out []Condition) {
	if n == nil {
		return nil
	}
	for _, c := range n.children {
		out = append(out, Condition{Name: printable(c.name.Local), Hrefs: c.hrefs()})
	}
	return out
}

// failed tells whether a row is an error as a whole.
func (r row) failed() bool { return r.status >= 300 }

// refusal is a row as an error.
func (r row) refusal() *StatusError {
	status := r.status
	if status == 0 {
		status = http.StatusInternalServerError
		for _, s := range r.refused { // the smallest, so that it is always the same
			if status == http.StatusInternalServerError || s < status {
				status = s
			}
		}
	}
	return &StatusError{Status: status, Conditions: r.conditions, Message: r.text}
}
