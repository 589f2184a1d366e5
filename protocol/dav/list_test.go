package dav_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"lockstep/core"
	"lockstep/protocol/dav"
)

func TestList(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != "PROPFIND" || r.Header.Get("Depth") != "1" || r.URL.Path != "/ann/book/" || !strings.Contains(string(body), "<getetag/>") {
			t.Errorf("%s %s: %s", r.Method, r.URL, body)
		}
		answer(w,
			item("/ann/book/", "ignored"),
			item("/ann/book/a.vcf", "&quot;1&quot;"),
			item("/ann/book/b.vcf", `W/"2"`),
			item("http://elsewhere:99/ann/book/c%40.vcf", "3"),
			item("/ann/book/d.vcf", ""),
			`<response><href>/ann/book/e.vcf</href><propstat><prop><getetag/></prop><status>HTTP/1.1 403 No</status></propstat></response>`,
			status("/ann/book/f.vcf", 500),
			`<response><href>/ann/book/sub</href><propstat><prop><resourcetype><collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response>`,
			item("/ann/book/sub/", "x"), item("/ann/other/z.vcf", "x"), item("/ann/book/%2e%2e", "x"),
			`<responsedescription>all of it</responsedescription>`)
	})
	all, err := list(c)
	if err != nil {
		t.Fatal(err)
	}
	wantMap(t, all, "a.vcf", `"1"`, "b.vcf", `"2"`, "c@.vcf", `"3"`, "d.vcf", "", "e.vcf", "", "f.vcf", "")
	unclear := 0
	if err := c.List(context.Background(), dav.CardDAV(), c.URL(), func(e dav.Entry) error {
		if e.Unclear {
			unclear++
		}
		return nil
	}); err != nil || unclear != 2 {
		t.Errorf("%d unclear, %v", unclear, err)
	}
}

// TestOddAnswers: what is no whole multistatus is an error, and never an empty list
// (cases 40, 41 and 52).
func TestOddAnswers(t *testing.T) {
	whole := head + item("/ann/book/", "") + item("/ann/book/a", "1") + `</multistatus>`
	for _, o := range []struct {
		name  string
		code  int
		body  string
		class core.Class
	}{
		{"html page", 200, "<html><body>Maintenance</body></html>", core.Permanent},
		{"200 with a multistatus", 200, whole, core.Permanent},
		{"204", 204, "", core.Permanent},
		{"207 of html", 207, "<html><body>x</body></html>", core.Permanent},
		{"207 of text", 207, "all is well", core.Permanent},
		{"207 of nothing", 207, "", core.Permanent},
		{"no row", 207, head + `</multistatus>`, core.Permanent},
		{"cut after a row", 207, strings.TrimSuffix(whole, "</multistatus>"), core.Transient},
		{"cut in a row", 207, whole[:len(whole)-40], core.Transient},
		{"cut in a tag", 207, whole[:len(whole)-3], core.Transient},
		{"text behind it", 207, whole + "x", core.Permanent},
		{"another behind it", 207, whole + whole, core.Permanent},
		{"control character", 207, strings.Replace(whole, "<getetag>1", "<getetag>\x011", 1), core.Permanent},
		{"control reference", 207, strings.Replace(whole, "<getetag>1", "<getetag>&#1;", 1), core.Permanent},
		{"not UTF-8", 207, strings.Replace(whole, "<getetag>1", "<getetag>\xff", 1), core.Permanent},
		{"other charset", 207, strings.Replace(whole, "UTF-8", "EBCDIC", 1), core.Permanent},
		{"entity", 207, strings.Replace(whole, "<getetag>1", "<getetag>&lol;", 1), core.Permanent},
		{"row without href", 207, head + `<response><status>HTTP/1.1 200 OK</status></response></multistatus>`, core.Permanent},
		{"row without status", 207, head + `<response><href>/ann/book/a</href><propstat><prop><getetag>1</getetag></prop></propstat></response></multistatus>`, core.Permanent},
		{"the collection failed", 207, head + status("/ann/book/", 503) + `</multistatus>`, core.Transient},
		{"the collection is gone", 207, head + status("/ann/book/", 404) + `</multistatus>`, core.Missing},
		{"another root", 207, `<error xmlns="DAV:"/>`, core.Permanent},
		{"other namespace", 207, `<multistatus xmlns="dav"/>`, core.Permanent},
		{"not found", 404, "", core.Missing}, {"busy", 503, "", core.Transient}, {"broken", 500, "", core.Transient}, {"forbidden", 403, "", core.Permanent},
	} {
		t.Run(o.name, func(t *testing.T) {
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(o.code)
				io.WriteString(w, o.body)
			})
			_, err := list(c)
			wantClass(t, err, o.class)
			if err != nil && (strings.Contains(err.Error(), "\x01") || !utf8.ValidString(err.Error())) {
				t.Errorf("%q", err)
			}
		})
	}
	// The same where the length was promised.
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(whole)+10))
		w.WriteHeader(207)
		io.WriteString(w, whole[:len(whole)-20])
	})
	_, err := list(c)
	wantClass(t, err, core.Transient)
}

