package davd_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/davd"
)

// TestServersDiffer is the table of what servers were seen to do.
func TestServersDiffer(t *testing.T) {
	for _, c := range []struct {
		profile                              davd.Profile
		etag, exact                          bool
		missing                              bool // a row for a missing href
		sameUID, bad, noUID                  int
		badInside                            string
		move                                 int
		limit                                int // status of a sync with one
		rowsWithLimit                        int
		badTokenStatus, update, deleteStatus int
	}{
		{davd.Profile{}, true, true, true, 409, 403, 403, "valid-address-data", 201, 207, 2, 403, 204, 204},
		{davd.Radicale(), true, false, true, 409, 400, 400, "", 201, 207, 2, 403, 201, 200},
		{davd.Xandikos(), true, true, true, 201, 207, 201, "412", 405, 207, 2, 500, 204, 204},
		{davd.Cyrus(), true, true, true, 201, 403, 403, "valid-address-data", 201, 207, 2, 403, 204, 204},
		{davd.DAViCal(), false, false, false, 201, 201, 201, "", 201, 207, 2, 207, 204, 204},
		{davd.Nextcloud(), true, true, true, 400, 415, 201, "", 201, 500, 0, 403, 204, 204},
	} {
		t.Run("profile "+c.profile.Name, func(t *testing.T) {
			w := newWorld(t, davd.Options{Profile: c.profile})
			body := card("u1", "Ann", "EMAIL:a@example.com")
			r := w.put(w.book+"a.vcf", body, create)
			equal(t, "ETag", r.header.Get("ETag") != "", c.etag)
			got := w.ask("GET", w.book+"a.vcf", "")
			equal(t, "exact", got.body == body, c.exact)
			if c.etag {
				equal(t, "same ETag", got.header.Get("ETag"), r.header.Get("ETag"))
				w.put(w.book+"a.vcf", got.body, "If-Match: "+r.header.Get("ETag"))
				equal(t, "ETag of the content", w.srv.ETag(w.book+"a.vcf") == r.header.Get("ETag"), c.profile.ContentETags)
				got = w.ask("GET", w.book+"a.vcf", "")
			}
			equal(t, "update", w.put(w.book+"a.vcf", card("u1", "Anne"), "If-Match: "+got.header.Get("ETag")).status, c.update)
			equal(t, "stale", w.put(w.book+"a.vcf", body, "If-Match: "+got.header.Get("ETag")).status, 412)
			want := []string{w.book + "a.vcf"}
			if c.missing {
				want = append(want, w.book+"x.vcf 404")
			}
			equal(t, "multiget", w.multiget(w.book+"a.vcf", w.book+"x.vcf").rows(t).hrefs(), want)
			equal(t, "same UID", w.put(w.book+"b.vcf", card("u1", "Other"), create).status, c.sameUID)
			w.put(w.book+"garbage.vcf", "garbage", create).has(t, c.bad, c.badInside)
			equal(t, "no UID", w.put(w.book+"c.vcf", strings.Replace(card("", "Nobody"), "UID:\r\n", "", 1), create).status, c.noUID)
			for _, name := range []string{"b.vcf", "c.vcf", "garbage.vcf"} {
				_ = w.srv.Delete(w.book + name) // where it was stored
			}
			if err := w.srv.Put(w.book+"d.vcf", card("u2", "Dora")); err != nil {
				t.Fatal(err)
			}
			equal(t, "move", w.ask("MOVE", w.book+"d.vcf", "", "Destination: "+w.base+w.book+"e.vcf").status, c.move)
			limited := w.sync("", "<limit><nresults>1</nresults></limit>")
			equal(t, "limit", limited.status, c.limit)
			equal(t, "bogus token", w.sync("bogus").status, c.badTokenStatus)
			equal(t, "delete", w.ask("DELETE", w.book+"a.vcf", "", "If-Match: "+w.srv.ETag(w.book+"a.vcf")).status, c.deleteStatus)
		})
	}
}

// TestHolder: the conflict of a UID names who has it.
func TestHolder(t *testing.T) {
	w := newWorld(t, davd.Options{})
	w.fill(1)
	w.put(w.book+"x.vcf", card("u0", "Other"), create).has(t, 409, "no-uid-conflict><D:href>"+w.book+"0.vcf</D:href>")
	if err := w.srv.Put(w.cal+"0.ics", event("e0", "One")); err != nil {
		t.Fatal(err)
	}
	w.put(w.cal+"x.ics", event("e0", "Other"), create).has(t, 409, "<CAL:no-uid-conflict><D:href>"+w.cal+"0.ics</D:href>")
}

