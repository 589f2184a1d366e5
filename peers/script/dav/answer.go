package dav

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// element of a document that was answered.
type element struct {
	name string // with the prefix that scripts use
	text string
	kids []*element
}

func prefix(space string) string {
	switch space {
	case "DAV:":
		return "D:"
	case "urn:ietf:params:xml:ns:carddav":
		return "CARD:"
	case "urn:ietf:params:xml:ns:caldav":
		return "CAL:"
	case "http://calendarserver.org/ns/":
		return "CS:"
	case "urn:x":
		return "X:"
	}
	return "{" + space + "}"
}

// answer is what came.
type answer struct {
	status int
	header http.Header
	body   string
	root   *element // nil = it is no document
	bad    error    // it says that it is a document, and is none
}

func readAnswer(r *http.Response) (*answer, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	a := &answer{status: r.StatusCode, header: r.Header, body: string(body)}
	if strings.Contains(r.Header.Get("Content-Type"), "/xml") {
		a.root, a.bad = readXML(a.body)
	}
	return a, nil
}

func readXML(text string) (*element, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	top := &element{}
	open := []*element{top}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		last := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			e := &element{name: prefix(t.Name.Space) + t.Name.Local}
			last.kids = append(last.kids, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			last.text += string(t)
		}
	}
	if len(top.kids) == 0 {
		return nil, errors.New("it is empty")
	}
	return top.kids[0], nil
}

// all are the elements that a path of names leads to.
func (e *element) all(path string) []*element {
	name, rest, more := strings.Cut(path, "/")
	var out []*element
	for _, k := range e.kids {
		if k.name != name {
			continue
		}
		if !more {
			out = append(out, k)
		} else {
			out = append(out, k.all(rest)...)
		}
	}
	return out
}

func (e *element) first(path string) string {
	if all := e.all(path); len(all) > 0 {
		return strings.TrimSpace(all[0].text)
	}
	return ""
}

// code reads a status line.
func code(line string) int {
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return 0
	}
	n, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return n
}

// path of an href: a URL or a path, without escapes.
func path(href string) string {
	u, err := url.Parse(href)
	if err != nil {
		return href
	}
	return u.Path
}

// rows of a multistatus.
func (a *answer) rows() []*element {
	if a.root == nil {
		return nil
	}
	return a.root.all("D:response")
}

// hasRow tells whether a row fits "HREF STATUS [PROPERTY[/ELEMENT...] [TEXT]]".
func (a *answer) hasRow(v vars, want string) bool {
	fields := strings.SplitN(want, " ", 4)
	for _, r := range a.rows() {
		if path(r.first("D:href")) != path(v.fill(fields[0])) {
			continue
		}
		if len(fields) == 1 || len(fields) == 2 && strconv.Itoa(code(r.first("D:status"))) == fields[1] {
			return true
		}
		if len(fields) < 3 {
			continue
		}
		for _, stat := range r.all("D:propstat") {
			if strconv.Itoa(code(stat.first("D:status"))) != fields[1] {
				continue
			}
			for _, e := range stat.all("D:prop/" + fields[2]) {
				if len(fields) < 4 || v.match(fields[3], strings.TrimSpace(e.text)) {
					return true
				}
			}
		}
	}
	return false
}

// hasElement tells whether an element below the root fits "PATH [TEXT]".
func (a *answer) hasElement(v vars, want string) bool {
	if a.root == nil {
		return false
	}
	names, text, more := strings.Cut(want, " ")
	for _, e := range a.root.all(names) {
		if !more || v.match(text, strings.TrimSpace(e.text)) {
			return true
		}
	}
	return false
}

// lines of the body, unfolded.
func (a *answer) lines() []string {
	text := strings.ReplaceAll(a.body, "\r\n", "\n")
	return strings.Split(strings.ReplaceAll(text, "\n ", ""), "\n")
}

// summary of an answer in one line that two servers can be compared by: what
// each of them chooses for itself, such as an ETag, is left out.
func (a *answer) summary() string {
	var rows []string
	for _, r := range a.rows() {
		one := path(r.first("D:href"))
		if line := r.first("D:status"); line != "" {
			one += " " + strconv.Itoa(code(line))
		}
		for _, stat := range r.all("D:propstat") {
			var props []string
			for _, p := range stat.all("D:prop") {
				for _, k := range p.kids {
					props = append(props, k.name)
				}
			}
			slices.Sort(props)
			one += fmt.Sprintf(" %d%v", code(stat.first("D:status")), props)
		}
		rows = append(rows, one)
	}
	slices.Sort(rows)
	out := strconv.Itoa(a.status)
	switch {
	case a.bad != nil:
		out += " no XML"
	case a.root != nil && a.root.name == "D:error":
		for _, k := range a.root.kids {
			out += " " + k.name
		}
	case a.root != nil:
		out += " " + a.root.name
	}
	if len(a.header.Values("ETag")) > 0 {
		out += " ETag"
	}
	for _, r := range rows {
		out += "; " + r
	}
	if a.status == http.StatusOK && strings.HasPrefix(a.body, "BEGIN:") {
		out += "; " + strings.Join(a.lines(), "|")
	}
	return out
}
