package davd_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/davd"
)

// world is a server with alice, a book and a calendar of hers, and a client.
type world struct {
	t         *testing.T
	srv       *davd.Server
	base      string // without the slash at the end
	client    *http.Client
	book, cal string
	auth      func(r *http.Request)
}

func newWorld(t *testing.T, o davd.Options) *world {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	}
	w := &world{t: t, srv: davd.New(o), auth: func(r *http.Request) { r.SetBasicAuth("alice", "secret") }}
	w.srv.AddUser("alice", "secret")
	w.srv.AddUser("bob", "secret")
	var err error
	if w.book, err = w.srv.AddCollection("alice", core.Contact, "book", "Book"); err == nil {
		w.cal, err = w.srv.AddCollection("alice", core.Event, "cal", "")
	}
	if err != nil {
		t.Fatal(err)
	}
	base, err := w.srv.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.base = strings.TrimSuffix(base, "/")
	transport := &http.Transport{}
	w.client = &http.Client{Transport: transport, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := w.srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// reply is an answer that was read to its end, or the error that ended it.
type reply struct {
	status int
	header http.Header
	body   string
	err    error
	came   *http.Response
}

// ask makes a request; headers are "Name: value".
func (w *world) ask(method, url, body string, headers ...string) reply {
	w.t.Helper()
	if strings.HasPrefix(url, "/") {
		url = w.base + url
	}
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	w.auth(r)
	if strings.HasPrefix(body, "<") {
		r.Header.Set("Content-Type", "application/xml")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	came, err := w.client.Do(r)
	if err != nil {
		return reply{err: err}
	}
	defer came.Body.Close()
	text, err := io.ReadAll(came.Body)
	return reply{came.StatusCode, came.Header, string(text), err, came}
}

func (w *world) put(path, body string, headers ...string) reply {
	w.t.Helper()
	kind := "Content-Type: text/vcard"
	if strings.HasPrefix(body, "BEGIN:VCALENDAR") {
		kind = "Content-Type: text/calendar"
	}
	return w.ask(http.MethodPut, path, body, append([]string{kind}, headers...)...)
}

func (w *world) sync(token string, more ...string) reply {
	w.t.Helper()
	return w.ask("REPORT", w.book, `<sync-collection xmlns="DAV:"><sync-token>`+token+`</sync-token><sync-level>1</sync-level>`+strings.Join(more, "")+`<prop><getetag/></prop></sync-collection>`, "Depth: 0")
}

func (w *world) multiget(hrefs ...string) reply {
	w.t.Helper()
	body := `<c:addressbook-multiget xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><prop><getetag/><c:address-data/></prop>`
	for _, h := range hrefs {
		body += "<href>" + h + "</href>"
	}
	return w.ask("REPORT", w.book, body+`</c:addressbook-multiget>`, "Depth: 0")
}

// list the hrefs of a collection by PROPFIND.
func (w *world) list(path string) reply {
	w.t.Helper()
	return w.ask("PROPFIND", path, `<propfind xmlns="DAV:" xmlns:s="http://calendarserver.org/ns/"><prop><getetag/><sync-token/><s:getctag/></prop></propfind>`, "Depth: 1")
}

// Multistatus as a client reads it.
type Multistatus struct {
	XMLName   xml.Name   `xml:"DAV: multistatus"`
	Token     string     `xml:"DAV: sync-token"`
	Responses []Response `xml:"DAV: response"`
}

type Response struct {
	Href   string `xml:"DAV: href"`
	Status string `xml:"DAV: status"`
	Error  struct {
		Inner string `xml:",innerxml"`
	} `xml:"DAV: error"`
	Stats []struct {
		Status string `xml:"DAV: status"`
		Prop   struct {
			ETag  string `xml:"DAV: getetag"`
			Token string `xml:"DAV: sync-token"`
			CTag  string `xml:"http://calendarserver.org/ns/ getctag"`
			Data  string `xml:"urn:ietf:params:xml:ns:carddav address-data"`
			Homes struct {
				Hrefs []string `xml:"DAV: href"`
			} `xml:"urn:ietf:params:xml:ns:carddav addressbook-home-set"`
		} `xml:"DAV: prop"`
	} `xml:"DAV: propstat"`
}

// rows reads a multistatus.
func (r reply) rows(t *testing.T) Multistatus {
	t.Helper()
	var m Multistatus
	if err := xml.Unmarshal([]byte(r.body), &m); err != nil || r.status != http.StatusMultiStatus {
		t.Fatalf("%d %v %s", r.status, err, r.body)
	}
	return m
}

// hrefs of the rows, with the status of those that have one.
func (m Multistatus) hrefs() []string {
	var out []string
	for _, r := range m.Responses {
		one := r.Href
		if fields := strings.Fields(r.Status); len(fields) > 1 {
			one += " " + fields[1]
		}
		out = append(out, one)
	}
	return out
}

func card(uid, name string, more ...string) string {
	return "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:" + uid + "\r\nFN:" + name + "\r\nN:;" + name + ";;;\r\n" + lines(more) + "END:VCARD\r\n"
}

func lines(all []string) string {
	out := ""
	for _, l := range all {
		out += l + "\r\n"
	}
	return out
}

func event(uid, name string, more ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260101T100000Z\r\nSUMMARY:" + name + "\r\n" + lines(more) + "END:VEVENT\r\nEND:VCALENDAR\r\n"
}

const create = "If-None-Match: *"

// fill stores so many cards, named 0.vcf and on.
func (w *world) fill(n int) {
	w.t.Helper()
	for i := range n {
		if err := w.srv.Put(fmt.Sprintf("%s%d.vcf", w.book, i), card(fmt.Sprintf("u%d", i), "Ann")); err != nil {
			w.t.Fatal(err)
		}
	}
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s: got %s, want %s", what, g, w)
	}
}

// has tells that a text is in an answer.
func (r reply) has(t *testing.T, status int, text string) {
	t.Helper()
	if r.status != status || !strings.Contains(r.body, text) {
		t.Errorf("%d %s (%v), want %d ...%s...", r.status, r.body, r.err, status, text)
	}
}

// TestTruth: what clients and others do is told, by whom and in order.
func TestTruth(t *testing.T) {
	w := newWorld(t, davd.Options{})
	w.srv.Forget()
	a := w.put(w.book+"a.vcf", card("u1", "Ann"), create)
	if err := w.srv.Put(w.book+"b.vcf", card("u2", "Bea")); err != nil {
		t.Fatal(err)
	}
	w.put(w.book+"a.vcf", card("u1", "Anne"), "If-Match: "+a.header.Get("ETag"))
	w.put(w.book+"a.vcf", card("u1", "No"), create)
	if err := w.srv.Delete(w.book + "b.vcf"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range w.srv.Changes() {
		got = append(got, c.String())
	}
	equal(t, "changes", got, []string{"request 1: + " + w.book + "a.vcf", "direct: + " + w.book + "b.vcf", "request 2: = " + w.book + "a.vcf", "direct: - " + w.book + "b.vcf"})
	equal(t, "truth", w.srv.Truth(), map[string]string{w.book: "", w.cal: "", w.book + "a.vcf": card("u1", "Anne")})
	equal(t, "counts", w.srv.Counts(), map[string]int{"PUT": 3})
	last := w.srv.Requests()[2]
	equal(t, "request", last, davd.Request{N: 3, Name: "PUT", Path: w.book + "a.vcf", Host: strings.TrimPrefix(w.base, "http://"), User: "alice", Login: true, Status: 412, Size: len(card("u1", "No"))})
	equal(t, "violations", w.srv.Violations(), nil)
}

// TestNamespaces: properties of no namespace and of any come back as they were
// set, with what is in them.
func TestNamespaces(t *testing.T) {
	type inner struct {
		A struct {
			XMLName xml.Name
			B       struct {
				Text string `xml:",chardata"`
			} `xml:"DAV: b"`
			C string `xml:"urn:y c"`
		} `xml:"a"`
		Z string `xml:"urn:z z"`
	}
	for _, p := range []davd.Profile{{}, {DefaultNamespace: true}} {
		w := newWorld(t, davd.Options{Profile: p})
		const set = `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><a>1<D:b>2</D:b><c xmlns="urn:y">3</c></a><z xmlns="urn:z">4</z></D:prop></D:set></D:propertyupdate>`
		equal(t, "set", w.ask("PROPPATCH", w.book, set).status, 207)
		body := w.ask("PROPFIND", w.book, `<D:propfind xmlns:D="DAV:"><D:prop><a/><z xmlns="urn:z"/></D:prop></D:propfind>`, "Depth: 0").body
		var got struct {
			Prop inner `xml:"response>propstat>prop"`
		}
		if err := xml.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		equal(t, body, []string{got.Prop.A.XMLName.Space, got.Prop.A.B.Text, got.Prop.A.C, got.Prop.Z}, []string{"", "2", "3", "4"})
	}
}

// TestEditing: what is done behind the clients' backs, and what they see of it.
func TestEditing(t *testing.T) {
	w := newWorld(t, davd.Options{})
	w.fill(2)
	first := w.sync("").rows(t)
	for _, err := range []error{w.srv.Put(w.book+"1.vcf", card("u1", "Bea")), w.srv.Touch(w.book + "0.vcf"), w.srv.Put(w.book+"a b.vcf", card("u9", "Cleo")), w.srv.Delete(w.book + "1.vcf")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "delta", w.sync(first.Token).rows(t).hrefs(), []string{w.book + "0.vcf", w.book + "a%20b.vcf", w.book + "1.vcf 404"})
	tag := w.ask("GET", w.book+"0.vcf", "").header.Get("ETag")
	equal(t, "ETag", w.srv.ETag(w.book+"0.vcf"), tag)
	if err := w.srv.Touch(w.book + "0.vcf"); err != nil {
		t.Fatal(err)
	}
	if w.srv.ETag(w.book+"0.vcf") == tag {
		t.Error("a touched item has the same ETag")
	}
	if err := w.srv.Recreate(w.book); err != nil {
		t.Fatal(err)
	}
	w.sync(first.Token).has(t, 403, "valid-sync-token")
	equal(t, "recreated", w.sync("").rows(t).hrefs(), nil)
	if err := w.srv.RemoveCollection(w.book); err != nil {
		t.Fatal(err)
	}
	equal(t, "gone", w.sync("").status, 404)
	for _, err := range []error{w.srv.Put(w.book+"x.vcf", ""), w.srv.Delete(w.cal + "x.ics"), w.srv.Touch(w.cal + "x.ics"), w.srv.Put(w.cal, "x"), w.srv.AddToken("eve", "x"), w.srv.Recreate("/x/")} {
		if err == nil {
			t.Error("an edit of what is not there succeeds")
		}
	}
	for _, c := range [][2]string{{"eve", "x"}, {"alice", "cal"}} {
		if _, err := w.srv.AddCollection(c[0], core.Event, c[1], ""); err == nil {
			t.Errorf("%v: a second or nobody's collection is made", c)
		}
	}
	if _, err := w.srv.AddCollection("alice", core.Mail, "m", ""); err == nil {
		t.Error("a collection of mail is made")
	}
}

// TestStart: nothing listens beyond the loopback, and nothing answers after Close.
func TestStart(t *testing.T) {
	srv := davd.New(davd.Options{})
	if _, err := srv.Start("0.0.0.0:0"); err == nil {
		t.Error("it listens beyond the loopback")
	}
	w := newWorld(t, davd.Options{})
	if err := w.srv.Close(); err != nil {
		t.Fatal(err)
	}
	if r := w.list(w.book); r.err == nil {
		t.Errorf("it answers %d after Close", r.status)
	}
}

// TestOwners: a user has what is his only, and a shorter name is not the
// beginning of a longer one.
func TestOwners(t *testing.T) {
	for _, p := range davd.Profiles() {
		w := newWorld(t, davd.Options{Profile: p})
		w.srv.AddUser("al", "secret")
		w.fill(1)
		w.auth = func(r *http.Request) { r.SetBasicAuth("al", "secret") }
		for _, r := range []reply{w.list(w.book), w.ask("GET", w.book+"0.vcf", ""), w.put(w.book+"1.vcf", card("x", "X"), create), w.ask("DELETE", w.book+"0.vcf", ""),
			w.multiget(w.book + "0.vcf"), w.ask("MKCALENDAR", w.book+"x/", "")} {
			inside := r.status == 207 && strings.Contains(r.body, "404 Not Found") && !strings.Contains(r.body, "getetag")
			if r.status != 403 && r.status != 404 && !inside {
				t.Errorf("%s: %d %s", p.Name, r.status, r.body)
			}
		}
		equal(t, p.Name, len(w.srv.Truth()), 3)
	}
}

// TestProfilesDiffer by name, and the first keeps to the letter.
func TestProfilesDiffer(t *testing.T) {
	var names []string
	for _, p := range davd.Profiles() {
		names = append(names, p.Name)
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) || names[0] != "" {
		t.Errorf("%q", names)
	}
}
