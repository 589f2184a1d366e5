package davd_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// faulty is a world whose every request of a name has a fault.
func faulty(t *testing.T, name string, f davd.Fault) *world {
	t.Helper()
	w := newWorld(t, davd.Options{})
	w.fill(3)
	w.srv.SetFaults(davd.Script(davd.Scripted{Name: name, Fault: f}))
	return w
}

// TestRowFaults: what is said of rows.
func TestRowFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault davd.Fault
		want  []string
	}{
		"none":         {davd.Fault{}, []string{"0.vcf", "1.vcf", "x.vcf 404"}},
		"omitted":      {davd.OmitRow("0.vcf"), []string{"1.vcf", "x.vcf 404"}},
		"doubled":      {davd.DoubleRow("1.vcf"), []string{"0.vcf", "1.vcf", "%31.vcf", "x.vcf 404"}},
		"foreign":      {davd.AlsoRow("y.vcf", 404), []string{"0.vcf", "1.vcf", "x.vcf 404", "y.vcf 404"}},
		"failed":       {davd.FailRow("0.vcf", 500), []string{"0.vcf 500", "1.vcf", "x.vcf 404"}},
		"empty":        {davd.NoRows(), nil},
		"short":        {davd.OnlyRows(1), []string{"0.vcf"}},
		"endless":      {davd.Endless("/", 2), []string{"none0 404", "none1 404"}},
		"short enough": {davd.OnlyRows(9), []string{"0.vcf", "1.vcf", "x.vcf 404"}},
	} {
		w := faulty(t, "REPORT addressbook-multiget", c.fault)
		got := w.multiget(w.book+"0.vcf", w.book+"1.vcf", w.book+"x.vcf").rows(t).hrefs()
		for i := range got {
			got[i] = strings.TrimPrefix(got[i], w.book)
			if at := strings.LastIndexByte(got[i], '/'); at >= 0 {
				got[i] = got[i][at+1:]
			}
		}
		equal(t, name, strings.Join(got, ","), strings.Join(c.want, ","))
	}
}

// TestNoData: a row keeps its ETag and loses its body.
func TestNoData(t *testing.T) {
	w := faulty(t, "REPORT addressbook-multiget", davd.NoData("0.vcf"))
	for i, r := range w.multiget(w.book+"0.vcf", w.book+"1.vcf").rows(t).Responses {
		p := r.Stats[0].Prop
		if p.ETag == "" || (p.Data != "") != (i == 1) {
			t.Errorf("%s: %+v", r.Href, p)
		}
	}
}

// TestAnswerFaults: what is said of answers, and whether the request was carried
// out all the same.
func TestAnswerFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault  davd.Fault
		status int // 0 = no answer
		stored bool
		header string
		body   string
	}{
		"none":        {davd.Fault{}, 201, true, "", ""},
		"500 stored":  {davd.StoredBut(500), 500, true, "", "<html>"},
		"throttled":   {davd.Throttled("120"), 429, false, "Retry-After: 120", "slow down"},
		"down":        {davd.Down("Fri, 02 Jan 2026 03:05:00 GMT"), 503, false, "Retry-After: Fri, 02 Jan 2026 03:05:00 GMT", "<html>"},
		"page":        {davd.Page(), 200, false, "Content-Type: text/html; charset=utf-8", "log in"},
		"elsewhere":   {davd.Elsewhere(308, "https://other.example/x"), 308, false, "Location: https://other.example/x", ""},
		"drop before": {davd.Fault{DropBefore: true}, 0, false, "", ""},
		"drop after":  {davd.Fault{DropAfter: true}, 0, true, "", ""},
		"no ETag":     {davd.Fault{Header: map[string]string{"ETag": ""}}, 201, true, "ETag: ", ""},
		"Location":    {davd.Fault{Header: map[string]string{"Location": "/other.vcf"}}, 201, true, "Location: /other.vcf", ""},
	} {
		w := faulty(t, "PUT", c.fault)
		r := w.put(w.book+"new.vcf", card("new", "New"), create)
		if (r.err != nil) != (c.status == 0) || r.status != c.status || !strings.Contains(r.body, c.body) {
			t.Errorf("%s: %d %v %s", name, r.status, r.err, r.body)
		}
		if _, stored := w.srv.Truth()[w.book+"new.vcf"]; stored != c.stored {
			t.Errorf("%s: stored %v", name, stored)
		}
		if field, value, has := strings.Cut(c.header, ": "); has && r.header.Get(field) != value {
			t.Errorf("%s: %v, want %s", name, r.header, c.header)
		}
	}
}

