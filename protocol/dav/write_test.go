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

func put(c *dav.Client, guard dav.Guard) (dav.Stored, error) {
	return c.Put(context.Background(), dav.CardDAV(), c.URL(), "a%20b.vcf", []byte("BEGIN"), guard)
}

func TestPut(t *testing.T) {
	var code int
	var body string
	var wants, header http.Header
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for name := range wants {
			if r.Header.Get(name) != wants.Get(name) {
				t.Errorf("%s is %q, want %q", name, r.Header.Get(name), wants.Get(name))
			}
		}
		if got, _ := io.ReadAll(r.Body); r.Method != "DELETE" && (r.Method != "PUT" || r.URL.EscapedPath() != "/ann/book/a%20b.vcf" || string(got) != "BEGIN" || r.ContentLength != 5 || r.Header.Get("Content-Type") != "text/vcard; charset=utf-8" || strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")) {
			t.Errorf("%s %s %q %v", r.Method, r.URL.EscapedPath(), got, r.Header)
		}
		for name := range header {
			w.Header().Set(name, header.Get(name))
		}
		w.WriteHeader(code)
		io.WriteString(w, body)
	})
	for _, code = range []int{200, 201, 204} {
		wants, header = http.Header{"If-None-Match": {"*"}, "If-Match": {""}}, http.Header{"Etag": {`W/"x"`}, "Location": {"/ann/book/chosen"}, "Schedule-Tag": {`"s"`}}
		if got, err := put(c, dav.Guard{New: true}); err != nil || got != (dav.Stored{Name: "chosen", ETag: `"x"`, ScheduleTag: `"s"`}) {
			t.Errorf("%d: %+v, %v", code, got, err)
		}
		wants, header = http.Header{"If-Match": {`"1"`}, "If-None-Match": {""}}, http.Header{"Location": {"https://elsewhere.example/x"}}
		if got, err := put(c, dav.Guard{ETag: `"1"`}); err != nil || got != (dav.Stored{Name: "a%20b.vcf"}) {
			t.Errorf("%d: %+v, %v", code, got, err)
		}
		wants, header = http.Header{"If-Schedule-Tag-Match": {`"s"`}}, nil
		if _, err := put(c, dav.Guard{ScheduleTag: `"s"`}); err != nil {
			t.Error(err)
		}
	}
	wants = nil
	code, body = 207, head+`<response><href>/ann/book/a%20b.vcf</href><status>HTTP/1.1 201 Created</status></response></multistatus>`
	if _, err := put(c, dav.Guard{New: true}); err != nil {
		t.Error(err)
	}
	for _, o := range []struct {
		code  int
		body  string
		class core.Class
	}{
		{207, head + `<response><href>/ann/book/a</href><status>HTTP/1.1 403 Forbidden</status><error><C:valid-address-data/></error></response></multistatus>`, core.Permanent},
		{207, head + `<response><href>/ann/book/a</href><status>HTTP/1.1 412 x</status></response></multistatus>`, core.Conflict},
		{207, head, core.Unknown}, {207, "<html/>", core.Unknown}, {202, "", core.Unknown},
		{412, "", core.Conflict}, {409, "", core.Conflict}, {403, `<error xmlns="DAV:"><no-uid-conflict xmlns="urn:ietf:params:xml:ns:carddav"><href xmlns="DAV:">/ann/book/o</href></no-uid-conflict></error>`, core.Conflict},
		{400, "", core.Permanent}, {404, "", core.Missing}, {413, "", core.Permanent}, {415, "", core.Permanent}, {423, "", core.Transient}, {429, "", core.Transient},
		{500, "", core.Unknown}, {502, "", core.Unknown}, {503, "", core.Unknown}, {507, "", core.Permanent}, {401, "", core.Auth},
	} {
		code, body = o.code, o.body
		_, err := put(c, dav.Guard{New: true})
		wantClass(t, err, o.class)
	}
	code, body, header = 200, "<html>log in</html>", http.Header{"Content-Type": {"text/html"}} // a gateway, and not the server
	_, err := put(c, dav.Guard{New: true})
	wantClass(t, err, core.Unknown)
	wantClass(t, c.Delete(context.Background(), c.URL(), "a%20b.vcf", dav.Guard{ETag: `"1"`}), core.Unknown)
	before := c.Requests()
	_, err = put(c, dav.Guard{})
	wantClass(t, err, core.Permanent)
	wantClass(t, c.Delete(context.Background(), c.URL(), "a", dav.Guard{}), core.Permanent)
	if c.Requests() != before {
		t.Error("a write without a guard was sent")
	}
}

