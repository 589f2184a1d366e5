package dav

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"lockstep/core"
)

// Object is one item with its body.
type Object struct {
	// Name as that of an Entry.
	Name string
	// ETag of just this body; "" = not told.
	ETag string
	// ScheduleTag of an invitation (RFC 6638, section 3.2.10); "" = it has none.
	ScheduleTag string
	Data        []byte
}

// multiget reads the bodies of some items of a collection with one request, and
// calls each for every row that is about one of them, with an error of its own where
// the server has one. What it leaves out is told by no row. version is the version
// of vCard to read them in; "" = as they are stored.
func (c *Client) multiget(ctx context.Context, f Flavour, collection *url.URL, names []string, version string, each func(Object, error) error) error {
	collection = Directory(collection)
	w := newBody()
	w.open("F:"+f.Multiget, f)
	w.WriteString("<prop>")
	w.empty(dav("getetag"))
	if f.Schedules {
		w.empty(f.name("schedule-tag"))
	}
	if version == "" {
		w.empty(f.name(f.Data))
	} else {
		w.WriteString(`<F:` + f.Data + ` content-type="text/vcard" version="` + version + `"/>`)
	}
	w.WriteString("</prop>")
	asked := map[string]bool{}
	for _, name := range names {
		asked[name] = true
		w.line(dav("href"), Member(collection, name).EscapedPath())
	}
	w.WriteString("</F:" + f.Multiget + ">")
	what := call{
		op: "dav.Multiget", at: collection, method: "REPORT", body: w.bytes(), kind: "application/xml; charset=utf-8",
		header: http.Header{"Depth": {"0"}}, want: []int{http.StatusMultiStatus},
	}
	_, err := c.multistatus(ctx, what, func(at *url.URL, r row) error {
		for _, href := range r.hrefs { // a row of one status may name several
			to, err := resolve(at, href)
			if err != nil {
				continue
			}
			where, name := from(at, to)
			if where != within || !asked[name] {
				continue
			}
			o := Object{Name: name, ETag: normalETag(r.found[dav("getetag")].line()), ScheduleTag: normalETag(r.found[f.name("schedule-tag")].line())}
			data := r.found[f.name(f.Data)]
			if r.failed() || data == nil {
				status := r.refusal()
				if s, told := r.refused[f.name(f.Data)]; told && r.status == 0 {
					status.Status = s
				}
				err = refused(call{op: what.op, thing: Member(collection, name).EscapedPath()}, status, 0)
			} else {
				o.Data = lines(data.text)
			}
			if err := each(o, err); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// lines gives a body that came within XML its line ends back: XML makes CR LF a mere
// LF (XML 1.0, section 2.11), both formats want CR LF (RFC 6350, section 3.2; RFC
// 5545, section 3.1). Servers that set the body on lines of its own add blanks before
// it. A body that has a CR, written as a character reference, is left as it is.
func lines(text []byte) []byte {
	text = bytes.TrimLeft(text, " \t\r\n")
	if end := bytes.TrimRight(text, " \t"); bytes.HasSuffix(end, []byte("\n")) {
		text = end
	}
	if bytes.IndexByte(text, '\r') >= 0 {
		return text
	}
	return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
}

// Get reads one item. Missing: it is not there.
func (c *Client) Get(ctx context.Context, f Flavour, collection *url.URL, name, version string) (Object, error) {
	kind, _, _ := strings.Cut(f.ContentType, ";")
	accept := kind + ", */*;q=0.5"
	if version != "" {
		accept = kind + "; version=" + version
	}
	o := Object{Name: name}
	_, err := c.do(ctx, call{
		op: "dav.Get", at: Member(collection, name), method: http.MethodGet, header: http.Header{"Accept": {accept}}, exact: true,
		want: []int{http.StatusOK},
		read: func(_ int, header http.Header, body io.Reader) error {
			if kind := header.Get("Content-Type"); strings.Contains(strings.ToLower(kind), "html") {
				return &shapeError{"the server sends a page (" + printable(kind) + ") where an item was asked for"}
			}
			o.ETag, o.ScheduleTag = normalETag(header.Get("ETag")), normalETag(header.Get("Schedule-Tag"))
			var err error
			o.Data, err = io.ReadAll(io.LimitReader(body, c.config.Limits.Row+1))
			if int64(len(o.Data)) > c.config.Limits.Row {
				err = &shapeError{fmt.Sprintf("the item is longer than %d bytes", c.config.Limits.Row)}
			}
			return err
		},
	})
	return o, err
}

// stops tells whether an error is about more than the one item it came with: the
// login, the connection, or the server as it is now.
func stops(err error) bool {
	switch core.ClassOf(err) {
	case core.Auth, core.Transient, core.Unknown:
		return err != nil
	}
	return false
}
