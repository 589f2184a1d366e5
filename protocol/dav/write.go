package dav

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"lockstep/core"
)

// Guard says what must hold for a write to be made. One of its fields is set.
type Guard struct {
	// ETag that the item must have.
	ETag string
	// ScheduleTag that it must have (RFC 6638, section 3.2.10): unlike the ETag it
	// stays when somebody merely answers an invitation.
	ScheduleTag string
	// New: nothing may be there.
	New bool
}

func (g Guard) header() (http.Header, error) {
	h := http.Header{}
	switch {
	case g.New:
		h.Set("If-None-Match", "*")
	case g.ScheduleTag != "":
		h.Set("If-Schedule-Tag-Match", g.ScheduleTag)
	case g.ETag != "":
		h.Set("If-Match", g.ETag)
	default:
		return nil, errors.New("the version of the item is not known, so an edit of somebody else could be lost")
	}
	return h, nil
}

// Stored is what a server tells of a write.
type Stored struct {
	// Name of the item in its collection; another one than was asked for if the
	// server chose it.
	Name string
	// ETag of what is stored now; "" = not told. It does not prove that what is
	// stored is what was sent.
	ETag string
	// ScheduleTag of a scheduling object; "" = none.
	ScheduleTag string
}

// Put writes an item. Conflict: the guard does not hold, or the UID is another
// item's; nothing was changed. Unknown: nobody knows whether it was written.
func (c *Client) Put(ctx context.Context, f Flavour, collection *url.URL, name string, body []byte, guard Guard) (Stored, error) {
	what := call{op: "dav.Put", at: Member(collection, name), method: http.MethodPut, body: body, kind: f.ContentType, writes: true, exact: true,
		want: []int{http.StatusOK, http.StatusCreated, http.StatusNoContent, http.StatusMultiStatus}}
	var err error
	if what.header, err = guard.header(); err != nil {
		return Stored{}, &core.Error{Op: what.op, Class: core.Permanent, Thing: what.at.EscapedPath(), Err: err}
	}
	out := Stored{Name: name}
	what.read = func(status int, header http.Header, body io.Reader) error {
		out.ETag, out.ScheduleTag = normalETag(header.Get("ETag")), normalETag(header.Get("Schedule-Tag"))
		if to, err := resolve(what.at, header.Get("Location")); err == nil {
			if where, segment := from(Directory(collection), to); where == within {
				out.Name = segment
			}
		}
		if status == http.StatusMultiStatus { // Xandikos answers so
			return c.rowsOf(what, body)
		}
		_, err := io.Copy(io.Discard, io.LimitReader(body, mostRefusal))
		return err
	}
	if _, err := c.do(ctx, what); err != nil {
		return Stored{}, err
	}
	return out, nil
}

// rowsOf reads a multistatus that answers a write; a row that failed is the answer.
func (c *Client) rowsOf(what call, body io.Reader) error {
	return c.rows(what, body, func(row) {})
}

// rows is rowsOf, and calls each for every row that did not fail.
func (c *Client) rows(what call, body io.Reader, each func(row)) error {
	_, err := readMultistatus(body, c.config.Limits, func(r row) error {
		if r.failed() || len(r.refused) > 0 {
			return refused(what, r.refusal(), 0)
		}
		each(r)
		return nil
	})
	return err
}

// Delete removes an item. Missing: it is not there any more. Conflict: it is another
// one than the guard says.
func (c *Client) Delete(ctx context.Context, collection *url.URL, name string, guard Guard) error {
	what := call{op: "dav.Delete", at: Member(collection, name), method: http.MethodDelete}
	var err error
	if what.header, err = guard.header(); err != nil {
		return &core.Error{Op: what.op, Class: core.Permanent, Thing: what.at.EscapedPath(), Err: err}
	}
	return c.remove(ctx, what)
}

func (c *Client) remove(ctx context.Context, what call) error {
	what.method, what.writes = http.MethodDelete, true
	what.want = []int{http.StatusOK, http.StatusNoContent, http.StatusMultiStatus}
	what.read = func(status int, _ http.Header, body io.Reader) error {
		if status == http.StatusMultiStatus {
			return c.rowsOf(what, body)
		}
		_, err := io.Copy(io.Discard, io.LimitReader(body, mostRefusal))
		return err
	}
	_, err := c.do(ctx, what)
	return err
}

// Move puts an item into another collection of the same host, under a name that
// nobody has there (RFC 4918, section 9.9). Missing: it is not there. Conflict: the
// name or the UID is taken.
func (c *Client) Move(ctx context.Context, collection *url.URL, name string, to *url.URL, as, etag string) (Stored, error) {
	what := call{op: "dav.Move", at: Member(collection, name), method: "MOVE", writes: true,
		want:   []int{http.StatusOK, http.StatusCreated, http.StatusNoContent, http.StatusMultiStatus},
		header: http.Header{"Destination": {Member(to, as).String()}, "Overwrite": {"F"}}}
	if originOf(collection) != originOf(to) {
		return Stored{}, &core.Error{Op: what.op, Class: core.Permanent, Thing: what.at.EscapedPath(), Err: errors.New("the other collection is on another host")}
	}
	if etag != "" {
		what.header.Set("If-Match", etag)
	}
	out := Stored{Name: as}
	what.read = func(status int, header http.Header, body io.Reader) error {
		out.ETag = normalETag(header.Get("ETag"))
		if status == http.StatusMultiStatus {
			return c.rowsOf(what, body)
		}
		_, err := io.Copy(io.Discard, io.LimitReader(body, mostRefusal))
		return err
	}
	if _, err := c.do(ctx, what); err != nil {
		return Stored{}, err
	}
	return out, nil
}
