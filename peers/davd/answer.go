package davd

import (
	"net/http"
	"strconv"
	"strings"

	"lockstep/core"
)

// answer to one request.
type answer struct {
	status int
	kind   string // Content-Type; "" = XML where there is a document, else a text
	body   []byte
	// doc is written when the faults have seen it.
	doc    *node
	header map[string]string
}

func text(status int, why string) *answer {
	return &answer{status: status, kind: "text/plain; charset=utf-8", body: []byte(why + "\n")}
}

func status(code int) *answer { return &answer{status: code} }

func (a *answer) with(header, value string) *answer {
	if a.header == nil {
		a.header = map[string]string{}
	}
	a.header[header] = value
	return a
}

func multistatus(rows []*node) *answer {
	return &answer{status: http.StatusMultiStatus, doc: dav("multistatus", rows...)}
}

// row is a response with a status of its own.
func row(path string, code int, more ...*node) *node {
	return dav("response", append([]*node{href(path), statusLine(code)}, more...)...)
}

func statusLine(code int) *node {
	return leaf(nsDAV, "status", "HTTP/1.1 "+strconv.Itoa(code)+" "+http.StatusText(code))
}

// refuse answers with a refusal of the profile; c is the collection, nil =
// there is none.
func (s *Server) refuse(q *request, r Refusal, c *collection, holder string) *answer {
	var condition *node
	if prefix, local, is := strings.Cut(r.Condition, ":"); is {
		space := nsDAV
		switch prefix {
		case "C":
			space = c.space()
		case "CAL":
			space = nsCalDAV
		}
		if local == "valid-data" { // RFC 6352, section 6.3.2.1; RFC 4791, section 5.3.2.1
			local = "valid-calendar-data"
			if c.kind == core.Contact {
				local = "valid-address-data"
			}
		}
		condition = el(space, local)
		if r.Holder && holder != "" {
			condition.kids = []*node{href(s.hrefOf(holder))}
		}
	}
	if condition != nil {
		return s.failed(q, r.Status, condition)
	}
	return text(r.Status, http.StatusText(r.Status))
}

// failed answers with a condition that does not hold (RFC 4918, section 16).
func (s *Server) failed(q *request, code int, condition *node) *answer {
	if s.profile().ErrorRows {
		return multistatus([]*node{row(s.oddHref(q.path), code, dav("error", condition))})
	}
	return &answer{status: code, doc: dav("error", condition)}
}

// oddHref is a URL that was escaped as if it were a path.
func (s *Server) oddHref(path string) string {
	return strings.ReplaceAll(s.base, ":", "%3A") + s.hrefOf(path)
}

// hrefOf spells a path as the profile does.
func (s *Server) hrefOf(path string) string {
	if s.profile().OtherSpelling {
		path = respell(path)
	}
	if s.shard != "" && s.inHome(path) {
		return s.shard + path
	}
	return path
}

// respell escapes more of a path than is needed, in lower case.
func respell(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '%' && i+2 < len(path):
			b.WriteString(strings.ToLower(path[i : i+3]))
			i += 2
		case c == '/' || c == '.' || c >= 'A' && c <= 'Z' || c >= 'b' && c <= 'z':
			b.WriteByte(c)
		default: // an "a", digits and signs
			b.WriteString("%" + strconv.FormatInt(int64(c), 16))
		}
	}
	return b.String()
}

// send writes an answer, or as much of it as a fault lets through.
func (s *Server) send(w http.ResponseWriter, q *request, a *answer, f Fault) {
	if a.doc != nil {
		a.body, a.kind = s.profile().document(a.doc), "text/xml; charset=utf-8"
	}
	if f.Rewrite != nil {
		a.body = f.Rewrite(a.body)
	}
	h := w.Header()
	if server := s.profile().Server; server != "" {
		h.Set("Server", server)
	}
	if classes := s.profile().Classes; classes == "" {
		h.Set("DAV", davHeader)
	} else if q.Method == http.MethodOptions {
		h.Set("DAV", classes)
	}
	if s.profile().Schedules {
		h.Set("DAV", davHeader+", calendar-auto-schedule")
	}
	for k, v := range a.header {
		h.Set(k, v)
	}
	silent := q.Method == http.MethodHead || a.status == http.StatusNoContent || a.status == http.StatusNotModified
	if a.kind != "" {
		h.Set("Content-Type", a.kind)
	}
	if !silent && !s.opt.Chunked {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if silent {
		return
	}
	body := a.body
	if f.Cut != nil && *f.Cut < len(body) {
		_, _ = w.Write(body[:max(*f.Cut, 0)]) // the client may be gone
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	if s.opt.Chunked {
		_ = http.NewResponseController(w).Flush() // else a short answer gets a length
		for len(body) > piece {
			_, _ = w.Write(body[:piece])
			_ = http.NewResponseController(w).Flush()
			body = body[piece:]
		}
	}
	_, _ = w.Write(body)
}

// piece is how much a chunked answer sends at once, in bytes: little, so that
// every answer has several.
const piece = 100

const davHeader = "1, 3, access-control, extended-mkcol, addressbook, calendar-access"

func (s *Server) options() *answer {
	return status(http.StatusOK).with("Allow", "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, PROPPATCH, MKCOL, MKCALENDAR, REPORT, MOVE")
}
