package webadmind

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// answer to one request.
type answer struct {
	status int
	kind   string // Content-Type; "" = JSON
	body   []byte
	header map[string]string
	// then makes the answer, without the server's lock.
	then func() *answer
}

// failure is the body of an error.
type failure struct {
	StatusCode int     `json:"statusCode"`
	Type       string  `json:"type"`
	Message    string  `json:"message"`
	Details    *string `json:"details"`
}

// The types of failures.
const (
	invalidArgument = "InvalidArgument"
	wrongState      = "WrongState"
	notFound        = "notFound"
	serverError     = "ServerError"
)

// failed makes the answer of an error; details "" = none.
func failed(status int, kind, message, details string) *answer {
	f := failure{StatusCode: status, Type: kind, Message: message}
	if details != "" {
		f.Details = &details
	}
	return answerWith(status, f)
}

func answerWith(status int, value any) *answer {
	body, err := json.Marshal(value)
	if err != nil {
		panic("webadmind: an answer that is no JSON: " + err.Error())
	}
	return &answer{status: status, body: body}
}

func ok(value any) *answer { return answerWith(http.StatusOK, value) }

func done() *answer { return &answer{status: http.StatusNoContent} }

// badMessage is what the HTTP server below says of a malformed URL.
func badMessage() *answer {
	return &answer{status: http.StatusBadRequest, kind: "text/html;charset=iso-8859-1", body: []byte("<h1>Bad Message 400</h1><pre>reason: Bad Request</pre>")}
}

func noRoute(r *http.Request) *answer {
	return failed(http.StatusNotFound, notFound, fmt.Sprintf("%s %s can not be found", r.Method, r.URL.EscapedPath()), "")
}

func invalidArguments(details string) *answer {
	return failed(http.StatusBadRequest, invalidArgument, "Invalid arguments supplied in the user request", details)
}

func badJSON(err error) *answer {
	return failed(http.StatusBadRequest, invalidArgument, "JSON payload of the request is not valid", err.Error())
}

// unexpected is every exception that no route has thought of.
func unexpected() *answer {
	return failed(http.StatusInternalServerError, serverError, "WebAdmin encountered an unexpected internal error", "")
}

// send writes an answer, or as much of it as a fault lets through.
func (s *Server) send(w http.ResponseWriter, r *http.Request, a *answer, f Fault) {
	body := f.distort(a)
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if a.kind != "" {
		h.Set("Content-Type", a.kind)
	}
	for k, v := range a.header {
		h.Set(k, v)
	}
	if r.Method != http.MethodHead && a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(a.status)
	if r.Method == http.MethodHead || a.status == http.StatusNoContent {
		return
	}
	if f.Cut != nil && *f.Cut < len(body) {
		_, _ = w.Write(body[:max(*f.Cut, 0)]) // the client may be gone
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body)
}

func health(*request) *answer {
	return ok(map[string]any{"status": "healthy", "checks": []any{}})
}