// TestETags: how they are spelt everywhere, and what of them holds.
func TestETags(t *testing.T) {
	for _, c := range []struct {
		spelling davd.ETags
		like     string
		holds    int // If-Match with the ETag as it was told
	}{{davd.Strong, `"`, 204}, {davd.Weak, `W/"`, 412}, {davd.Unquoted, "e", 204}} {
		w := newWorld(t, davd.Options{Profile: davd.Profile{ETags: c.spelling}})
		tag := w.put(w.book+"a.vcf", card("u1", "Ann"), create).header.Get("ETag")
		told := []string{tag, w.ask("GET", w.book+"a.vcf", "").header.Get("ETag"), w.list(w.book).rows(t).Responses[1].Stats[0].Prop.ETag,
			w.sync("").rows(t).Responses[0].Stats[0].Prop.ETag, w.multiget(w.book + "a.vcf").rows(t).Responses[0].Stats[0].Prop.ETag}
		for _, one := range told {
			if one != tag || !strings.HasPrefix(one, c.like) {
				t.Errorf("%d: %q", c.spelling, told)
			}
		}
		equal(t, "If-Match", w.put(w.book+"a.vcf", card("u1", "Anne"), "If-Match: "+tag).status, c.holds)
		if c.spelling == davd.Weak {
			equal(t, "without W/", w.put(w.book+"a.vcf", card("u1", "Anne"), "If-Match: "+strings.TrimPrefix(tag, "W/")).status, 204)
		}
	}
}

// TestRewrites: what becomes of a body.
func TestRewrites(t *testing.T) {
	noteX := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Replace(card("", "Ann"), "UID:\r\n", "NOTE:X\r\n", 1))))
	for name, c := range map[string]struct {
		rewrite    davd.Rewrite
		sent, want string
	}{
		"REV":        {davd.AddREV, card("u", "Ann"), card("u", "Ann", "REV:20260102T030405Z")},
		"REV there":  {davd.AddREV, card("u", "Ann", "REV:1"), card("u", "Ann", "REV:1")},
		"PRODID":     {davd.AddPRODID, card("u", "Ann"), card("u", "Ann", "PRODID:-//davd//EN")},
		"drop X":     {davd.DropX, card("u", "Ann", "X-A:1", "item1.X-B:2", "NOTE:3"), card("u", "Ann", "NOTE:3")},
		"3.0":        {davd.Force3, strings.Replace(card("u", "Ann", "KIND:individual", "NOTE:X"), "3.0", "4.0", 1), card("u", "Ann", "NOTE:X")},
		"no UID":     {davd.AddUID, strings.Replace(card("", "Ann"), "UID:\r\n", "NOTE:X\r\n", 1), "BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:X\r\nFN:Ann\r\nN:;Ann;;;\r\nUID:" + noteX + "\r\nEND:VCARD\r\n"},
		"UID":        {davd.NewUID, card("u", "Ann"), card("u-server", "Ann")},
		"sort":       {davd.SortLines, card("u", "Ann", "B;z=1;a=2:x", "A:y"), "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nA:y\r\nB;A=2;Z=1:x\r\nFN:Ann\r\nN:;Ann;;;\r\nEND:VCARD\r\n"},
		"folded too": {davd.DropX, card("u", "Ann", "X-A:1", " 2", "NOTE:3", " 4"), card("u", "Ann", "NOTE:34")},
	} {
		for _, anyway := range []bool{false, true} {
			w := newWorld(t, davd.Options{Profile: davd.Profile{Name: "some", ETagAnyway: anyway, Stores: []davd.Rewrite{c.rewrite}}})
			r := w.put(w.book+"a.vcf", c.sent, create)
			equal(t, name, w.srv.Truth()[w.book+"a.vcf"], c.want)
			equal(t, name+": ETag", r.header.Get("ETag") != "", anyway || c.sent == c.want)
		}
	}
	for _, calendar := range []davd.Rewrite{davd.AddREV, davd.Force3} {
		w := newWorld(t, davd.Options{Profile: davd.Profile{Stores: []davd.Rewrite{calendar}}})
		w.put(w.cal+"a.ics", event("e", "One"), create)
		equal(t, "of a calendar", w.srv.Truth()[w.cal+"a.ics"], event("e", "One"))
	}
}

