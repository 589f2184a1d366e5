package dav

import (
	"context"
	"net/http"
	"slices"

	"lockstep/core"
	"lockstep/format/contentline"
	wire "lockstep/protocol/dav"
)

// put sends the body of a write. What the server takes for invalid goes once more, if
// something is known to mend: the copy that is sent, and no other.
func (r *Replica) put(ctx context.Context, j *job, name string, guard wire.Guard) (wire.Stored, error) {
	stored, err := r.client.Put(ctx, r.config.Flavour, j.book.URL, name, j.body, guard)
	if !invalid(err) {
		return stored, err
	}
	if body := mended(j.body); body != nil {
		return r.client.Put(ctx, r.config.Flavour, j.book.URL, name, body, guard)
	}
	return stored, err
}

// invalid tells whether a server has refused an item for what it says; nothing was
// changed then.
func invalid(err error) bool {
	refusal, is := wire.Refused(err)
	if !is || core.ClassOf(err) != core.Permanent {
		return false
	}
	switch refusal.Status {
	case http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return slices.ContainsFunc([]string{"valid-address-data", "supported-address-data", "valid-calendar-data", "valid-calendar-object-resource"}, refusal.Has)
}

// mended is an item with one REV and one PRODID, which RFC 6350 (sections 6.7.3 and
// 6.7.4) and RFC 5545 (section 3.6) have once at most: of several the last. Both are
// stamps, which mean nothing to whoever merges. nil = there are not several.
func mended(body []byte) []byte {
	doc, err := contentline.Parse(body)
	if err != nil {
		return nil
	}
	seen, many := map[string]bool{}, false
	for at, line := range slices.Backward(doc.Lines) {
		if line.Depth != 1 || line.Name != "REV" && line.Name != "PRODID" {
			continue
		}
		if seen[line.Name] {
			doc.Remove(at)
			many = true
		}
		seen[line.Name] = true
	}
	if !many {
		return nil
	}
	return doc.Bytes()
}
