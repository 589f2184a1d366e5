package dav_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/protocol/dav"
)

// TestSetColor: the property of the flavour is set, and only an answer that says that it
// was, counts for done.
func TestSetColor(t *testing.T) {
	const apple, inf = `calendar-color xmlns="http://apple.com/ns/ical/"`, `addressbook-color xmlns="http://inf-it.com/ns/ab/"`
	said := func(property, status string) string {
		return `<response><href>/ann/book/</href><propstat><prop><` + property + `/></prop><status>HTTP/1.1 ` + status + `</status></propstat></response>`
	}
	for name, o := range map[string]struct {
		status int
		row    string
		class  core.Class
		fails  bool
	}{
		"set":                       {row: said("X", "200 OK")},
		"refused":                   {row: said("X", "403 Forbidden"), class: core.Permanent, fails: true},
		"failed with another":       {row: said("X", "424 Failed Dependency"), class: core.Permanent, fails: true},
		"refused as a whole":        {row: `<response><href>/ann/book/</href><status>HTTP/1.1 403 Forbidden</status></response>`, class: core.Permanent, fails: true},
		"gone":                      {row: `<response><href>/ann/book/</href><status>HTTP/1.1 404 Not Found</status></response>`, class: core.Missing, fails: true},
		"nothing is said":           {row: `<response><href>/ann/book/</href><status>HTTP/1.1 200 OK</status></response>`, class: core.Unknown, fails: true},
		"another property":          {row: said(`displayname`, "200 OK"), class: core.Unknown, fails: true},
		"without rows":              {class: core.Unknown, fails: true},
		"no method":                 {status: 405, class: core.Permanent, fails: true},
		"an error of the server":    {status: 500, class: core.Unknown, fails: true},
		"locked by another program": {status: 423, class: core.Transient, fails: true},
	} {
		for property, f := range map[string]dav.Flavour{apple: dav.CalDAV(), inf: dav.CardDAV()} {
			t.Run(name+" "+f.Name, func(t *testing.T) {
				var sent, method string
				c := serve(t, func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					sent, method = string(body), r.Method
					if o.status != 0 {
						w.WriteHeader(o.status)
						return
					}
					answer(w, strings.ReplaceAll(o.row, "X/", property+"/"))
				})
				err := c.SetColor(context.Background(), f, c.URL(), "#12ab34")
				if (err != nil) != o.fails || err != nil && core.ClassOf(err) != o.class {
					t.Errorf("%v is %v", err, core.ClassOf(err))
				}
				local, namespace, _ := strings.Cut(property, " xmlns=")
				if method != "PROPPATCH" || !strings.Contains(sent, "X:"+local+" xmlns:X="+namespace+">#12ab34</X:"+local+">") {
					t.Errorf("%s %s", method, sent)
				}
			})
		}
	}
}
