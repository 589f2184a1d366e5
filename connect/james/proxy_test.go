package james_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// proxy passes requests on, after somebody has seen them, who may answer with a
// status of James' instead (0 = pass it on).
func proxy(t *testing.T, s *server, see func(r *http.Request, body []byte) (status int)) string {
	t.Helper()
	to, err := url.Parse(s.url)
	ok(t, err)
	var lock sync.Mutex
	pass := httputil.NewSingleHostReverseProxy(to)
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		lock.Lock()
		status := see(r, body)
		lock.Unlock()
		if status != 0 {
			w.WriteHeader(status)
			return
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p.URL
}
