package dav

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"lockstep/core"
)

// Changes are one answer to a question for what changed.
type Changes struct {
	// Token for the next question. It covers just what was named.
	Token string
	// More: the server named only a part; ask again with Token.
	More bool
}

// Sync names what changed in a collection since a token (RFC 6578); "" = everything
// that is there. limit is how many changes it may name at once, 0 = as many as there
// are; a server that does not know limits is asked without. Resync: the token is too
// old, or not known. Missing: the collection is not there.
func (c *Client) Sync(ctx context.Context, f Flavour, collection *url.URL, token string, limit int, each func(Entry) error) (Changes, error) {
	out, err := c.sync(ctx, f, collection, token, limit, each)
	refusal, is := Refused(err)
	if limit <= 0 || !is {
		return out, err
	}
	switch refusal.Status { // what servers say to a limit that they do not know
	case http.StatusBadRequest, http.StatusInternalServerError, http.StatusNotImplemented, http.StatusInsufficientStorage:
		return c.sync(ctx, f, collection, token, 0, each)
	}
	return out, err
}

func (c *Client) sync(ctx context.Context, f Flavour, collection *url.URL, token string, limit int, each func(Entry) error) (Changes, error) {
	collection = Directory(collection)
	w := newBody()
	w.open("sync-collection", f)
	w.line(dav("sync-token"), token)
	w.line(dav("sync-level"), "1")
	if limit > 0 {
		w.WriteString("<limit>")
		w.line(dav("nresults"), strconv.Itoa(limit))
		w.WriteString("</limit>")
	}
	w.WriteString("<prop>")
	for _, name := range entryProperties() {
		w.empty(name)
	}
	w.WriteString("</prop></sync-collection>")
	what := call{
		op: "dav.Sync", at: collection, method: "REPORT", body: w.bytes(), kind: "application/xml; charset=utf-8",
		header: http.Header{"Depth": {"0"}}, want: []int{http.StatusMultiStatus}, // RFC 6578, section 3.2
	}
	out := Changes{}
	var err error
	out.Token, err = c.multistatus(ctx, what, func(at *url.URL, r row) error {
		e, named, more, err := change(at, r)
		out.More = out.More || more
		if err != nil || !named {
			return err
		}
		return each(e)
	})
	switch {
	case err != nil:
		return out, oldToken(err, token)
	case out.Token == "":
		return out, broken(call{op: what.op, thing: collection.EscapedPath()}, &shapeError{"the changes come without a token for the next ones"}, true)
	case out.More && out.Token == token:
		return out, broken(call{op: what.op, thing: collection.EscapedPath()}, &shapeError{"the server says that there is more, and begins again"}, true)
	}
	return out, nil
}

// change understands a row; named = it is about an item, more = it says that the
// list was cut.
func change(collection *url.URL, r row) (e Entry, named, more bool, err error) {
	to, bad := resolve(collection, r.href())
	if bad != nil {
		return e, false, false, nil
	}
	if where, _ := from(collection, to); where == itself {
		switch {
		case r.status == http.StatusInsufficientStorage: // RFC 6578, section 3.6
			return e, false, true, nil
		case r.failed():
			return e, false, false, refused(call{op: "dav.Sync", thing: collection.EscapedPath()}, r.refusal(), 0)
		}
		return e, false, false, nil
	}
	e, named = entryOf(collection, r)
	switch {
	case !named:
	case r.status == http.StatusNotFound || r.status == http.StatusGone:
		e.Gone = true
	case r.failed() || r.status == 0 && len(r.found) == 0: // nothing is known of it but its name
		e.Unclear = true
	}
	return e, named, false, nil
}

// oldToken finds out whether a token was refused. RFC 6578 (section 3.2) has a
// precondition for that, which servers send with 403, 409, 410 or 412; others send
// a bare 400, 403, 409, 410 or 412, and Xandikos a 500. Without a token the same
// question is answered, or refused for what is really wrong.
func oldToken(err error, token string) error {
	refusal, is := Refused(err)
	if token == "" || !is {
		return err
	}
	var known *core.Error
	if !errors.As(err, &known) {
		return err
	}
	switch {
	case refusal.Has("valid-sync-token"):
	case len(refusal.Conditions) > 0 || known.RetryAfter > 0:
		return err
	default:
		switch refusal.Status {
		case http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusGone, http.StatusPreconditionFailed, http.StatusInternalServerError:
		default:
			return err
		}
	}
	known.Class, known.Remedy = core.Resync, ""
	return known
}