// TestBrokenBodies: what is said of documents.
func TestBrokenBodies(t *testing.T) {
	whole := faulty(t, "PROPFIND", davd.Fault{}).list("/dav/contacts/alice/book/")
	for name, c := range map[string]struct {
		fault davd.Fault
		holds func(r reply) bool
	}{
		"control": {davd.ControlCharacters(), func(r reply) bool { return r.err == nil && strings.Contains(r.body, "\x01") }},
		"torn":    {davd.Torn(), func(r reply) bool { return r.err == nil && r.body == whole.body[:len(whole.body)/2] }},
		"cut":     {davd.CutAt(10), func(r reply) bool { return r.err != nil && r.status == 207 }},
		"page":    {davd.Page(), func(r reply) bool { return r.status == 200 && !strings.Contains(r.body, "multistatus") }},
	} {
		w := faulty(t, "PROPFIND", c.fault)
		if r := w.list(w.book); !c.holds(r) {
			t.Errorf("%s: %d %v %s", name, r.status, r.err, r.body)
		}
	}
	w := faulty(t, "REPORT sync-collection", davd.TokenSays("other"))
	equal(t, "token", w.sync("").rows(t).Token, "other")
	radicale := newWorld(t, davd.Options{Profile: davd.Radicale()})
	radicale.srv.SetFaults(davd.Script(davd.Scripted{Fault: davd.TokenSays("other")}))
	equal(t, "token without a prefix", radicale.sync("").rows(t).Token, "other")
}

// TestWhen: a fault comes when it is said to come.
func TestWhen(t *testing.T) {
	down := davd.Down("")
	for name, c := range map[string]struct {
		faults func(davd.Ask) davd.Fault
		want   []int
	}{
		"second PROPFIND": {davd.Script(davd.Scripted{Name: "PROPFIND", N: 2, Fault: down}), []int{207, 503, 200, 207}},
		"from the second": {davd.Script(davd.Scripted{Name: "PROPFIND", N: 2, On: true, Fault: down}), []int{207, 503, 200, 503}},
		"third of all":    {davd.Script(davd.Scripted{N: 3, Fault: down}), []int{207, 207, 503, 207}},
		"once":            {davd.Once("PROPFIND", down), []int{503, 207, 200, 207}},
		"none":            {nil, []int{207, 207, 200, 207}},
	} {
		w := newWorld(t, davd.Options{})
		w.fill(1)
		w.srv.SetFaults(c.faults)
		got := []int{w.list(w.book).status, w.list(w.book).status, w.ask("GET", w.book+"0.vcf", "").status, w.list(w.book).status}
		equal(t, name, got, c.want)
	}
}

// TestHang: a request that hangs ends with the server.
func TestHang(t *testing.T) {
	w := faulty(t, "GET", davd.Fault{Hang: true})
	answered := make(chan reply)
	go func() { answered <- w.ask("GET", w.book+"0.vcf", "") }()
	for w.srv.Counts()["GET"] == 0 {
		if r := w.list(w.book); r.status != http.StatusMultiStatus {
			t.Fatalf("%d %v", r.status, r.err)
		}
	}
	if err := w.srv.Close(); err != nil {
		t.Fatal(err)
	}
	if r := <-answered; r.err == nil {
		t.Errorf("it answers %d", r.status)
	}
}

