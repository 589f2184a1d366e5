package davd_test

import (
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// TestViolations: each wrong request is found out, for one reason, and answered.
func TestViolations(t *testing.T) {
	const d, card1, cal1 = `xmlns="DAV:"`, `xmlns:c="urn:ietf:params:xml:ns:carddav"`, `xmlns:c="urn:ietf:params:xml:ns:caldav"`
	good := card("new", "New")
	for _, c := range []struct {
		method, path, body string
		headers            []string
		want               string // "" = it is right
	}{
		{"PROPFIND", "book/", `<propfind ` + d + `><prop><getetag/></prop></propfind>`, []string{"Depth: 1"}, ""},
		{"PROPFIND", "book/", ``, []string{"Depth: 0"}, ""},
		{"PROPFIND", "book/", ``, nil, `Depth ""`},
		{"PROPFIND", "book/", ``, []string{"Depth: infinity"}, `Depth "infinity"`},
		{"PROPFIND", "book/", `<propfind><prop/></propfind>`, []string{"Depth: 0"}, "the body is {}propfind"},
		{"PROPFIND", "book/", `<D:propfind><D:prop/></D:propfind>`, []string{"Depth: 0"}, "prefix of <D:propfind>"},
		{"PROPFIND", "book/", `<propfind ` + d + `/>`, []string{"Depth: 0"}, "an empty DAV:propfind"},
		{"PROPFIND", "book/", `<propfind ` + d + `><href/></propfind>`, []string{"Depth: 0"}, "DAV:href in DAV:propfind"},
		{"PROPFIND", "book/", `<propfind ` + d + `><prop>`, []string{"Depth: 0"}, "no XML"},
		{"PROPFIND", "book/", `<!DOCTYPE x><propfind ` + d + `><allprop/></propfind>`, []string{"Depth: 0"}, "a document type"},
		{"PROPFIND", "book/", `<propfind ` + d + `><allprop/></propfind>`, []string{"Depth: 0", "Content-Type: text/plain"}, `Content-Type "text/plain"`},
		{"PROPPATCH", "book/", `<propertyupdate ` + d + `><set><prop><displayname>x</displayname></prop></set></propertyupdate>`, nil, ""},
		{"PROPPATCH", "book/", `<propertyupdate ` + d + `><set><displayname>x</displayname></set></propertyupdate>`, nil, "DAV:set needs one DAV:prop"},
		{"PROPPATCH", "book/", `<propertyupdate ` + d + `/>`, nil, "an empty DAV:propertyupdate"},
		{"PROPPATCH", "book/", ``, nil, "no body"},
		{"PROPPATCH", "book/", `<propertyupdate ` + d + `><set><prop><addressbook-color xmlns="http://inf-it.com/ns/ab/">#12ab34</addressbook-color></prop></set></propertyupdate>`, nil, ""},
		{"PROPPATCH", "book/", `<propertyupdate ` + d + `><set><prop><calendar-color xmlns="http://apple.com/ns/ical/">#12AB34ff</calendar-color></prop></set></propertyupdate>`, nil, ""},
		{"PROPPATCH", "book/", `<propertyupdate ` + d + `><set><prop><calendar-color xmlns="http://apple.com/ns/ical/">red</calendar-color></prop></set></propertyupdate>`, nil, `the colour "red"`},
		{"MKCOL", "new/", `<mkcol ` + d + ` ` + card1 + `><set><prop><resourcetype><collection/><c:addressbook/></resourcetype></prop></set></mkcol>`, nil, ""},
		{"MKCOL", "new/", `<mkcol ` + d + ` ` + card1 + `><remove><prop/></remove></mkcol>`, nil, "DAV:remove in DAV:mkcol"},
		{"MKCALENDAR", "new/", `<mkcalendar ` + d + `><set><prop/></set></mkcalendar>`, nil, "the body is DAV:mkcalendar, not CALDAV:mkcalendar"},
		{"REPORT", "book/", `<sync-collection ` + d + `><sync-token/><sync-level>1</sync-level><prop/></sync-collection>`, []string{"Depth: 0"}, ""},
		{"REPORT", "book/", `<sync-collection ` + d + `><sync-token/><sync-level>1</sync-level><prop/></sync-collection>`, []string{"Depth: 1"}, "Depth 1"},
		{"REPORT", "book/", `<sync-collection ` + d + `><sync-level>1</sync-level><prop/></sync-collection>`, nil, "no DAV:sync-token"},
		{"REPORT", "book/", `<sync-collection ` + d + `><sync-token/><prop/></sync-collection>`, nil, "no DAV:sync-level"},
		{"REPORT", "book/", `<sync-collection ` + d + `><sync-token/><sync-level>2</sync-level><prop/></sync-collection>`, nil, `sync-level "2"`},
		{"REPORT", "book/", `<sync-collection ` + d + `><sync-token/><sync-level>1</sync-level></sync-collection>`, nil, "no DAV:prop"},
		{"REPORT", "book/", `<sync-collection ` + d + `><sync-token/><sync-level>1</sync-level><limit/><prop/></sync-collection>`, nil, "without nresults"},
		{"REPORT", "book/", `<sync-collection ` + d + `><sync-token/><sync-level>1</sync-level><limit><nresults>0</nresults></limit><prop/></sync-collection>`, nil, `nresults "0"`},
		{"REPORT", "book/", `<sync-collection ` + d + `><sync-token/><sync-level>1</sync-level><prop/><href/></sync-collection>`, nil, "DAV:href in DAV:sync-collection"},
		{"REPORT", "book/", ``, nil, "no body"},
		{"REPORT", "book/", `<expand-property ` + d + `/>`, nil, "DAV:expand-property is not one"},
		{"REPORT", "book/", `<c:addressbook-multiget ` + d + ` ` + card1 + `><prop/><href>/dav/contacts/alice/book/a.vcf</href></c:addressbook-multiget>`, []string{"Depth: 0"}, ""},
		{"REPORT", "book/", `<c:addressbook-multiget ` + d + ` ` + card1 + `><prop/><href>/dav/contacts/alice/book/a.vcf</href></c:addressbook-multiget>`, nil, "no Depth"},
		{"REPORT", "book/", `<c:addressbook-multiget ` + d + ` ` + card1 + `><prop/></c:addressbook-multiget>`, []string{"Depth: 0"}, "a multiget of nothing"},
		{"REPORT", "book/", `<c:addressbook-multiget ` + d + ` ` + card1 + `><prop/><href>/dav/contacts/alice/other/a.vcf</href></c:addressbook-multiget>`, []string{"Depth: 0"}, "not below the collection"},
		{"REPORT", "book/", `<c:addressbook-multiget ` + d + ` ` + card1 + `><prop/><href>http://other.example/dav/contacts/alice/book/a.vcf</href></c:addressbook-multiget>`, []string{"Depth: 0"}, "not below the collection"},
		{"REPORT", "book/", `<c:addressbook-query ` + d + ` ` + card1 + `><prop/><c:filter/></c:addressbook-query>`, []string{"Depth: 1"}, ""},
		{"REPORT", "book/", `<c:addressbook-query ` + d + ` ` + card1 + `><prop/><c:filter/></c:addressbook-query>`, []string{"Depth: 0"}, `Depth "0" finds`},
		{"REPORT", "book/", `<c:addressbook-query ` + d + ` ` + card1 + `><prop/></c:addressbook-query>`, []string{"Depth: 1"}, "no filter"},
		{"REPORT", "../../calendars/alice/cal/", `<c:calendar-query ` + d + ` ` + cal1 + `><prop/><c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>`, []string{"Depth: 1"}, ""},
		{"REPORT", "../../calendars/alice/cal/", `<c:calendar-query ` + d + ` ` + cal1 + `><prop/><c:filter/></c:calendar-query>`, []string{"Depth: 1"}, "no filter with one comp-filter"},
		{"REPORT", "../../calendars/alice/cal/", `<c:calendar-multiget ` + d + ` ` + cal1 + `><prop/><href>/dav/calendars/alice/cal/x</href></c:calendar-multiget>`, nil, ""},
		{"PUT", "book/new.vcf", good, []string{create, "Content-Type: text/vcard; charset=utf-8"}, ""},
		{"PUT", "book/new.vcf", good, []string{"Content-Type: text/vcard"}, "a PUT without If-Match or If-None-Match"},
		{"PUT", "book/new.vcf", good, []string{create}, `Content-Type ""`},
		{"PUT", "book/new.vcf", good, []string{create, "Content-Type: text/calendar"}, `Content-Type "text/calendar"`},
		{"PUT", "book/new.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\n", []string{create, "Content-Type: text/vcard"}, "the body: "},
		{"PUT", "book/new.vcf", strings.Replace(good, "END:VCARD", "NOTE:caf\xc3\r\n \xa9\r\nEND:VCARD", 1), []string{create, "Content-Type: text/vcard"}, "within a letter"},
		{"PUT", "book/0.vcf", good, []string{"Content-Type: text/vcard", `If-Match: W/"x"`}, "the weak ETag"},
		{"PUT", "book/0.vcf", good, []string{"Content-Type: text/vcard", `If-Match: x`}, "x is no ETag"},
		{"PUT", "../../calendars/alice/cal/a.ics", strings.Replace(event("e", "One"), "BEGIN:VEVENT", "METHOD:REQUEST\r\nBEGIN:VEVENT", 1), []string{create, "Content-Type: text/calendar"}, "a METHOD"},
		{"DELETE", "book/0.vcf", "", []string{`If-Match: "x"`}, ""},
		{"DELETE", "book/0.vcf", "", nil, "a DELETE without If-Match"},
		{"DELETE", "book/", "", nil, ""},
		{"MOVE", "book/0.vcf", "", nil, "no Destination"},
		{"GET", "book/0.vcf", "", nil, ""},
		{"OPTIONS", "book/", "", nil, ""},
	} {
		w := newWorld(t, davd.Options{})
		w.fill(1)
		path := "/dav/contacts/alice/" + c.path
		path = strings.Replace(path, "/contacts/alice/../../", "/", 1)
		r := w.ask(c.method, path, c.body, c.headers...)
		if r.err != nil {
			t.Errorf("%s %s: %v", c.method, c.body, r.err)
		}
		got := w.srv.Violations()
		switch {
		case c.want == "" && len(got) > 0, c.want != "" && len(got) == 0:
			t.Errorf("%s %s %v: %q, want %q", c.method, c.body, c.headers, got, c.want)
		case c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want) || !strings.HasPrefix(got[0], "request 1: "+c.method)):
			t.Errorf("%s %s %v: %q, want one like %q", c.method, c.body, c.headers, got, c.want)
		}
	}
}