func changesOf(c *dav.Client, token string, limit int) (dav.Changes, map[string]string, error) {
	all := map[string]string{}
	got, err := c.Sync(context.Background(), dav.CardDAV(), c.URL(), token, limit, func(e dav.Entry) error {
		switch {
		case e.Gone:
			all[e.Name] = "gone"
		case e.Unclear:
			all[e.Name] = "unclear"
		default:
			all[e.Name] = e.ETag
		}
		return nil
	})
	return got, all, err
}

const token2 = `<sync-token>two</sync-token>`

func TestSync(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != "REPORT" || r.Header.Get("Depth") != "0" || !strings.Contains(string(body), "<sync-token>one</sync-token><sync-level>1</sync-level><prop>") {
			t.Errorf("%s %s", r.Method, body)
		}
		answer(w, item("/ann/book/a", "1"), status("/ann/book/b", 404), status("/ann/book/c", 410), item("/ann/book/", "x"), status("/ann/book/sub/", 404),
			item("/bob/book/z", "1"), status("/ann/book/d", 200), status("/ann/book/e", 403),
			`<response><href>/ann/book/f</href><propstat><prop><getetag/></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>`, token2)
	})
	got, all, err := changesOf(c, "one", 0)
	if err != nil || got.More || got.Token != "two" {
		t.Errorf("%+v, %v", got, err)
	}
	wantMap(t, all, "a", `"1"`, "b", "gone", "c", "gone", "d", "", "e", "unclear", "f", "unclear")
}

// TestSyncInPages: case 33.
func TestSyncInPages(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, rest, _ := strings.Cut(string(body), "<sync-token>")
		token, _, _ := strings.Cut(rest, "<")
		switch token {
		case "":
			answer(w, item("/ann/book/a", "1"), status("/ann/book/", 507), `<sync-token>p1</sync-token>`)
		case "p1":
			answer(w, `<sync-token>p2</sync-token>`, `<response><href>/ann/book</href><status>HTTP/1.1 507 Insufficient Storage</status><error><number-of-matches-within-limits/></error></response>`, item("/ann/book/b", "1"))
		case "p2":
			answer(w, item("/ann/book/c", "1"), `<sync-token>p3</sync-token>`)
		default:
			t.Errorf("token %q", token)
		}
	})
	token, n := "", 0
	for {
		got, all, err := changesOf(c, token, 1)
		if err != nil {
			t.Fatal(err)
		}
		n += len(all)
		if token = got.Token; !got.More {
			break
		}
	}
	if n != 3 || token != "p3" {
		t.Errorf("%d items, token %s", n, token)
	}
	// A server that begins again and again.
	c = serve(t, func(w http.ResponseWriter, r *http.Request) {
		answer(w, status("/ann/book/", 507), `<sync-token>p1</sync-token>`)
	})
	_, _, err := changesOf(c, "p1", 0)
	wantClass(t, err, core.Permanent)
}

// TestSyncLimitRefused: case 34.
func TestSyncLimitRefused(t *testing.T) {
	for _, code := range []int{507, 500, 400, 501} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), "<limit><nresults>10</nresults></limit>") {
				w.WriteHeader(code)
				return
			}
			answer(w, item("/ann/book/a", "1"), token2)
		})
		for _, token := range []string{"", "one"} {
			if _, all, err := changesOf(c, token, 10); err != nil || len(all) != 1 {
				t.Errorf("%d: %v, %v", code, all, err)
			}
		}
	}
}