// TestTokens: what a token gets that is not known any more, of each profile.
func TestTokens(t *testing.T) {
	for _, p := range davd.Profiles() {
		for name, spoil := range map[string]func(w *world, token string) string{
			"bogus":     func(_ *world, _ string) string { return "bogus" },
			"future":    func(_ *world, token string) string { return token + "9" },
			"expired":   func(w *world, token string) string { _ = w.srv.Expire(w.book); return token },
			"recreated": func(w *world, token string) string { _ = w.srv.Recreate(w.book); w.fill(2); return token },
		} {
			w := newWorld(t, davd.Options{Profile: p})
			w.fill(2)
			token := w.sync("").rows(t).Token
			r := w.sync(spoil(w, token))
			switch p.Name {
			case "xandikos":
				equal(t, p.Name+" "+name, r.status, 500)
			case "davical":
				equal(t, p.Name+" "+name, len(r.rows(t).Responses), 2)
			default:
				r.has(t, 403, "valid-sync-token")
			}
			again := w.sync(w.sync("").rows(t).Token)
			if got := again.rows(t).hrefs(); slices.ContainsFunc(got, func(h string) bool { return strings.HasSuffix(h, ".vcf") }) {
				t.Errorf("%s %s: a new token lists %q", p.Name, name, got)
			}
		}
	}
}

// TestForgetGone: the log loses a deletion, and the token stays good.
func TestForgetGone(t *testing.T) {
	w := newWorld(t, davd.Options{})
	w.fill(3)
	token := w.sync("").rows(t).Token
	for _, err := range []error{w.srv.Delete(w.book + "0.vcf"), w.srv.ForgetGone(w.book), w.srv.Touch(w.book + "1.vcf")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "delta", w.sync(token).rows(t).hrefs(), []string{w.book + "1.vcf"})
	equal(t, "listing", len(w.list(w.book).rows(t).Responses), 3)
}

// TestPages: everything arrives, once, whoever cuts.
func TestPages(t *testing.T) {
	for name, c := range map[string]struct {
		profile davd.Profile
		limit   string
	}{
		"client": {davd.Profile{}, "<limit><nresults>3</nresults></limit>"},
		"server": {davd.Profile{PageSize: 3}, ""},
		"both":   {davd.Profile{PageSize: 3}, "<limit><nresults>100</nresults></limit>"},
	} {
		w := newWorld(t, davd.Options{Profile: c.profile})
		w.fill(10)
		token, pages := "", 0
		seen := map[string]bool{}
		for more := true; more; pages++ {
			m := w.sync(token, c.limit).rows(t)
			token, more = m.Token, false
			for _, r := range m.Responses {
				if r.Href == w.book {
					more = true
					if !strings.Contains(r.Status, "507") || !strings.Contains(r.Error.Inner, "number-of-matches-within-limits") {
						t.Errorf("%s: %+v", name, r)
					}
				} else if seen[r.Href] {
					t.Errorf("%s: %s comes twice", name, r.Href)
				} else {
					seen[r.Href] = true
				}
			}
		}
		if len(seen) != 10 || pages != 4 {
			t.Errorf("%s: %d items in %d pages", name, len(seen), pages)
		}
	}
	const limit = "<limit><nresults>1</nresults></limit>"
	for name, c := range map[string]struct {
		limit  davd.Limit
		status int
		text   string
	}{
		"ignored": {davd.Ignored, 207, "1.vcf"},
		"refused": {davd.Refused, 507, "number-of-matches-within-limits"},
		"breaks":  {davd.Breaks, 500, ""},
	} {
		w := newWorld(t, davd.Options{Profile: davd.Profile{Limit: c.limit}})
		w.fill(2)
		t.Run(name, func(t *testing.T) {
			w.sync("", limit).has(t, c.status, c.text)
			equal(t, "without", len(w.sync("").rows(t).Responses), 2)
		})
	}
}
