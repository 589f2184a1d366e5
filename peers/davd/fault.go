package davd

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Ask is what a fault is chosen by.
type Ask struct {
	// Name is that of Counts: "PUT", "REPORT sync-collection".
	Name string
	// Path as it was sent, with its escapes.
	Path string
	// N counts the requests of this name from 1, Total all requests.
	N, Total int
}

// Fault is what goes wrong at a request; the zero value is nothing.
type Fault struct {
	// Hang neither obeys nor answers, until the client goes or the server closes.
	Hang bool
	// DropBefore closes the connection and does nothing; DropAfter obeys and
	// closes, so that the answer is lost.
	DropBefore, DropAfter bool
	// Status answers so instead of obeying, with a Body of a type ("" = HTML).
	Status int
	Body   string
	Type   string
	// RetryAfter and Location are those headers; "" = none.
	RetryAfter, Location string
	// Obeyed carries the request out before Status is answered.
	Obeyed bool
	// Cut, if not nil, closes the connection after so many bytes of the answer's
	// body, of which the header tells the full length.
	Cut *int
	// Rewrite changes the bytes of an answer's body, Rows the rows of a
	// multistatus (lies.go), Header sets headers, and "" takes one away.
	Rewrite func(body []byte) []byte
	Rows    func(rows []Row) []Row
	Header  map[string]string
}

// Row is a response of a multistatus.
type Row struct {
	// Href as it is told.
	Href string
	// Status of the row; 0 = it has properties instead.
	Status int
	node   *node
}

// Throttled refuses with 429 and Retry-After: seconds, or an HTTP date.
func Throttled(retryAfter string) Fault {
	return Fault{Status: http.StatusTooManyRequests, RetryAfter: retryAfter, Body: "slow down", Type: "text/plain"}
}

// Down answers 503, as a proxy does whose server is away.
func Down(retryAfter string) Fault {
	return Fault{Status: http.StatusServiceUnavailable, RetryAfter: retryAfter, Body: "<html><h1>503</h1></html>"}
}

// StoredBut obeys and answers a status as if it had not.
func StoredBut(code int) Fault {
	return Fault{Status: code, Obeyed: true, Body: "<html><h1>Error</h1></html>"}
}

// Elsewhere redirects to a URL, with 301, 302, 303, 307 or 308.
func Elsewhere(code int, url string) Fault {
	return Fault{Status: code, Location: url, Body: "moved", Type: "text/plain"}
}

// Scripted is a fault at the Nth request of a name (0 = at every one); with On,
// at the Nth and all that follow. Name "" is every request, and N then counts
// all of them.
type Scripted struct {
	Name  string
	N     int
	On    bool
	Fault Fault
}

// Script answers from a list; of several that fit, the first counts.
func Script(list ...Scripted) func(Ask) Fault {
	return func(a Ask) Fault {
		for _, s := range list {
			n := a.N
			if s.Name == "" {
				n = a.Total
			}
			if (s.Name == "" || s.Name == a.Name) && (s.N == 0 || s.N == n || s.On && n > s.N) {
				return s.Fault
			}
		}
		return Fault{}
	}
}

// Once gives a fault at the first request of a name after it is made, however
// many there were before.
func Once(name string, f Fault) func(Ask) Fault {
	var once sync.Once
	return func(a Ask) Fault {
		var out Fault
		if name == a.Name {
			once.Do(func() { out = f })
		}
		return out
	}
}

// SetFaults changes the faults of a running server; nil = none.
func (s *Server) SetFaults(faults func(Ask) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = faults
}

// ask counts a request and finds its fault; n is its number among all.
func (s *Server) ask(q *request) (Fault, int) {
	s.mu.Lock()
	s.counts[q.name]++
	s.total++
	a := Ask{Name: q.name, Path: q.URL.EscapedPath(), N: s.counts[q.name], Total: s.total}
	faults := s.faults
	s.mu.Unlock()
	if faults == nil {
		return Fault{}, a.Total
	}
	return faults(a), a.Total
}

// answer instead of obeying; nil = obey.
func (f Fault) answer() *answer {
	if f.Status == 0 || f.Obeyed {
		return nil
	}
	return f.instead()
}

func (f Fault) instead() *answer {
	a := &answer{status: f.Status, kind: f.Type, body: []byte(f.Body)}
	if f.Type == "" {
		a.kind = "text/html; charset=utf-8"
	}
	if f.RetryAfter != "" {
		a.with("Retry-After", f.RetryAfter)
	}
	if f.Location != "" {
		a.with("Location", f.Location)
	}
	return a
}

// after changes an answer to what the fault makes of it.
func (f Fault) after(a *answer) {
	if f.Status != 0 && f.Obeyed {
		*a = *f.instead()
	}
	for _, name := range sortedKeys(f.Header) {
		if value := f.Header[name]; value != "" {
			a.with(name, value)
		} else {
			delete(a.header, name)
		}
	}
	if f.Rows == nil || a.doc == nil || !a.doc.is(nsDAV, "multistatus") {
		return
	}
	var rows []Row
	var others []*node
	for _, k := range a.doc.kids {
		if !k.is(nsDAV, "response") {
			others = append(others, k)
			continue
		}
		r := Row{node: k}
		if h := k.child(nsDAV, "href"); h != nil {
			r.Href = h.text
		}
		if line := k.child(nsDAV, "status"); line != nil {
			r.Status = codeOf(line.text)
		}
		rows = append(rows, r)
	}
	a.doc.kids = nil
	for _, r := range f.Rows(rows) {
		a.doc.kids = append(a.doc.kids, r.build())
	}
	a.doc.kids = append(a.doc.kids, others...)
}

// build makes the element of a row, with its present href and status.
func (r Row) build() *node {
	was := 0
	if r.node != nil && r.node.child(nsDAV, "status") != nil {
		was = codeOf(r.node.child(nsDAV, "status").text)
	}
	if r.node == nil || r.Status != was {
		return row(r.Href, r.Status)
	}
	n := &node{name: r.node.name, kids: slices.Clone(r.node.kids)}
	i := slices.IndexFunc(n.kids, func(k *node) bool { return k.is(nsDAV, "href") })
	n.kids[i] = href(r.Href)
	return n
}

func codeOf(line string) int {
	_, rest, _ := strings.Cut(line, " ")
	code := 0
	for _, c := range rest {
		if c < '0' || c > '9' {
			break
		}
		code = code*10 + int(c-'0')
	}
	return code
}
