package davd

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The namespaces that are spoken here.
const (
	nsDAV     = "DAV:"
	nsCardDAV = "urn:ietf:params:xml:ns:carddav"
	nsCalDAV  = "urn:ietf:params:xml:ns:caldav"
	nsServer  = "http://calendarserver.org/ns/"
)

// node is an element, read or to be written.
type node struct {
	name xml.Name
	attr []xml.Attr
	text string
	kids []*node
}

func el(space, local string, kids ...*node) *node {
	return &node{name: xml.Name{Space: space, Local: local}, kids: kids}
}

func dav(local string, kids ...*node) *node { return el(nsDAV, local, kids...) }

func leaf(space, local, text string) *node {
	return &node{name: xml.Name{Space: space, Local: local}, text: text}
}

func href(text string) *node { return leaf(nsDAV, "href", text) }

// is tells whether the element has this name.
func (n *node) is(space, local string) bool { return n.name.Space == space && n.name.Local == local }

// child is the first of that name; nil = there is none.
func (n *node) child(space, local string) *node {
	i := slices.IndexFunc(n.kids, func(k *node) bool { return k.is(space, local) })
	if i < 0 {
		return nil
	}
	return n.kids[i]
}

// attribute without a namespace; "" = there is none.
func (n *node) attribute(local string) string {
	for _, a := range n.attr {
		if a.Name.Space == "" && a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// maxDepth of elements in a request.
const maxDepth = 64

// parse reads a document. It refuses prefixes that are not declared, document
// types (RFC 4918, section 20.6) and a second root.
func parse(text []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	var root *node
	var open []*node
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, errors.New("a document type")
		case xml.StartElement:
			n := &node{name: t.Name}
			if !declared(t.Name) {
				return nil, fmt.Errorf("the prefix of <%s:%s> is not declared", t.Name.Space, t.Name.Local)
			}
			for _, a := range t.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					n.attr = append(n.attr, a)
				}
			}
			switch {
			case len(open) == 0 && root != nil:
				return nil, errors.New("a second root")
			case len(open) == 0:
				root = n
			case len(open) > maxDepth:
				return nil, errors.New("too deep")
			default:
				last := open[len(open)-1]
				last.kids = append(last.kids, n)
			}
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(t)
			} else if strings.TrimSpace(string(t)) != "" {
				return nil, errors.New("text outside the root")
			}
		}
	}
	if root == nil {
		return nil, errors.New("no element")
	}
	return root, nil
}

// declared: the decoder leaves a prefix that was never declared in the place of
// its namespace, and no namespace that is an absolute URI lacks a colon.
func declared(name xml.Name) bool {
	return name.Space == "" || strings.Contains(name.Space, ":")
}

// document writes an element as a document, as the profile does.
func (p Profile) document(root *node) []byte {
	w := &xmlWriter{prefix: map[string]string{nsDAV: "D", nsCardDAV: "CARD", nsCalDAV: "CAL", nsServer: "CS"}}
	if p.RawText {
		w.raw = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	}
	if p.DefaultNamespace {
		w.prefix[nsDAV] = ""
	}
	w.b.WriteString("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n")
	w.element(root, true, false)
	return w.b.Bytes()
}

type xmlWriter struct {
	b      bytes.Buffer
	prefix map[string]string
	raw    *strings.Replacer // nil = nothing may break the document
}

// element writes one; bare = no prefix means no namespace here.
func (w *xmlWriter) element(n *node, root, bare bool) {
	prefix, known := w.prefix[n.name.Space]
	tag := n.name.Local
	if known && prefix != "" {
		tag = prefix + ":" + tag
	} else if !known && n.name.Space != "" {
		tag = "x:" + tag
	}
	w.b.WriteString("<" + tag)
	if root {
		for _, space := range []string{nsDAV, nsCardDAV, nsCalDAV, nsServer} {
			name := "xmlns:" + w.prefix[space]
			fmt.Fprintf(&w.b, ` %s="%s"`, strings.TrimSuffix(name, ":"), space)
		}
	}
	if !known && n.name.Space == "" {
		w.b.WriteString(` xmlns=""`)
		bare = true
	} else if known && prefix == "" && bare {
		w.b.WriteString(` xmlns="` + nsDAV + `"`)
		bare = false
	} else if !known {
		w.b.WriteString(` xmlns:x="`)
		w.escape(n.name.Space)
		w.b.WriteString(`"`)
	}
	for _, a := range n.attr {
		if a.Name.Space == "" {
			w.b.WriteString(" " + a.Name.Local + `="`)
			w.escape(a.Value)
			w.b.WriteString(`"`)
		}
	}
	if n.text == "" && len(n.kids) == 0 {
		w.b.WriteString("/>")
		return
	}
	w.b.WriteString(">")
	w.escape(n.text)
	for _, k := range n.kids {
		w.element(k, false, bare)
	}
	w.b.WriteString("</" + tag + ">")
}

// escape writes text. What no document may hold comes out as U+FFFD, or as it is
// where the profile does so.
func (w *xmlWriter) escape(text string) {
	if w.raw != nil {
		w.b.WriteString(w.raw.Replace(text))
		return
	}
	_ = xml.EscapeText(&w.b, []byte(text)) // a bytes.Buffer takes everything
}
