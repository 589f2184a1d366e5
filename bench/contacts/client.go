package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
)

// client makes bare requests, as one of the users.
type client struct {
	http    *http.Client
	address string
	user    string
}

// do makes a request that must succeed. The answer is read by read, which may be
// nil; the length of its body is returned.
func (c client) do(ctx context.Context, method, path string, header http.Header, body []byte, read func(io.Reader) error) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+c.address+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	if header != nil {
		req.Header = header.Clone()
	}
	req.SetBasicAuth(c.user, password)
	answer, err := c.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	counted := &counting{from: answer.Body}
	if answer.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 500))
		return 0, fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	if read != nil {
		if err := read(counted); err != nil {
			return 0, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	_, err = io.Copy(io.Discard, counted)
	return counted.n, err
}

// counting counts what is read.
type counting struct {
	from io.Reader
	n    int64
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	c.n += int64(n)
	return n, err
}

// list asks for rows of an address book; what is asked decides which. The bytes
// of the answer are returned, too.
func (c client) list(ctx context.Context, method string, b book, ask []byte) (multistatus, int64, error) {
	// A REPORT is about the address book as a whole (RFC 6578, section 3.2; RFC
	// 6352, section 8.7); PROPFIND with Depth 1 is about what is in it.
	depth := map[string]string{"REPORT": "0", "PROPFIND": "1"}[method]
	var list multistatus
	n, err := c.do(ctx, method, b.path(), http.Header{"Content-Type": {"application/xml; charset=utf-8"}, "Depth": {depth}}, ask,
		func(r io.Reader) error { return xml.NewDecoder(r).Decode(&list) })
	return list, n, err
}

// multistatus is what is needed of an answer (RFC 4918, section 14.16).
type multistatus struct {
	Rows []struct {
		Href string `xml:"DAV: href"`
	} `xml:"DAV: response"`
	Token string `xml:"DAV: sync-token"`
}

// tags asks for the ETag of everything in an address book.
func tags() []byte {
	return []byte(`<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>`)
}

// changes asks for the ETags of what changed since a token; "" = for all (RFC
// 6578, section 3.2).
func changes(token string) []byte {
	return []byte(`<?xml version="1.0"?><D:sync-collection xmlns:D="DAV:"><D:sync-token>` + token +
		`</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`)
}

// bodies asks for all cards of a list.
func bodies(list multistatus) []byte {
	var out bytes.Buffer
	out.WriteString(`<?xml version="1.0"?><C:addressbook-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">` +
		`<D:prop><D:getetag/><C:address-data/></D:prop>`)
	for _, r := range list.Rows {
		out.WriteString("<D:href>")
		_ = xml.EscapeText(&out, []byte(r.Href)) // a Buffer takes everything
		out.WriteString("</D:href>")
	}
	out.WriteString("</C:addressbook-multiget>")
	return out.Bytes()
}
