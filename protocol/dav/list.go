package dav

import (
	"context"
	"encoding/xml"
	"net/url"
	"strconv"

	"lockstep/core"
)

// Entry is one item of a listing.
type Entry struct {
	// Name is the last segment of its address, in the one escaped form.
	Name string
	// ETag in the one form in which ETags are compared; "" = not told.
	ETag string
	// Size in bytes as it is stored; -1 = not told.
	Size int64
	// Gone: it was there, and is not any more (of changes since a token only).
	Gone bool
	// Unclear tells that the server could not say whether it is there.
	Unclear bool
}

func entryProperties() []xml.Name {
	return []xml.Name{dav("getetag"), dav("getcontentlength"), dav("resourcetype")}
}

// entryOf understands a row of a listing; false = it is no item directly in the
// collection.
func entryOf(collection *url.URL, r row) (Entry, bool) {
	to, err := resolve(collection, r.href())
	if err != nil {
		return Entry{}, false
	}
	where, name := from(collection, to)
	if where != within || r.found[dav("resourcetype")].child(dav("collection")) != nil {
		return Entry{}, false
	}
	e := Entry{Name: name, Size: -1, ETag: normalETag(r.found[dav("getetag")].line())}
	if n, err := strconv.ParseInt(r.found[dav("getcontentlength")].line(), 10, 64); err == nil && n >= 0 {
		e.Size = n
	}
	return e, true
}

// List names every item of a collection, in the server's order; an item may be named
// twice. With an error what was named is no whole list. Missing: the collection is
// not there.
func (c *Client) List(ctx context.Context, f Flavour, collection *url.URL, each func(Entry) error) error {
	collection = Directory(collection)
	what := call{op: "dav.List", at: collection}
	rows := 0
	err := c.propfind(ctx, what, f, "1", entryProperties(), func(at *url.URL, r row) error {
		rows++
		if to, err := resolve(at, r.href()); err == nil {
			if where, _ := from(at, to); where == itself && r.failed() {
				return refused(call{op: what.op, thing: collection.EscapedPath()}, r.refusal(), 0)
			}
		}
		e, is := entryOf(at, r)
		if !is {
			return nil
		}
		if r.failed() || len(r.found) == 0 { // it is there, and cannot be looked at
			e.Unclear = true
		}
		return each(e)
	})
	if err == nil && rows == 0 { // the collection itself belongs to the list (RFC 4918, section 9.1)
		return broken(call{op: what.op, thing: collection.EscapedPath()}, &shapeError{"the list does not even name the collection itself"}, true)
	}
	return err
}

// Tag reads the sync-token and the ctag of a collection. Missing: it is not there.
func (c *Client) Tag(ctx context.Context, f Flavour, collection *url.URL) (syncToken, ctag string, err error) {
	collection = Directory(collection)
	what := call{op: "dav.Tag", at: collection}
	err = c.propfind(ctx, what, f, "0", []xml.Name{dav("sync-token"), {Space: csNS, Local: "getctag"}}, func(at *url.URL, r row) error {
		if r.failed() {
			return refused(call{op: what.op, thing: collection.EscapedPath()}, r.refusal(), 0)
		}
		got := collectionOf(f, at, r)
		syncToken, ctag = got.SyncToken, got.CTag
		return nil
	})
	return syncToken, ctag, err
}

// missing tells that an address names nothing.
func missing(op string, at *url.URL, name string) *core.Error {
	return &core.Error{Op: op, Class: core.Missing, Thing: Member(at, name).EscapedPath()}
}
