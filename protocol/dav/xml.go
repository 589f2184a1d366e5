package dav

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of what a server may send; 0 = the standard.
type Limits struct {
	// Row is how long one row of a multistatus, and so one property, or one body
	// that is read by itself, may be; 64 MiB.
	Row int64
	// Rows of one multistatus; 2,000,000.
	Rows int
	// Elements of one row, and how deep they lie within each other; 10,000 and 64.
	Elements, Depth int
	// Beside is how much may stand between two rows; 1 MiB.
	Beside int64
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, standard int) {
		if *v <= 0 {
			*v = standard
		}
	}
	set(&l.Rows, 2_000_000)
	set(&l.Elements, 10_000)
	set(&l.Depth, 64)
	if l.Row <= 0 {
		l.Row = 64 << 20
	}
	if l.Beside <= 0 {
		l.Beside = 1 << 20
	}
	return l
}

// node is one element of an answer.
type node struct {
	name     xml.Name
	attrs    []xml.Attr
	text     []byte
	children []*node
}

// child returns the first child of a name, or nil.
func (n *node) child(name xml.Name) *node {
	if n == nil {
		return nil
	}
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// each calls a function for every child of a name.
func (n *node) each(name xml.Name, do func(*node)) {
	if n == nil {
		return
	}
	for _, c := range n.children {
		if c.name == name {
			do(c)
		}
	}
}

// line is the text of an element that holds a short one.
func (n *node) line() string {
	if n == nil {
		return ""
	}
	return strings.TrimSpace(string(n.text))
}

// attr is the value of an attribute; "" = it is not there.
func (n *node) attr(local string) string {
	for _, a := range n.attrs {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// hrefs are the addresses within an element.
func (n *node) hrefs() (out []string) {
	n.each(dav("href"), func(h *node) { out = append(out, h.line()) })
	return out
}

// xmlReader reads elements with a bound. Neither entities nor a DTD are read
// (so that nothing multiplies, and nothing is fetched).
type xmlReader struct {
	decoder *xml.Decoder
	bound   *bound
	limits  Limits
	// elements of the row that is being read.
	elements int
}

// bound limits what may be read until it is set again.
type bound struct {
	from io.Reader
	left int64
	what string
}

func (b *bound) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, &shapeError{b.what}
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

func newXMLReader(r io.Reader, limits Limits) *xmlReader {
	b := &bound{from: r}
	x := &xmlReader{decoder: xml.NewDecoder(b), bound: b, limits: limits}
	x.decoder.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, &shapeError{fmt.Sprintf("the answer is written in %q, and not in UTF-8", printable(charset))}
	}
	return x
}

// row begins a new allowance.
func (x *xmlReader) row() {
	x.elements = 0
	x.bound.left, x.bound.what = x.limits.Row, fmt.Sprintf("a row of the answer is longer than %d bytes", x.limits.Row)
}

// beside begins the allowance of what is no row.
func (x *xmlReader) beside() {
	x.elements = 0
	x.bound.left, x.bound.what = x.limits.Beside, "what stands beside the rows of the answer has no end"
}

// token reads the next start, end or text.
func (x *xmlReader) token() (xml.Token, error) {
	for {
		t, err := x.decoder.Token()
		if err != nil {
			return nil, wrongXML(err)
		}
		switch t.(type) {
		case xml.Comment, xml.ProcInst:
			continue
		case xml.Directive:
			return nil, &shapeError{"the answer has a DTD, which is not read"}
		}
		return t, nil
	}
}

// root reads up to the first element.
func (x *xmlReader) root() (xml.StartElement, error) {
	for {
		t, err := x.token()
		if err == errCutOff {
			err = &shapeError{"the answer holds no XML"}
		}
		if err != nil {
			return xml.StartElement{}, err
		}
		if start, is := t.(xml.StartElement); is {
			return start, nil
		}
	}
}

// tree reads an element whose start was read.
func (x *xmlReader) tree(start xml.StartElement, depth int) (*node, error) {
	if x.elements++; x.elements > x.limits.Elements {
		return nil, &shapeError{fmt.Sprintf("a row of the answer has more than %d elements", x.limits.Elements)}
	}
	if depth > x.limits.Depth {
		return nil, &shapeError{fmt.Sprintf("the answer has more than %d elements within each other", x.limits.Depth)}
	}
	n := &node{name: start.Name, attrs: start.Attr}
	for {
		t, err := x.token()
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			c, err := x.tree(t, depth+1)
			if err != nil {
				return nil, err
			}
			n.children = append(n.children, c)
		case xml.CharData:
			n.text = append(n.text, t...)
		case xml.EndElement:
			return n, nil
		}
	}
}

// end makes sure that nothing but blanks follows the root.
func (x *xmlReader) end() error {
	for {
		t, err := x.decoder.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return wrongXML(err)
		}
		text, is := t.(xml.CharData)
		if _, comment := t.(xml.Comment); !comment && !(is && len(strings.TrimSpace(string(text))) == 0) {
			return &shapeError{"something follows the end of the answer"}
		}
	}
}

// wrongXML tells an answer that was cut off, which may be whole the next time,
// from one that is no XML.
func wrongXML(err error) error {
	var shape *shapeError
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &shape):
		return shape
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errCutOff
	case errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF"):
		return errCutOff
	case errors.As(err, &syntax):
		return &shapeError{fmt.Sprintf("the answer is not XML that can be read: line %d: %s", syntax.Line, printable(syntax.Msg))}
	}
	return err // of the connection
}

// errCutOff: a body without its end.
var errCutOff = errors.New("the answer ends in the middle")

// xmlWriter makes the body of a request.
type xmlWriter struct{ strings.Builder }

func newBody() *xmlWriter {
	w := &xmlWriter{}
	w.WriteString(`<?xml version="1.0" encoding="utf-8"?>` + "\n")
	return w
}

// open writes the start of the root, which declares all namespaces.
func (w *xmlWriter) open(local string, f Flavour) {
	w.WriteString("<" + local + ` xmlns="DAV:" xmlns:F="` + f.Namespace + `" xmlns:S="` + csNS + `">`)
}

// empty writes an element that holds nothing.
func (w *xmlWriter) empty(name xml.Name) {
	w.WriteString("<" + w.tag(name) + "/>")
}

// line writes an element that holds a text.
func (w *xmlWriter) line(name xml.Name, text string) {
	tag := w.tag(name)
	element, _, _ := strings.Cut(tag, " ")
	w.WriteString("<" + tag + ">")
	_ = xml.EscapeText(w, []byte(text)) // a Builder does not fail
	w.WriteString("</" + element + ">")
}

// tag is a name as it is written at a start.
func (w *xmlWriter) tag(name xml.Name) string {
	switch name.Space {
	case davNS:
		return name.Local
	case carddavNS, caldavNS:
		return "F:" + name.Local
	case csNS:
		return "S:" + name.Local
	}
	return "X:" + name.Local + ` xmlns:X="` + name.Space + `"`
}

func (w *xmlWriter) bytes() []byte { return []byte(w.String()) }
