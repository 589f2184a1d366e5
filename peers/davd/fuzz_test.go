package davd_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/davd"
)

func fuzzMethods() []string {
	return []string{"PROPFIND", "PROPPATCH", "MKCOL", "MKCALENDAR", "REPORT", http.MethodPut, http.MethodDelete, http.MethodGet, "MOVE"}
}

func fuzzPaths() []string {
	return []string{"/dav/contacts/alice/book/", "/dav/calendars/alice/cal/", "/dav/contacts/alice/book/0.vcf", "/dav/calendars/alice/cal/1.ics", "/dav/contacts/alice/new/", "/dav/principals/alice/"}
}

// FuzzRequest: whatever is asked, there is an answer, and one that says it is
// XML is.
func FuzzRequest(f *testing.F) {
	const d, c = `xmlns="DAV:"`, `xmlns:c="urn:ietf:params:xml:ns:carddav"`
	for _, seed := range [][2]string{
		{"PROPFIND", `<propfind ` + d + `><prop><getetag/><x xmlns="urn:y"/><z xmlns=""/></prop></propfind>`},
		{"PROPPATCH", `<propertyupdate ` + d + `><set><prop><a xmlns="" b="&amp;"><c/></a></prop></set></propertyupdate>`},
		{"MKCOL", `<mkcol ` + d + ` ` + c + `><set><prop><resourcetype><c:addressbook/></resourcetype></prop></set></mkcol>`},
		{"REPORT", `<sync-collection ` + d + `><sync-token>urn:davd:3-1</sync-token><sync-level>1</sync-level><limit><nresults>1</nresults></limit><prop><getetag/></prop></sync-collection>`},
		{"REPORT", `<c:addressbook-multiget ` + d + ` ` + c + `><prop><c:address-data version="4.0"/></prop><href>/dav/contacts/alice/book/0.vcf</href><href>%zz</href></c:addressbook-multiget>`},
		{"REPORT", `<c:addressbook-query ` + d + ` ` + c + `><prop/><c:filter test="allof"><c:prop-filter name="FN"><c:text-match negate-condition="yes">x</c:text-match></c:prop-filter></c:filter></c:addressbook-query>`},
		{"REPORT", `<c:calendar-query ` + d + ` xmlns:c="urn:ietf:params:xml:ns:caldav"><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="20260101T000000Z"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`},
		{"PUT", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x\r\nFN;a=\"b:c\":d\r\n e\r\nEND:VCARD\r\n"},
		{"PUT", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\nDURATION:P1DT2H\nEND:VCALENDAR\nEND:VEVENT\n"},
	} {
		for path := range uint8(len(fuzzPaths())) {
			f.Add(uint8(slices.Index(fuzzMethods(), seed[0])), path, uint8(1), []byte(seed[1]))
		}
	}
	f.Fuzz(func(t *testing.T, method, path, depth uint8, body []byte) {
		for _, p := range []davd.Profile{{}, {Loose: true, Stores: []davd.Rewrite{davd.SortLines, davd.DropX, davd.AddREV, davd.NewUID}, DefaultNamespace: true, OtherSpelling: true, UnknownReportLists: true}} {
			srv := davd.New(davd.Options{Profile: p})
			srv.AddUser("alice", "secret")
			for _, kind := range []core.Kind{core.Contact, core.Event} {
				folder, err := srv.AddCollection("alice", kind, map[core.Kind]string{core.Contact: "book", core.Event: "cal"}[kind], "")
				if err != nil {
					t.Fatal(err)
				}
				if err := srv.Put(folder+"0.vcf", string(body)); err != nil {
					t.Fatal(err)
				}
			}
			methods, paths, depths := fuzzMethods(), fuzzPaths(), []string{"0", "1", "infinity"}
			r := httptest.NewRequest(methods[int(method)%len(methods)], "http://127.0.0.1"+paths[int(path)%len(paths)], strings.NewReader(string(body)))
			r.Header.Set("Depth", depths[int(depth)%len(depths)])
			r.Header.Set("Destination", "/dav/contacts/alice/book/9.vcf")
			look := httptest.NewRequest("PROPFIND", "http://127.0.0.1/dav/contacts/alice/", nil)
			look.Header.Set("Depth", "1")
			for _, r := range []*http.Request{r, look} {
				r.SetBasicAuth("alice", "secret")
				w := httptest.NewRecorder()
				srv.ServeHTTP(w, r)
				if w.Code < 200 || w.Code > 599 {
					t.Fatalf("status %d", w.Code)
				}
				if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/xml") {
					continue
				}
				dec := xml.NewDecoder(w.Body)
				for {
					if _, err := dec.Token(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						t.Fatalf("the answer is no XML: %v", err)
					}
				}
			}
			if err := srv.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
