package davd

import (
	"net/http"
	"net/url"
	"strings"
)

// request is one that was read to its end.
type request struct {
	*http.Request
	body []byte
	// xml is the body where it is a document; xmlErr says why it is none.
	xml    *node
	xmlErr error
	// path as hrefs spell it here, whatever escapes were sent.
	path    string
	pathErr error
	// user is who asks, once admitted.
	user string
	// name of the request in Counts: "PUT", "REPORT sync-collection".
	name string
}

func newRequest(r *http.Request, body []byte) *request {
	q := &request{Request: r, body: body, name: r.Method}
	q.path, q.pathErr = canonical(r.URL.EscapedPath())
	switch r.Method {
	case "PROPFIND", "PROPPATCH", "MKCOL", "MKCALENDAR", "REPORT":
		if len(body) > 0 {
			q.xml, q.xmlErr = parse(body)
		}
	}
	if r.Method == "REPORT" && q.xml != nil {
		q.name += " " + q.xml.name.Local
	}
	return q
}

// canonical spells a path as it is spelt here: nothing is escaped but what must
// be, and no segment is empty.
func canonical(path string) (string, error) {
	var out strings.Builder
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if segment == "" {
			if i == len(segments)-1 {
				out.WriteString("/")
			}
			continue
		}
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return "", err
		}
		out.WriteString("/" + escape(plain))
	}
	return out.String(), nil
}

// escape a segment of a path.
func escape(segment string) string {
	switch segment {
	case ".":
		return "%2E"
	case "..":
		return "%2E%2E"
	}
	return url.PathEscape(segment)
}

// localHref reads an href that a client sent: a path, or a URL of this server
// or its shard.
func (s *Server) localHref(text string) (string, bool) {
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	if err != nil {
		return "", false
	}
	if u.Host != "" {
		if base := u.Scheme + "://" + u.Host; base != s.base && base != s.shard {
			return "", false
		}
	}
	path, err := canonical(u.EscapedPath())
	return path, err == nil && strings.HasPrefix(path, "/")
}
