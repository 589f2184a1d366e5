package lsc

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"lockstep/core"
)

// The schemas of LSC, and that of the plugin.
const (
	schemaBefore = "http://lsc-project.org/XSD/lsc-core-"
	schemaPlugin = "http://lsc-project.org/XSD/lsc-james0-plugin-1.0.xsd"
)

// MostBytes is how long a file may be.
const MostBytes = 8 << 20

// mostElements is how many elements it may have, mostDepth how deeply they may
// be nested.
const (
	mostElements = 100_000
	mostDepth    = 50
)

// element of a file. Reading one marks it, so that what nobody read can be
// reported.
type element struct {
	name     xml.Name
	attrs    []xml.Attr
	children []*element
	// raw is the text between its tags, text that without the blanks around it;
	// textLine is where text begins.
	raw, text      string
	line, textLine int
	// pieces of the text, while it is read.
	pieces []byte
	begun  bool
	read   bool
}

// parse reads a file. Errors are of class Permanent and name the line.
func parse(file string, text []byte) (*element, error) {
	wrong := func(line int, remedy, format string, args ...any) error {
		return &core.Error{Op: "import lsc", Class: core.Permanent, Thing: fmt.Sprintf("%s:%d", file, line), Remedy: remedy, Err: fmt.Errorf(format, args...)}
	}
	if len(text) > MostBytes {
		return nil, wrong(1, "check that it is an lsc.xml", "the file is longer than %d bytes", MostBytes)
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	d.CharsetReader = charset
	var root *element
	var open []*element
	count := 0
	for {
		line, _ := d.InputPos()
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && root != nil && len(open) == 0:
			return root, nil
		case errors.Is(err, io.EOF):
			return nil, wrong(line, "give the lsc.xml of LSC", "it holds no XML element")
		case err != nil:
			return nil, broken(line, err, wrong)
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, wrong(line, "remove it: LSC needs none", "a document type is not read")
		case xml.StartElement:
			if count++; count > mostElements || len(open) >= mostDepth {
				return nil, wrong(line, "check that it is an lsc.xml", "it has more than %d elements, or more than %d in each other", mostElements, mostDepth)
			}
			e := &element{name: t.Name, attrs: t.Copy().Attr, line: line, textLine: line}
			switch {
			case len(open) > 0:
				in := open[len(open)-1]
				in.children = append(in.children, e)
			case root != nil:
				return nil, wrong(line, "remove what follows the first", "there is a second root element, <%s>", t.Name.Local)
			default:
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			e := open[len(open)-1]
			e.raw, e.pieces = string(e.pieces), nil
			e.text = strings.TrimSpace(e.raw)
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].add(string(t), line)
			}
		}
	}
}

// add appends text that begins on a line.
func (e *element) add(text string, line int) {
	if !e.begun {
		rest := strings.TrimSpace(text)
		blank, _, _ := strings.Cut(text, rest)
		e.textLine = line + strings.Count(blank, "\n")
		e.begun = rest != ""
	}
	e.pieces = append(e.pieces, text...)
}

// broken explains what encoding/xml found.
func broken(line int, err error, wrong func(int, string, string, ...any) error) error {
	var syntax *xml.SyntaxError
	if !errors.As(err, &syntax) {
		return wrong(line, "save it as UTF-8", "%w", err)
	}
	remedy := "mend it there; LSC reads no broken XML either"
	if strings.Contains(syntax.Msg, "entity") {
		remedy = "write & as &amp;, or put the text into <![CDATA[ ]]>"
	}
	return wrong(syntax.Line, remedy, "it is not XML: %s", syntax.Msg)
}

// charset decodes what a file says that it is written in; UTF-8 needs none.
func charset(name string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "us-ascii", "ascii":
		return r, nil
	case "iso-8859-1", "latin1":
		return charmap.ISO8859_1.NewDecoder().Reader(r), nil
	case "iso-8859-15", "latin9":
		return charmap.ISO8859_15.NewDecoder().Reader(r), nil
	case "windows-1252":
		return charmap.Windows1252.NewDecoder().Reader(r), nil
	}
	return nil, fmt.Errorf("the encoding %q is not known", name)
}

// known tells whether an element is of LSC or of the plugin.
func (e *element) known() bool {
	return strings.HasPrefix(e.name.Space, schemaBefore) || e.name.Space == schemaPlugin
}

// is tells whether it has this name.
func (e *element) is(name string) bool { return e.name.Local == name && e.known() }

// child returns the first child of a name and marks it as read; nil = there is
// none.
func (e *element) child(name string) *element {
	for _, c := range e.children {
		if c.is(name) && !c.read {
			c.read = true
			return c
		}
	}
	return nil
}

// value is the text of a child; "" = there is none.
func (e *element) value(name string) string {
	if c := e.child(name); c != nil {
		return c.text
	}
	return ""
}

// strings returns the <string> elements of a child.
func (e *element) strings(name string) (out []*element) {
	if of := e.child(name); of != nil {
		out = of.all("string")
	}
	return out
}

// all returns the children of a name and marks them as read.
func (e *element) all(name string) (out []*element) {
	for c := e.child(name); c != nil; c = e.child(name) {
		out = append(out, c)
	}
	return out
}

// texts are the texts of <string> elements.
func texts(all []*element) (out []string) {
	for _, s := range all {
		if s.text != "" {
			out = append(out, s.text)
		}
	}
	return out
}

// attribute of the element itself; "" = there is none.
func (e *element) attribute(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// skip marks all within as read: it is reported, or of no effect.
func (e *element) skip() {
	e.read = true
	for _, c := range e.children {
		c.skip()
	}
}

// unread visits the outermost elements that nobody read.
func (e *element) unread(visit func(*element)) {
	if !e.read {
		visit(e)
		return
	}
	for _, c := range e.children {
		c.unread(visit)
	}
}
