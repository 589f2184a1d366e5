package webadmind

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Ask is what a fault is chosen by.
type Ask struct {
	Method string
	// Route is the name that Counts has, "PUT /users/{user}"; "" = no such route.
	Route string
	// Path as it was sent, with its escapes.
	Path string
	// N counts the requests of this route from 1, Total all requests.
	N, Total int
}

// Fault is what goes wrong at a request; the zero value is nothing.
type Fault struct {
	// Delay waits before the request is obeyed.
	Delay time.Duration
	// Hang neither obeys nor answers, until the client goes or the server closes.
	Hang bool
	// DropBefore closes the connection and does nothing; DropAfter obeys and
	// closes, so that the answer is lost.
	DropBefore, DropAfter bool
	// Status answers so instead of obeying, with a Body ("" = an error of James).
	Status int
	Body   string
	// RetryAfter is that header of a Status, "" = none.
	RetryAfter string
	// Cut, if not nil, closes the connection after so many bytes of the answer's
	// body, of which the header tells the full length.
	Cut *int
	// Empty answers with an empty list or object where there is one, and 200.
	Empty bool
	// Rewrite changes the body of an answer.
	Rewrite func(body []byte) []byte
	// FailStep: the task that the request starts fails at this step
	// ("MailboxUsernameChangeTaskStep"), those before it done.
	FailStep string
}

// Unauthorized refuses a login that was good, as when a token has ended.
func Unauthorized() Fault {
	return Fault{Status: http.StatusUnauthorized, Body: "Invalid Bearer header."}
}

// Scripted is a fault at the Nth request of a route (0 = at every one); with On,
// at the Nth and all that follow. Route "" is every route, and N then counts all
// requests.
type Scripted struct {
	Route string
	N     int
	On    bool
	Fault Fault
}

// Script answers from a list; of several that fit, the first counts.
func Script(list ...Scripted) func(Ask) Fault {
	return func(a Ask) Fault {
		for _, s := range list {
			n := a.N
			if s.Route == "" {
				n = a.Total
			}
			if (s.Route == "" || s.Route == a.Route) && (s.N == 0 || s.N == n || s.On && n > s.N) {
				return s.Fault
			}
		}
		return Fault{}
	}
}

// Once gives a fault at the first request of a route after it is made, however
// many there were before.
func Once(route string, f Fault) func(Ask) Fault {
	var once sync.Once
	return func(a Ask) Fault {
		var out Fault
		if route == a.Route {
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
func (s *Server) ask(r *http.Request, found *route) (Fault, int) {
	s.mu.Lock()
	a := Ask{Method: r.Method, Path: r.URL.EscapedPath()}
	if found != nil {
		a.Route = found.name
	}
	s.counts[a.Route]++
	s.total++
	a.N, a.Total = s.counts[a.Route], s.total
	faults := s.faults
	s.mu.Unlock()
	if faults == nil {
		return Fault{}, a.Total
	}
	return faults(a), a.Total
}

// wait delays a request; false = it is not to be answered.
func (s *Server) wait(r *http.Request, f Fault) bool {
	if f.Hang {
		select {
		case <-r.Context().Done():
		case <-s.quit:
		}
		return false
	}
	if f.Delay <= 0 {
		return true
	}
	timer := time.NewTimer(f.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-s.quit:
	}
	return false
}

// answer instead of obeying; nil = obey.
func (f Fault) answer() *answer {
	if f.Status == 0 {
		return nil
	}
	a := &answer{status: f.Status, body: []byte(f.Body)}
	if f.Body == "" {
		kind := serverError
		if f.Status < 500 {
			kind = invalidArgument
		}
		a = failed(f.Status, kind, http.StatusText(f.Status), "")
	}
	if strings.HasPrefix(f.Body, "<") {
		a.kind = "text/html;charset=iso-8859-1"
	}
	if f.RetryAfter != "" {
		a.header = map[string]string{"Retry-After": f.RetryAfter}
	}
	return a
}

// distort is the body that is told.
func (f Fault) distort(a *answer) []byte {
	body := a.body
	if f.Empty && a.status == http.StatusOK {
		if bytes.HasPrefix(body, []byte("[")) {
			body = []byte("[]")
		} else if bytes.HasPrefix(body, []byte("{")) {
			body = []byte("{}")
		}
	}
	if f.Rewrite != nil {
		body = f.Rewrite(body)
	}
	return body
}
