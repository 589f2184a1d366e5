package dav_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/protocol/dav"
)

// grown tells how much a function leaves behind or holds at most while garbage is
// collected around it, in bytes.
func grown(do func(sample func())) uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, uint64(0)
	sample := func() {
		runtime.GC()
		runtime.ReadMemStats(&m)
		if m.HeapAlloc > before {
			most = max(most, m.HeapAlloc-before)
		}
	}
	do(sample)
	sample()
	return most
}

// flood writes a text again and again.
func flood(w io.Writer, text string, bytes int) {
	block := strings.Repeat(text, max(1, (1<<16)/len(text)))
	for n := 0; n < bytes; n += len(block) {
		if _, err := io.WriteString(w, block); err != nil {
			return
		}
	}
}

// TestAttackEndlessAnswers: nothing that has no end is taken into memory.
func TestAttackEndlessAnswers(t *testing.T) {
	const much = 1 << 30
	for _, a := range []struct{ name, before, again string }{
		{"etag", head + `<response><href>/ann/book/a</href><propstat><prop><getetag>`, "e"},
		{"href", head + `<response><href>`, "/"},
		{"tag", head + `<response><`, "a"},
		{"attribute", head + `<response a="`, "a"},
		{"attributes", head + `<response `, `a="b" `},
		{"blanks", head, "\n"},
		{"comment", head + "<!--", "x"},
		{"comments", head, "<!-- x -->"},
		{"instruction", head + "<?x ", "x"},
		{"doctype", `<!DOCTYPE x [`, "<!ELEMENT a ANY>"},
		{"depth", head, "<a>"},
		{"elements", head + "<response>", "<a/>"},
		{"cdata", head + "<response><![CDATA[", "x"},
		{"hrefs", head + "<response>", "<href>/a</href>"},
		{"beside rows", head, "<x/>"},
		{"behind it", head + item("/ann/book/", "") + "</multistatus>", " "},
		{"before it", "", " "},
	} {
		t.Run(a.name, func(t *testing.T) {
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(207)
				io.WriteString(w, a.before)
				flood(w, a.again, much)
			})
			limit, held := int64(8<<20), uint64(40<<20)
			if a.name == "etag" { // with the limits that count
				limit, held = 0, 300<<20
			}
			c = clientOf(t, dav.Config{URL: c.URL().String(), Limits: dav.Limits{Row: limit}})
			var err error
			if most := grown(func(func()) { _, err = list(c) }); most > held {
				t.Errorf("%d MiB are held", most>>20)
			}
			wantClass(t, err, core.Permanent)
		})
	}
	t.Run("refusal", func(t *testing.T) {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(403)
			flood(w, "<error>", much)
		})
		_, err := list(c)
		wantClass(t, err, core.Permanent)
		if len(err.Error()) > 1000 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	})
	t.Run("item", func(t *testing.T) {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) { flood(w, "x", much) })
		_, errs, _ := read(c, "", "a")
		wantClass(t, errs["a"], core.Permanent)
	})
	t.Run("headers", func(t *testing.T) {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			for i := range 20000 {
				w.Header().Set(fmt.Sprintf("X-%d", i), "flood")
			}
			answer(w)
		})
		if _, err := list(c); err == nil {
			t.Error("endless headers are read")
		}
	})
}

// TestAttackLongMultistatus: an answer of a gigabyte takes the memory of one row.
func TestAttackLongMultistatus(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes ten seconds")
	}
	const rows, size = 1000, 1 << 20
	body := strings.Repeat("x", size)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(207)
		io.WriteString(w, head)
		for i := range rows {
			fmt.Fprintf(w, `<response><href>/ann/book/%d</href><propstat><prop><getetag>1</getetag><description>`, i)
			io.WriteString(w, body)
			io.WriteString(w, `</description></prop><status>HTTP/1.1 200 OK</status></propstat></response>`)
		}
		io.WriteString(w, `</multistatus>`)
	})
	n := 0
	most := grown(func(sample func()) {
		if err := c.List(context.Background(), dav.CardDAV(), c.URL(), func(dav.Entry) error {
			if n++; n%100 == 0 {
				sample()
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	if n != rows || most > 64<<20 {
		t.Errorf("%d rows, %d MiB held", n, most>>20)
	}
}

// TestAttackManyRows: a million rows are read as they come, and more than the limit
// are an error.
func TestAttackManyRows(t *testing.T) {
	rows := 1_000_000
	if testing.Short() {
		rows = 50_000
	}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(207)
		io.WriteString(w, head)
		row := item("/ann/book/a", "1")
		for range rows {
			io.WriteString(w, row)
		}
		io.WriteString(w, `</multistatus>`)
	})
	n := 0
	most := grown(func(sample func()) {
		if err := c.List(context.Background(), dav.CardDAV(), c.URL(), func(dav.Entry) error {
			if n++; n%(rows/4) == 0 {
				sample()
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	if n != rows || most > 32<<20 {
		t.Errorf("%d rows, %d MiB held", n, most>>20)
	}
	few := clientOf(t, dav.Config{URL: c.URL().String(), Limits: dav.Limits{Rows: 1000}})
	_, err := list(few)
	wantClass(t, err, core.Permanent)
}

// TestAttackLaughs: neither entities nor a DTD are read, so nothing multiplies and
// nothing is fetched.
func TestAttackLaughs(t *testing.T) {
	for _, text := range []string{
		`<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>` + strings.TrimPrefix(head, `<?xml version="1.0" encoding="UTF-8"?>`) + item("/ann/book/a", "&c;") + `</multistatus>`,
		`<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><multistatus xmlns="DAV:"/>`,
		head + item("/ann/book/a", "&xxe;") + `</multistatus>`,
		head + `<!DOCTYPE x>` + item("/ann/book/a", "1") + `</multistatus>`,
	} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(207)
			io.WriteString(w, text)
		})
		_, err := list(c)
		wantClass(t, err, core.Permanent)
	}
}

// TestAttackSecretsAreNotRepeated: a server that sends back what it got gets none of
// it into an error.
func TestAttackSecretsAreNotRepeated(t *testing.T) {
	for _, code := range []int{207, 301, 400, 401, 403, 404, 409, 412, 500, 503} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			h := r.Header.Get("Authorization")
			w.Header().Set("Location", "/"+secret)
			w.Header().Set("Content-Type", secret)
			w.WriteHeader(code)
			fmt.Fprintf(w, `<error xmlns="DAV:"><%s/><message>%s %s</message></error>`, secret, secret, h)
		})
		_, err := list(c)
		if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "YW5uOnM") {
			t.Errorf("%d: %v", code, err)
		}
		_, err = put(c, dav.Guard{New: true})
		if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "YW5uOnM") {
			t.Errorf("%d: %v", code, err)
		}
	}
}