// TestGives3: who asks for 4.0 gets it, and others get less.
func TestGives3(t *testing.T) {
	w := newWorld(t, davd.Options{Profile: davd.Nextcloud()})
	w.put(w.book+"a.vcf", strings.Replace(card("u", "Ann", "KIND:individual"), "3.0", "4.0", 1), create)
	get := func(attributes string) string {
		return w.ask("REPORT", w.book, `<c:addressbook-multiget xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><prop><c:address-data`+attributes+`/></prop><href>`+w.book+`a.vcf</href></c:addressbook-multiget>`, "Depth: 0").body
	}
	if body := get(""); strings.Contains(body, "KIND") || !strings.Contains(body, "VERSION:3.0") {
		t.Error(body)
	}
	if body := get(` content-type="text/vcard" version="4.0"`); !strings.Contains(body, "KIND") || !strings.Contains(body, "VERSION:4.0") {
		t.Error(body)
	}
	if body := get(` content-type="text/vcard" version="5.0"`); !strings.Contains(body, "supported-address-data") {
		t.Error(body)
	}
	equal(t, "doubled", w.put(w.book+"b.vcf", card("v", "Bea", "REV:1", "REV:2"), create).status, 415)
}

// TestChanges: what a server tells by, and what it does not know.
func TestChanges(t *testing.T) {
	for _, c := range []struct {
		changes     davd.Changes
		token, ctag bool
	}{{davd.SyncToken, true, true}, {davd.CTag, false, true}, {davd.Nothing, false, false}} {
		w := newWorld(t, davd.Options{Profile: davd.Profile{Changes: c.changes}})
		look := func() (string, string) {
			p := w.list(w.book).rows(t).Responses[0].Stats[0].Prop
			return p.Token, p.CTag
		}
		token, ctag := look()
		w.fill(1)
		token2, ctag2 := look()
		equal(t, "token", token != "" && token2 != token, c.token)
		equal(t, "ctag", ctag != "" && ctag2 != ctag, c.ctag)
		if !c.token {
			w.sync("").has(t, 403, "supported-report")
		}
	}
}