// TestLostAnswer: a connection that breaks after the request leaves the outcome
// unknown, and nothing is sent again; one that cannot be made changes nothing.
func TestLostAnswer(t *testing.T) {
	n := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		io.Copy(io.Discard, r.Body)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		conn.Close()
	})
	_, err := put(c, dav.Guard{New: true})
	wantClass(t, err, core.Unknown)
	wantClass(t, c.Delete(context.Background(), c.URL(), "a", dav.Guard{ETag: `"1"`}), core.Unknown)
	if n != 2 {
		t.Errorf("%d requests", n)
	}
	closed := clientOf(t, dav.Config{URL: "http://127.0.0.1:1/"})
	_, err = put(closed, dav.Guard{New: true})
	wantClass(t, err, core.Transient)
}

func TestDeleteAndMove(t *testing.T) {
	code, body := 204, ""
	var got *http.Request
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.Header().Set("ETag", `"m"`)
		w.WriteHeader(code)
		io.WriteString(w, body)
	})
	ctx := context.Background()
	for _, code = range []int{200, 204} {
		if err := c.Delete(ctx, c.URL(), "a", dav.Guard{ETag: `"1"`}); err != nil || got.Method != "DELETE" || got.Header.Get("If-Match") != `"1"` {
			t.Error(err, got)
		}
	}
	for code, class := range map[int]core.Class{404: core.Missing, 412: core.Conflict, 500: core.Unknown, 403: core.Permanent} {
		other := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) })
		wantClass(t, other.Delete(ctx, other.URL(), "a", dav.Guard{ETag: "1"}), class)
	}
	code, body = 207, head+status("/ann/book/a", 423)+`</multistatus>`
	wantClass(t, c.Delete(ctx, c.URL(), "a", dav.Guard{ETag: `"1"`}), core.Transient)
	code, body = 201, ""
	to := mustURL(t, strings.Replace(c.URL().String(), "/book/", "/other/", 1))
	if s, err := c.Move(ctx, c.URL(), "a", to, "b%20c", `"1"`); err != nil || s != (dav.Stored{Name: "b%20c", ETag: `"m"`}) || got.Header.Get("Destination") != to.String()+"b%20c" || got.Header.Get("Overwrite") != "F" || got.Header.Get("If-Match") != `"1"` {
		t.Error(s, err, got.Header)
	}
	code = 412
	_, err := c.Move(ctx, c.URL(), "a", to, "b", "")
	wantClass(t, err, core.Conflict)
	_, err = c.Move(ctx, c.URL(), "a", mustURL(t, "https://elsewhere.example/x/"), "b", "")
	wantClass(t, err, core.Permanent)
}

func TestCollections(t *testing.T) {
	var requests []string
	make, there := 201, false
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests = append(requests, r.Method+" "+string(body))
		switch r.Method {
		case "MKCOL", "MKCALENDAR":
			if make == 501 && r.Method == "MKCOL" {
				w.WriteHeader(201)
				return
			}
			w.WriteHeader(make)
		case "PROPFIND":
			if !there {
				w.WriteHeader(404)
				return
			}
			answer(w, item("/ann/new/", ""))
		case "PROPPATCH":
			answer(w, `<response><href>/ann/new/</href><propstat><prop><displayname/></prop><status>HTTP/1.1 `+map[bool]string{true: "200 OK", false: "403 No"}[there]+`</status></propstat></response>`)
		case "DELETE":
			w.WriteHeader(204)
		case "OPTIONS":
			w.Header().Add("Allow", "GET, put")
			w.Header().Add("Allow", "MOVE")
		}
	})
	ctx := context.Background()
	at := mustURL(t, strings.Replace(c.URL().String(), "/book/", "/new", 1))
	if err := c.MakeCollection(ctx, dav.CardDAV(), at, "A & <B>"); err != nil || !strings.Contains(requests[0], "<resourcetype><collection/><F:addressbook/></resourcetype><displayname>A &amp; &lt;B&gt;</displayname>") || !strings.HasPrefix(requests[0], "MKCOL ") {
		t.Error(err, requests)
	}
	if err := c.MakeCollection(ctx, dav.CalDAV(), at, "C"); err != nil || !strings.Contains(requests[1], `<F:comp name="VEVENT"/>`) || !strings.HasPrefix(requests[1], "MKCALENDAR ") {
		t.Error(err, requests)
	}
	make = 501
	if err := c.MakeCollection(ctx, dav.CalDAV(), at, "C"); err != nil {
		t.Error(err)
	}
	make = 405
	wantClass(t, c.MakeCollection(ctx, dav.CardDAV(), at, "C"), core.Permanent)
	there = true
	wantClass(t, c.MakeCollection(ctx, dav.CardDAV(), at, "C"), core.Conflict)
	if err := c.SetName(ctx, dav.CardDAV(), at, "N"); err != nil {
		t.Error(err)
	}
	there = false
	wantClass(t, c.SetName(ctx, dav.CardDAV(), at, "N"), core.Permanent)
	if err := c.DeleteCollection(ctx, at); err != nil {
		t.Error(err)
	}
	if allow, err := c.Methods(ctx, at); err != nil || !strings.Contains(allow, "MOVE") || !strings.Contains(allow, "PUT") {
		t.Error(allow, err)
	}
}