// TestOldTokens: in whatever way a server says that a token is too old (case 35).
func TestOldTokens(t *testing.T) {
	const condition = `<error xmlns="DAV:"><valid-sync-token/></error>`
	for _, o := range []struct {
		code  int
		body  string
		class core.Class
	}{
		{403, condition, core.Resync}, {409, condition, core.Resync}, {410, condition, core.Resync}, {412, condition, core.Resync}, {400, condition, core.Resync}, {507, condition, core.Resync},
		{400, "", core.Resync}, {403, "", core.Resync}, {409, "", core.Resync}, {410, "", core.Resync}, {412, "", core.Resync}, {500, "", core.Resync},
		{404, "", core.Missing}, {401, "", core.Auth}, {503, "", core.Transient}, {502, "", core.Transient}, {405, "", core.Permanent},
		{403, `<error xmlns="DAV:"><need-privileges/></error>`, core.Permanent},
	} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(o.code)
			io.WriteString(w, o.body)
		})
		_, _, err := changesOf(c, "old", 0)
		wantClass(t, err, o.class)
		if _, _, err := changesOf(c, "", 0); core.ClassOf(err) == core.Resync && !strings.Contains(o.body, "valid-sync") {
			t.Errorf("%d without a token is %v", o.code, err)
		}
	}
	// A list of all is no error: DAViCal sends it for a token that it does not know.
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { answer(w, item("/ann/book/a", "1"), token2) })
	if _, all, err := changesOf(c, "bogus", 0); err != nil || len(all) != 1 {
		t.Error(all, err)
	}
	c = serve(t, func(w http.ResponseWriter, r *http.Request) { answer(w, item("/ann/book/a", "1")) })
	_, _, err := changesOf(c, "", 0)
	wantClass(t, err, core.Permanent) // no token
}

func read(c *dav.Client, version string, names ...string) (map[string]string, map[string]error, []string) {
	var wants []dav.Want
	for _, n := range names {
		wants = append(wants, dav.Want{Name: n, Size: -1})
	}
	got, errs, order := map[string]string{}, map[string]error{}, []string{}
	for o, err := range c.Read(context.Background(), dav.CardDAV(), c.URL(), wants, version) {
		order = append(order, o.Name)
		if err != nil {
			errs[o.Name] = err
			continue
		}
		got[o.Name] = o.ETag + string(o.Data)
	}
	return got, errs, order
}

// TestMultigetLadder: rows that are missing, left out, doubled, written differently
// or not asked for (cases 38 and 39).
func TestMultigetLadder(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == "REPORT":
			body, _ := io.ReadAll(r.Body)
			if !strings.Contains(string(body), "<F:addressbook-multiget ") || !strings.Contains(string(body), "<F:address-data/>") || !strings.Contains(string(body), "<href>/ann/book/a@x</href>") {
				t.Errorf("%s", body)
			}
			answer(w,
				card("/ann/book/a%40x", "1", "BEGIN\nEND\n"), card("/ann/book/a@x", "2", "again"), card("/ann/book/z", "1", "not asked for"),
				status("/ann/book/gone", 404), status("/ann/book/hidden", 404), status("/ann/book/refused", 403),
				`<response><href>/ann/book/nodata</href><propstat><prop><getetag>1</getetag></prop><status>HTTP/1.1 200 OK</status></propstat><propstat><prop><C:address-data/></prop><status>HTTP/1.1 404 x</status></propstat></response>`)
		case r.URL.Path == "/ann/book/gone":
			w.WriteHeader(404)
		case r.URL.Path == "/ann/book/refused":
			w.WriteHeader(403)
		case r.URL.Path == "/ann/book/page":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "<html>log in</html>")
		default:
			w.Header().Set("ETag", `"got"`)
			io.WriteString(w, "of "+r.URL.Path)
		}
	})
	got, errs, order := read(c, "", "a@x", "left-out", "gone", "hidden", "refused", "nodata", "page", "a@x")
	wantMap(t, got, "a@x", `"1"`+"BEGIN\r\nEND\r\n", "left-out", `"got"of /ann/book/left-out`, "hidden", `"got"of /ann/book/hidden`, "nodata", `"got"of /ann/book/nodata`)
	wantClass(t, errs["gone"], core.Missing)
	wantClass(t, errs["refused"], core.Permanent)
	wantClass(t, errs["page"], core.Permanent)
	if len(order) != 7 {
		t.Errorf("yielded %v", order)
	}
}