// TestStateTokens: a token is a state, whatever happened on the way.
func TestStateTokens(t *testing.T) {
	w := newWorld(t, davd.Options{Profile: davd.Profile{Name: "states", StateTokens: true, ContentETags: true}})
	w.fill(2)
	first := w.sync("").rows(t).Token
	for _, err := range []error{w.srv.Put(w.book+"x.vcf", card("x", "X")), w.srv.Delete(w.book + "x.vcf"), w.srv.Put(w.book+"1.vcf", card("u1", "Other")), w.srv.Delete(w.book + "0.vcf")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m := w.sync(first, "<limit><nresults>1</nresults></limit>").rows(t)
	equal(t, "what came and went", m.hrefs(), []string{w.book + "0.vcf 404", w.book + "1.vcf"})
	w.fill(2)
	again := w.sync(first).rows(t)
	equal(t, "as it was", again.hrefs(), nil)
	equal(t, "the same token", again.Token, first)
	equal(t, "from the state between", w.sync(m.Token).rows(t).hrefs(), []string{w.book + "0.vcf", w.book + "1.vcf"})
}

// TestErrorRows: an error is a row, whose href is no good.
func TestErrorRows(t *testing.T) {
	w := newWorld(t, davd.Options{Profile: davd.Xandikos()})
	odd := strings.ReplaceAll(w.base, ":", "%3A")
	for name, c := range map[string]struct {
		r    reply
		want string
	}{
		"body":      {w.put(w.book+"a.vcf", "garbage", create), w.book + "a.vcf 412"},
		"nothing":   {w.list("/alice/contacts/none/"), "/alice/contacts/none/ 404"},
		"report":    {w.ask("REPORT", w.book, `<c:calendar-multiget xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop/><href>`+w.book+`a</href></c:calendar-multiget>`), w.book + " 403"},
		"proppatch": {w.ask("PROPPATCH", w.book, `<propertyupdate xmlns="DAV:"><set><prop><displayname>x</displayname></prop></set></propertyupdate>`), w.book},
	} {
		equal(t, name, c.r.rows(t).hrefs(), []string{odd + c.want})
	}
	if err := w.srv.Put(w.cal+"a.ics", event("e", "One")); err != nil {
		t.Fatal(err)
	}
	equal(t, "UID of a calendar", w.put(w.cal+"b.ics", event("e", "One"), create).rows(t).hrefs(), []string{odd + w.cal + "b.ics 412"})
	equal(t, "type", w.ask("PROPFIND", w.book, `<propfind xmlns="DAV:"><allprop/></propfind>`, "Depth: 0", "Content-Type: application/x-www-form-urlencoded").status, 415)
	equal(t, "query", w.ask("REPORT", w.book, `<c:addressbook-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><prop/><c:filter><c:prop-filter name="FN"/></c:filter></c:addressbook-query>`, "Depth: 1").status, 500)
	w.fill(1)
	equal(t, "repeated", len(w.multiget(w.book+"0.vcf", w.book+"%30.vcf").rows(t).Responses), 2)
	w.ask("MKCOL", "/alice/contacts/new/", `<mkcol xmlns="DAV:"><set><prop><resourcetype><collection/><addressbook xmlns="urn:ietf:params:xml:ns:carddav"/></resourcetype></prop></set></mkcol>`).has(t, 201, "<D:mkcol-response")
}

// TestShards: the homes are on another host, which serves them.
func TestShards(t *testing.T) {
	w := newWorld(t, davd.Options{Profile: davd.ICloud()})
	w.fill(1)
	home := w.ask("PROPFIND", "/alice/principal/", `<propfind xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><prop><c:addressbook-home-set/></prop></propfind>`, "Depth: 0").rows(t).Responses[0].Stats[0].Prop.Homes.Hrefs[0]
	if !strings.HasPrefix(home, "http://127.0.0.1:") || strings.HasPrefix(home, w.base) {
		t.Fatalf("the home is at %s, the server at %s", home, w.base)
	}
	shard := strings.TrimSuffix(home, "/alice/carddavhome/")
	rows := w.list(shard + w.book).rows(t).hrefs()
	equal(t, "rows", rows, []string{shard + w.book, shard + w.book + "0.vcf"})
	equal(t, "own row", w.sync("").rows(t).hrefs(), []string{shard + w.book, shard + w.book + "0.vcf"})
	equal(t, "multiget", w.multiget(shard+w.book+"0.vcf").rows(t).hrefs(), []string{shard + w.book + "0.vcf"})
	const query = `<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><getetag/></prop>%s</c:calendar-query>`
	w.ask("REPORT", w.cal, strings.Replace(query, "%s", "", 1), "Depth: 1").has(t, 403, "valid-filter")
	equal(t, "with a component", w.ask("REPORT", w.cal, strings.Replace(query, "%s", `<c:filter><c:comp-filter name="VCALENDAR"/></c:filter>`, 1), "Depth: 1").status, 207)
}

// TestSpelling: hrefs with other escapes name the same items, both ways.
func TestSpelling(t *testing.T) {
	w := newWorld(t, davd.Options{Profile: davd.Profile{OtherSpelling: true}})
	if err := w.srv.Put(w.book+"a@é.vcf", card("u", "Ann")); err != nil {
		t.Fatal(err)
	}
	told := w.sync("").rows(t).Responses[0].Href
	if !strings.HasSuffix(told, "%61%40%c3%a9.vcf") {
		t.Fatal(told)
	}
	equal(t, "GET", w.ask("GET", told, "").status, 200)
	equal(t, "multiget", w.multiget(told).rows(t).hrefs(), []string{told})
	equal(t, "plain", w.ask("GET", w.book+"a@%C3%A9.vcf", "").status, 200)
}

// TestReadOnly: nothing is written, and the privileges say so.
func TestReadOnly(t *testing.T) {
	w := newWorld(t, davd.Options{})
	w.fill(1)
	if err := w.srv.SetReadOnly(w.book, true); err != nil {
		t.Fatal(err)
	}
	tag := w.srv.ETag(w.book + "0.vcf")
	update := `<propertyupdate xmlns="DAV:"><set><prop><displayname>x</displayname></prop></set></propertyupdate>`
	for _, r := range []reply{w.put(w.book+"1.vcf", card("u", "Ann"), create), w.put(w.book+"0.vcf", card("u0", "Ann"), "If-Match: "+tag),
		w.ask("DELETE", w.book+"0.vcf", "", "If-Match: "+tag), w.ask("DELETE", w.book, ""), w.ask("PROPPATCH", w.book, update)} {
		r.has(t, 403, "need-privileges")
	}
	body := w.ask("PROPFIND", w.book, `<propfind xmlns="DAV:"><prop><current-user-privilege-set/></prop></propfind>`, "Depth: 0").body
	if !strings.Contains(body, "<D:read/>") || strings.Contains(body, "write") {
		t.Error(body)
	}
}

// TestMaxSize: what is larger is refused, and the size is told.
func TestMaxSize(t *testing.T) {
	w := newWorld(t, davd.Options{MaxSize: 200})
	w.put(w.book+"a.vcf", card("u", "Ann", "NOTE:"+strings.Repeat("x", 200)), create).has(t, 403, "<CARD:max-resource-size/>")
	w.put(w.cal+"a.ics", event("u", "One", "NOTE:"+strings.Repeat("x", 200)), create).has(t, 403, "<CAL:max-resource-size/>")
	equal(t, "small", w.put(w.book+"a.vcf", card("u", "Ann"), create).status, 201)
	w.ask("PROPFIND", w.book, `<propfind xmlns="DAV:"><prop><max-resource-size xmlns="urn:ietf:params:xml:ns:carddav"/></prop></propfind>`, "Depth: 0").has(t, 207, "max-resource-size>200<")
}

// TestOversize: the refusal may be another one, and the size untold.
func TestOversize(t *testing.T) {
	w := newWorld(t, davd.Options{MaxSize: 200, SizeUntold: true, Oversize: davd.Refusal{Status: 413}})
	equal(t, "large", w.put(w.book+"a.vcf", card("u", "Ann", "NOTE:"+strings.Repeat("x", 200)), create).status, 413)
	equal(t, "small", w.put(w.book+"a.vcf", card("u", "Ann"), create).status, 201)
	r := w.ask("PROPFIND", w.book, `<propfind xmlns="DAV:"><prop><max-resource-size xmlns="urn:ietf:params:xml:ns:carddav"/></prop></propfind>`, "Depth: 0")
	if strings.Contains(r.body, "200<") {
		t.Error(r.body)
	}
}

// TestHomes: a home set that is empty, and a principal that is not known.
func TestHomes(t *testing.T) {
	w := newWorld(t, davd.Options{Profile: davd.Profile{NoPrincipal: true}})
	const ask = `<propfind xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><prop><c:addressbook-home-set/><current-user-principal/></prop></propfind>`
	look := func() Response {
		return w.ask("PROPFIND", "/dav/principals/alice/", ask, "Depth: 0").rows(t).Responses[0]
	}
	equal(t, "homes", look().Stats[0].Prop.Homes.Hrefs, []string{"/dav/contacts/alice/"})
	equal(t, "principal", look().Stats[1].Status, "HTTP/1.1 404 Not Found")
	w.srv.HideHomes(true)
	equal(t, "no homes", look().Stats[0].Prop.Homes.Hrefs, nil)
}

// TestInboxes: in the home of calendars there is what is none.
func TestInboxes(t *testing.T) {
	w := newWorld(t, davd.Options{Profile: davd.Profile{Inboxes: true}})
	ask := func(path string) reply {
		return w.ask("PROPFIND", path, `<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>`, "Depth: 1")
	}
	r := ask("/dav/calendars/alice/")
	equal(t, "rows", len(r.rows(t).Responses), 5)
	r.has(t, 207, "<CAL:schedule-inbox/>")
	r.has(t, 207, "<CS:subscribed/>")
	equal(t, "contacts", len(ask("/dav/contacts/alice/").rows(t).Responses), 2)
}

// TestNoWellKnown: discovery must begin elsewhere.
func TestNoWellKnown(t *testing.T) {
	w := newWorld(t, davd.Options{Profile: davd.Profile{NoWellKnown: true, Root: "/"}})
	equal(t, "well-known", w.ask("PROPFIND", "/.well-known/carddav", "", "Depth: 0").status, 404)
	equal(t, "root", w.ask("PROPFIND", "/", "", "Depth: 0").status, 207)
}

// TestComponents: a calendar holds what it was made for.
func TestComponents(t *testing.T) {
	w := newWorld(t, davd.Options{})
	made := w.ask("MKCALENDAR", "/dav/calendars/alice/tasks/", `<c:mkcalendar xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><set><prop><c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set></prop></set></c:mkcalendar>`)
	equal(t, "made", made.status, 201)
	w.put("/dav/calendars/alice/tasks/a.ics", event("e", "One"), create).has(t, 403, "<CAL:supported-calendar-component/>")
	equal(t, "a task", w.put("/dav/calendars/alice/tasks/a.ics", strings.ReplaceAll(event("e", "One"), "VEVENT", "VTODO"), create).status, 201)
	equal(t, "elsewhere", w.put(w.cal+"a.ics", event("e", "One"), create).status, 201)
}

// TestTimes: what overlaps a time range.
func TestTimes(t *testing.T) {
	for name, c := range map[string]struct {
		lines      string
		start, end string
		want       bool
	}{
		"inside":            {"DTSTART:20260310T100000Z\r\nDTEND:20260310T110000Z\r\n", "20260310T000000Z", "20260311T000000Z", true},
		"before":            {"DTSTART:20260309T100000Z\r\nDTEND:20260309T110000Z\r\n", "20260310T000000Z", "20260311T000000Z", false},
		"ends at the start": {"DTSTART:20260309T100000Z\r\nDTEND:20260310T000000Z\r\n", "20260310T000000Z", "20260311T000000Z", false},
		"starts at the end": {"DTSTART:20260311T000000Z\r\nDTEND:20260311T010000Z\r\n", "20260310T000000Z", "20260311T000000Z", false},
		"spans":             {"DTSTART:20260301T000000Z\r\nDTEND:20260401T000000Z\r\n", "20260310T000000Z", "20260311T000000Z", true},
		"duration":          {"DTSTART:20260309T230000Z\r\nDURATION:PT1H30M\r\n", "20260310T000000Z", "20260311T000000Z", true},
		"short duration":    {"DTSTART:20260309T230000Z\r\nDURATION:PT30M10S\r\n", "20260310T000000Z", "20260311T000000Z", false},
		"duration of days":  {"DTSTART:20260301T230000Z\r\nDURATION:P1W2D\r\n", "20260310T000000Z", "20260311T000000Z", true},
		"all day":           {"DTSTART;VALUE=DATE:20260310\r\nDTEND;VALUE=DATE:20260311\r\n", "20260310T000000Z", "20260311T000000Z", true},
		"no end":            {"DTSTART:20260310T000000Z\r\n", "20260310T000000Z", "20260311T000000Z", true},
		"for ever":          {"DTSTART:20200101T000000Z\r\nRRULE:FREQ=DAILY\r\n", "20260310T000000Z", "", true},
		"until":             {"DTSTART:20200101T000000Z\r\nRRULE:FREQ=DAILY;UNTIL=20210101T000000Z;INTERVAL=2\r\n", "20260310T000000Z", "", false},
		"open start":        {"DTSTART:20200101T000000Z\r\n", "", "20260310T000000Z", true},
	} {
		w := newWorld(t, davd.Options{})
		if err := w.srv.Put(w.cal+"a.ics", strings.Replace(event("e", "One"), "DTSTART:20260101T100000Z\r\n", c.lines, 1)); err != nil {
			t.Fatal(err)
		}
		attributes := ""
		if c.start != "" {
			attributes += ` start="` + c.start + `"`
		}
		if c.end != "" {
			attributes += ` end="` + c.end + `"`
		}
		r := w.ask("REPORT", w.cal, `<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><getetag/></prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range`+attributes+`/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`, "Depth: 1")
		equal(t, name, len(r.rows(t).Responses) == 1, c.want)
	}
}

// TestQueries: what the scripts do not ask.
func TestQueries(t *testing.T) {
	w := newWorld(t, davd.Options{})
	for name, body := range map[string]string{"a": card("a", "Ann", "item1.EMAIL;TYPE=home:ann@example.com", "NOTE:x"), "b": card("b", "Bea", "EMAIL:bea@example.org")} {
		if err := w.srv.Put(w.book+name, body); err != nil {
			t.Fatal(err)
		}
	}
	for filter, want := range map[string][]string{
		`<c:filter/>`: {"a", "b"},
		`<c:filter><c:prop-filter name="EMAIL"><c:text-match match-type="ends-with">.ORG</c:text-match></c:prop-filter></c:filter>`:                     {"b"},
		`<c:filter><c:prop-filter name="EMAIL"><c:text-match collation="i;octet" match-type="ends-with">.ORG</c:text-match></c:prop-filter></c:filter>`: nil,
		`<c:filter><c:prop-filter name="EMAIL"><c:text-match negate-condition="yes">example.org</c:text-match></c:prop-filter></c:filter>`:              {"a"},
		`<c:filter test="anyof"><c:prop-filter name="NOTE"/><c:prop-filter name="FN"><c:text-match>bea</c:text-match></c:prop-filter></c:filter>`:       {"a", "b"},
		`<c:filter test="allof"><c:prop-filter name="NOTE"/><c:prop-filter name="FN"><c:text-match>bea</c:text-match></c:prop-filter></c:filter>`:       nil,
		`<c:filter><c:prop-filter name="NOTE"><c:is-not-defined/></c:prop-filter></c:filter>`:                                                           {"b"},
		`<c:filter><c:prop-filter name="FN" test="allof"><c:text-match>b</c:text-match><c:text-match>a</c:text-match></c:prop-filter></c:filter>`:       {"b"},
		`<c:filter/><c:limit><c:nresults>1</c:nresults></c:limit>`:                                                                                      {"a", " 507"},
	} {
		r := w.ask("REPORT", w.book, `<c:addressbook-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><prop><getetag/></prop>`+filter+`</c:addressbook-query>`, "Depth: 1")
		var all []string
		for _, one := range want {
			all = append(all, w.book+one)
		}
		equal(t, filter, r.rows(t).hrefs(), all)
	}
	w.ask("REPORT", w.cal, `<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><c:calendar-data><c:expand start="20260101T000000Z" end="20270101T000000Z"/></c:calendar-data></prop><c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>`, "Depth: 1").has(t, 501, "whole")
}

// TestPutRow: the answer to a PUT may be a multistatus.
func TestPutRow(t *testing.T) {
	w := newWorld(t, davd.Options{Profile: davd.Profile{PutRow: true}})
	r := w.put(w.book+"a.vcf", card("u", "Ann"), create)
	equal(t, "row", r.rows(t).hrefs(), []string{w.book + "a.vcf 201"})
	equal(t, "ETag", r.header.Get("ETag"), w.srv.ETag(w.book+"a.vcf"))
}

// TestOtherNames: what is made lies elsewhere, and Location says where.
func TestOtherNames(t *testing.T) {
	w := newWorld(t, davd.Options{Profile: davd.Profile{OtherNames: true}})
	r := w.put(w.book+"a.vcf", card("u", "Ann"), create)
	at := r.header.Get("Location")
	if r.status != 201 || at == w.book+"a.vcf" || w.ask("GET", at, "").header.Get("ETag") != r.header.Get("ETag") {
		t.Errorf("%d %v", r.status, r.header)
	}
	equal(t, "the name that was asked for", w.ask("GET", w.book+"a.vcf", "").status, 404)
	equal(t, "update", w.put(at, card("u", "Anne"), "If-Match: "+r.header.Get("ETag")).status, 204)
}

// TestMade: a user may make collections in his homes only, of their kind.
func TestMade(t *testing.T) {
	w := newWorld(t, davd.Options{})
	book := `<mkcol xmlns="DAV:"><set><prop><resourcetype><collection/><addressbook xmlns="urn:ietf:params:xml:ns:carddav"/></resourcetype></prop></set></mkcol>`
	for path, want := range map[string]int{"/dav/contacts/alice/new/": 201, "/dav/calendars/alice/new/": 403, "/dav/contacts/bob/new/": 404,
		"/dav/contacts/alice/none/new/": 409, "/dav/contacts/alice/book/new/": 403, "/dav/contacts/alice/book/": 405} {
		equal(t, path, w.ask("MKCOL", path, book).status, want)
	}
	equal(t, "plain", w.ask("MKCOL", "/dav/contacts/alice/plain/", "").status, 403)
	if w.srv.Truth()["/dav/contacts/alice/new/"] != "" || len(w.srv.Truth()) != 3 {
		t.Errorf("%v", w.srv.Truth())
	}
	if _, err := w.srv.AddCollection("bob", core.Contact, "a/b c", ""); err != nil {
		t.Fatal(err)
	}
	w.auth = func(r *http.Request) { r.SetBasicAuth("bob", "secret") }
	equal(t, "a name with a slash", w.list("/dav/contacts/bob/").rows(t).hrefs(), []string{"/dav/contacts/bob/", "/dav/contacts/bob/a%2Fb%20c/"})
}
