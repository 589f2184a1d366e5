package dav

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"lockstep/core"
)

// MakeCollection makes an address book or a calendar. Conflict: something is there
// already.
func (c *Client) MakeCollection(ctx context.Context, f Flavour, at *url.URL, name string) error {
	at = Directory(at)
	if f.Make == "" {
		return c.makeExtended(ctx, f, at, name)
	}
	w := newBody()
	w.open("F:"+strings.ToLower(f.Make), f)
	w.WriteString("<set><prop>")
	w.line(dav("displayname"), name)
	w.WriteString("<F:supported-calendar-component-set><F:comp name=\"" + f.Component + "\"/></F:supported-calendar-component-set>")
	w.WriteString("</prop></set></F:" + strings.ToLower(f.Make) + ">")
	err := c.make(ctx, f, call{op: "dav.MakeCollection", at: at, method: f.Make, body: w.bytes()})
	if refusal, is := Refused(err); is && refusal.Status == http.StatusNotImplemented {
		return c.makeExtended(ctx, f, at, name)
	}
	return err
}

// makeExtended is MKCOL with a body (RFC 5689).
func (c *Client) makeExtended(ctx context.Context, f Flavour, at *url.URL, name string) error {
	w := newBody()
	w.open("mkcol", f)
	w.WriteString("<set><prop><resourcetype><collection/>")
	w.empty(f.name(f.ResourceType))
	w.WriteString("</resourcetype>")
	w.line(dav("displayname"), name)
	w.WriteString("</prop></set></mkcol>")
	return c.make(ctx, f, call{op: "dav.MakeCollection", at: at, method: "MKCOL", body: w.bytes()})
}

func (c *Client) make(ctx context.Context, f Flavour, what call) error {
	what.kind, what.writes = "application/xml; charset=utf-8", true
	what.want = []int{http.StatusOK, http.StatusCreated, http.StatusNoContent, http.StatusMultiStatus}
	what.read = func(status int, _ http.Header, body io.Reader) error {
		if status == http.StatusMultiStatus {
			return c.rowsOf(what, body)
		}
		_, err := io.Copy(io.Discard, io.LimitReader(body, mostRefusal))
		return err
	}
	_, err := c.do(ctx, what)
	var known *core.Error
	if refusal, is := Refused(err); is && refusal.Status == http.StatusMethodNotAllowed && errors.As(err, &known) {
		// RFC 4918, section 9.3.1: something is there; or the method is not known.
		if _, e := c.Look(ctx, f, what.at); e == nil {
			known.Class, known.Remedy = core.Conflict, ""
		}
	}
	return err
}

// SetName gives a collection another name for people.
func (c *Client) SetName(ctx context.Context, f Flavour, collection *url.URL, name string) error {
	_, err := c.set(ctx, "dav.SetName", f, collection, dav("displayname"), name)
	return err
}

// SetColor gives a collection a colour, spelled as it is. Unknown: the answer does not
// say that it has it.
func (c *Client) SetColor(ctx context.Context, f Flavour, collection *url.URL, color string) error {
	said, err := c.set(ctx, "dav.SetColor", f, collection, f.Color, color)
	if err == nil && !said {
		err = &core.Error{Op: "dav.SetColor", Class: core.Unknown, Thing: collection.EscapedPath(), Err: &shapeError{"the answer does not say that it was set"}}
	}
	return err
}

// set sets a property (RFC 4918, section 9.2), and tells whether the answer says so.
func (c *Client) set(ctx context.Context, op string, f Flavour, collection *url.URL, property xml.Name, text string) (said bool, err error) {
	w := newBody()
	w.open("propertyupdate", f)
	w.WriteString("<set><prop>")
	w.line(property, text)
	w.WriteString("</prop></set></propertyupdate>")
	what := call{op: op, at: Directory(collection), method: "PROPPATCH", body: w.bytes(), kind: "application/xml; charset=utf-8", writes: true,
		want: []int{http.StatusMultiStatus}}
	what.read = func(_ int, _ http.Header, body io.Reader) error {
		return c.rows(what, body, func(r row) { said = said || r.found[property] != nil })
	}
	_, err = c.do(ctx, what)
	return said, err
}

// DeleteCollection removes a collection with all that is in it.
func (c *Client) DeleteCollection(ctx context.Context, collection *url.URL) error {
	return c.remove(ctx, call{op: "dav.DeleteCollection", at: Directory(collection)})
}

// Schedules asks whether the server delivers invitations and answers by itself, and so
// keeps Schedule-Tags (RFC 6638, section 2).
func (c *Client) Schedules(ctx context.Context, at *url.URL) (does bool, err error) {
	_, err = c.do(ctx, call{op: "dav.Schedules", at: at, method: http.MethodOptions, want: []int{http.StatusOK, http.StatusNoContent},
		read: func(_ int, header http.Header, body io.Reader) error {
			for class := range strings.SplitSeq(strings.Join(header.Values("DAV"), ","), ",") {
				does = does || strings.TrimSpace(class) == "calendar-auto-schedule"
			}
			_, err := io.Copy(io.Discard, io.LimitReader(body, mostRefusal))
			return err
		}})
	return does, err
}

// Methods asks which methods a URL allows (RFC 9110, section 9.3.7); "" = not told.
func (c *Client) Methods(ctx context.Context, at *url.URL) (string, error) {
	allow := ""
	_, err := c.do(ctx, call{op: "dav.Methods", at: at, method: http.MethodOptions, want: []int{http.StatusOK, http.StatusNoContent},
		read: func(_ int, header http.Header, body io.Reader) error {
			allow = strings.ToUpper(strings.Join(header.Values("Allow"), ", "))
			_, err := io.Copy(io.Discard, io.LimitReader(body, mostRefusal))
			return err
		}})
	return allow, err
}
