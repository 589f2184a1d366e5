package dav

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Quirks are what a server does otherwise than the standards say, or than others
// do. What a probe finds out itself counts more.
type Quirks struct {
	// Server as it is known to people; "" = none that is known.
	Server string
	// Converts: a body is read in vCard 3.0 unless 4.0 is asked for, whatever it
	// was stored in.
	Converts bool
	// FailsLimit: a limit of a sync-collection is an error, or its token is wrong.
	FailsLimit bool
	// TakesAnyToken: a token that it does not know is answered with a list of all
	// and without an error, so that what is gone is not told.
	TakesAnyToken bool
	// StateTokens: a token stands for what the collection holds, and not for a moment:
	// what came and went between two of them is not told.
	StateTokens bool
	// ForgetsChanges: what happened long ago is dropped from its log, and a token
	// from before is answered as if nothing had.
	ForgetsChanges bool
	// Rewrites: what is stored differs from what was sent.
	Rewrites bool
	// ChecksUID: an item whose UID another one has is refused.
	ChecksUID bool
	// HidesETag: a write does not tell the new ETag.
	HidesETag bool
	// Moves: MOVE puts an item into another collection.
	Moves bool
}

// quirkRow tells how a server is recognised: by a header, by its host, or by what its
// sync-tokens begin with.
type quirkRow struct {
	header, part string // part in lower case; "" = it is there
	host         string // or a domain
	token        string
	// bare: by a token that is a mere digest of git, though RFC 6578 (section 4) wants
	// a URI.
	bare   bool
	quirks Quirks
}

// quirksTable: the first row that fits counts. Most servers do not say who they are
// but in their tokens.
func quirksTable() []quirkRow {
	sabre := Quirks{Server: "SabreDAV (Nextcloud, ownCloud, Baikal)", Converts: true, FailsLimit: true, ForgetsChanges: true}
	xandikos := Quirks{Server: "Xandikos", StateTokens: true}
	davical := Quirks{Server: "DAViCal", TakesAnyToken: true, Rewrites: true, HidesETag: true, Moves: true}
	return []quirkRow{
		{header: "X-Sabre-Version", quirks: sabre},
		{token: "http://sabre.io/ns/sync/", quirks: sabre},
		{token: "http://sabredav.org/ns/sync/", quirks: sabre},
		{header: "X-Davical-Version", quirks: davical},
		{header: "Server", part: "davical", quirks: davical},
		{token: "http://radicale.org/ns/sync/", quirks: Quirks{Server: "Radicale", Rewrites: true, ChecksUID: true, Moves: true}},
		{header: "Server", part: "xandikos", quirks: xandikos},
		{bare: true, quirks: xandikos},
		{header: "Server", part: "cyrus", quirks: Quirks{Server: "Cyrus", Moves: true}},
		{header: "Server", part: "davmail", quirks: Quirks{Server: "DavMail", Rewrites: true}},
		{host: "icloud.com", quirks: Quirks{Server: "iCloud"}},
		{host: "googleapis.com", quirks: Quirks{Server: "Google", Rewrites: true}},
		{host: "google.com", quirks: Quirks{Server: "Google", Rewrites: true}},
	}
}

// recognise looks a server up; token is one of its own, if one was seen.
func recognise(at *url.URL, header http.Header, token string) (Quirks, bool) {
	host := strings.ToLower(at.Hostname())
	for _, r := range quirksTable() {
		switch {
		case r.bare:
			if digest, err := hex.DecodeString(token); err == nil && len(digest) == 20 {
				return r.quirks, true
			}
		case r.token != "":
			if strings.HasPrefix(token, r.token) {
				return r.quirks, true
			}
		case r.host != "" && (host == r.host || strings.HasSuffix(host, "."+r.host)):
			return r.quirks, true
		case r.header == "":
		case r.part == "" && header.Get(r.header) != "":
			return r.quirks, true
		case r.part != "" && strings.Contains(strings.ToLower(strings.Join(header.Values(r.header), ",")), r.part):
			return r.quirks, true
		}
	}
	return Quirks{}, false
}

// server is what answers have told of a server.
type server struct {
	mu sync.Mutex
	// known: a row of the table fits; others may still.
	known  bool
	quirks Quirks
	// software as the Server header names it, and classes of the DAV header.
	software, classes string
	// without are the collections, by their path, that know no multiget.
	without map[string]bool
}

// meet takes the headers of an answer.
func (s *server) meet(at *url.URL, header http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.known {
		s.quirks, s.known = recognise(at, header, "")
	}
	if v := header.Get("Server"); v != "" {
		s.software = printable(v)
	}
	if v := header.Values("Dav"); len(v) > 0 {
		s.classes = printable(strings.Join(v, ", "))
	}
}

// meetToken takes the sync-token of a collection.
func (s *server) meetToken(at *url.URL, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.known && token != "" {
		s.quirks, s.known = recognise(at, http.Header{}, token)
	}
}

// Quirks that were recognised in what the server has answered so far.
func (c *Client) Quirks() Quirks {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.server.quirks
}

// Software is the Server header of the last answer, and the classes of its DAV
// header; "" = it tells none.
func (c *Client) Software() (software, classes string) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.server.software, c.server.classes
}