// TestMultigetUnreadable: one card that XML cannot hold keeps none of the others from
// being read (case 40), and a server without the report is asked for it once.
func TestMultigetUnreadable(t *testing.T) {
	reports, gets := 0, 0
	code, body := 207, head+card("/ann/book/a", "1", "A")+card("/ann/book/b", "1", "\x01")
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "REPORT" {
			reports++
			w.WriteHeader(code)
			io.WriteString(w, body)
			return
		}
		gets++
		fmt.Fprint(w, strings.ToUpper(r.URL.Path[len("/ann/book/"):]))
	})
	got, errs, _ := read(c, "", "a", "b", "c")
	wantMap(t, got, "a", `"1"A`, "b", "B", "c", "C")
	if len(errs) != 0 || reports != 1 || gets != 2 {
		t.Errorf("%v, %d reports, %d gets", errs, reports, gets)
	}
	code, body, reports = 501, "", 0
	for range 2 {
		if got, _, _ := read(c, "", "a", "b"); len(got) != 2 {
			t.Error(got)
		}
	}
	if reports != 1 {
		t.Errorf("%d reports", reports)
	}
}

// TestReadStops: an error about more than one item ends the reading.
func TestReadStops(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) })
	names := make([]string, 1000)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	got, errs, _ := read(c, "", names...)
	if len(got) != 0 || len(errs) != 1 || c.Requests() > 8 {
		t.Errorf("%v, %d errors, %d requests", got, len(errs), c.Requests())
	}
	for _, err := range errs {
		wantClass(t, err, core.Transient)
	}
	// Who needs no more stops it, too.
	n := 0
	c = serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		answer(w, card("/ann/book/1", "1", "A"), card("/ann/book/2", "1", "A"))
	})
	for range c.Read(context.Background(), dav.CardDAV(), c.URL(), []dav.Want{{Name: "1"}, {Name: "2"}}, "") {
		n++
		break
	}
	if n != 1 {
		t.Error(n)
	}
}

// TestPortions: many items, and large ones, are asked for in parts.
func TestPortions(t *testing.T) {
	most := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "GET" {
			fmt.Fprint(w, "G")
			return
		}
		body, _ := io.ReadAll(r.Body)
		var rows []string
		for part := range strings.SplitSeq(string(body), "<href>") {
			if href, _, is := strings.Cut(part, "</href>"); is {
				rows = append(rows, card(href, "1", "A"))
			}
		}
		most = max(most, len(rows))
		answer(w, rows...)
	})
	var wants []dav.Want
	for i := range 120 {
		wants = append(wants, dav.Want{Name: fmt.Sprint(i), Size: -1})
	}
	n := 0
	for _, err := range c.Read(context.Background(), dav.CardDAV(), c.URL(), wants, "") {
		if n++; err != nil {
			t.Fatal(err)
		}
	}
	if n != 120 || most != 50 || c.Requests() != 3 {
		t.Errorf("%d items, %d at most, %d requests", n, most, c.Requests())
	}
	for i := range wants {
		wants[i].Size = 2 << 20
	}
	before := c.Requests()
	for range c.Read(context.Background(), dav.CardDAV(), c.URL(), wants[:10], "") {
		n++
	}
	if n != 130 || c.Requests()-before != 5 {
		t.Errorf("%d items, %d requests", n, c.Requests()-before)
	}
}

// TestVersion: 4.0 is asked for in both ways of reading.
func TestVersion(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); r.Method == "REPORT" && !strings.Contains(string(body), `<F:address-data content-type="text/vcard" version="4.0"/>`) {
			t.Errorf("%s", body)
		} else if r.Method == "GET" && r.Header.Get("Accept") != "text/vcard; version=4.0" {
			t.Error(r.Header)
		}
		answer(w)
	})
	read(c, "4.0", "a", "b")
}
