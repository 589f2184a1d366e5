package dav_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"lockstep/peers/davd"
	"lockstep/peers/script/dav"
)

func scripts(t *testing.T) []dav.Script {
	t.Helper()
	all, err := dav.All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("%d scripts only", len(all))
	}
	return all
}

// ours starts a server in memory.
func ours(t *testing.T, p davd.Profile, home, calendars string, does ...string) (*davd.Server, dav.Server) {
	t.Helper()
	srv := davd.New(davd.Options{Profile: p})
	srv.AddUser("alice", "secret")
	srv.AddUser("bob", "secret")
	base, err := srv.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return srv, dav.Server{URL: base, User: "alice", Password: "secret", Others: map[string]string{"bob": "secret"}, Home: home, Calendars: calendars, Does: does}
}

// likeRadicale is what Radicale is said to do.
func likeRadicale() []string {
	return []string{"login", "move", "uid", "nolimit", "loose", "loses-chunked"}
}

// TestTheLetter: the server that keeps to the RFCs answers as the scripts say.
func TestTheLetter(t *testing.T) {
	for _, s := range scripts(t) {
		t.Run(s.Name, func(t *testing.T) {
			_, server := ours(t, davd.Profile{}, "/dav/contacts/alice/", "/dav/calendars/alice/", "limit", "login", "move", "protected", "uid")
			dav.Run(t, server, s)
		})
	}
}

// TestLikeRadicale: so does the profile of Radicale.
func TestLikeRadicale(t *testing.T) {
	for _, s := range scripts(t) {
		t.Run(s.Name, func(t *testing.T) {
			_, server := ours(t, davd.Radicale(), "/alice/", "/alice/", likeRadicale()...)
			dav.Run(t, server, s)
		})
	}
}

// likeXandikos is what Xandikos is said to do.
func likeXandikos() []string { return []string{"nolimit", "loose"} }

// TestAgainstRadicale: so does Radicale itself, and no answer of it differs from
// one of the profile.
func TestAgainstRadicale(t *testing.T) {
	real := named(t, "LOCKSTEP_RADICALE", "radicale.sh")
	home := "/" + real.User + "/"
	real.Home, real.Calendars, real.Does = home, home, likeRadicale()
	compared(t, real, davd.Radicale(), 20)
}

// TestAgainstXandikos: Xandikos departs from what the scripts say, in the very lines in
// which its profile does, and all answers are the same.
func TestAgainstXandikos(t *testing.T) {
	real := named(t, "LOCKSTEP_XANDIKOS", "xandikos.sh")
	real.Home, real.Calendars, real.Does, real.Departs = "/"+real.User+"/contacts/", "/"+real.User+"/calendars/", likeXandikos(), true
	compared(t, real, davd.Xandikos(), 8)
}

// named is a real server that a variable names.
func named(t *testing.T, variable, script string) dav.Server {
	t.Helper()
	where := strings.Split(os.Getenv(variable), ",")
	if len(where) != 3 {
		t.Skipf("NOT RUN against a real server: %s=URL,user,password is not set (peers/real/%s start DIR prints it)", variable, script)
	}
	return dav.Server{URL: where[0], User: where[1], Password: where[2], Others: map[string]string{"bob": "secret"}}
}

// compared plays all scripts, and some improvised ones, with a real server and with its
// profile.
func compared(t *testing.T, real dav.Server, p davd.Profile, improvisations uint64) {
	t.Helper()
	all := scripts(t)
	for seed := range improvisations {
		all = append(all, improvised(t, seed))
	}
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			want := dav.Run(t, real, s)
			_, server := ours(t, p, real.Home, real.Calendars, real.Does...)
			server.Departs = real.Departs
			got := dav.Run(t, server, s)
			for _, line := range want { // each bears the number of its line
				if !slices.Contains(got, line) {
					t.Errorf("the profile does not answer\n%s", line)
				}
			}
			for _, line := range got {
				if !slices.Contains(want, line) {
					t.Errorf("only the profile answers\n%s", line)
				}
			}
		})
	}
}

// improvised is a script of requests by chance, which says only that they are
// answered: two servers are compared by what they say.
func improvised(t *testing.T, seed uint64) dav.Script {
	t.Helper()
	chance := rand.New(rand.NewPCG(seed, 0))
	pick := func(of ...string) string { return of[chance.IntN(len(of))] }
	var b strings.Builder
	for _, book := range []string{"$book", "$second"} {
		fmt.Fprintf(&b, "C: MKCOL %s/\nB: <mkcol xmlns=\"DAV:\"><set><prop><resourcetype><collection/><addressbook xmlns=\"urn:ietf:params:xml:ns:carddav\"/></resourcetype></prop></set></mkcol>\nS: 201\n", book)
	}
	sync := func(token string) {
		fmt.Fprintf(&b, "C: REPORT $book/\nH: Depth: 0\nB: <sync-collection xmlns=\"DAV:\"><sync-token>%s</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>\nS: 207\nX: D:sync-token <token>\n", token)
	}
	sync("")
	for range 60 {
		item := pick("$book", "$book", "$second") + "/" + pick("a", "b", "c%20d") + ".vcf"
		switch chance.IntN(8) {
		case 0, 1, 2:
			uid := pick("one", "two", "three")
			fmt.Fprintf(&b, "C: PUT %s\n%sB: BEGIN:VCARD\nB: VERSION:3.0\nB: UID:%s\nB: FN:%s\nB: N:;;;;\nB: END:VCARD\nS: *\n",
				item, pick("", "", "H: If-None-Match: *\n", "H: If-Match: \"x\"\n"), uid, pick("Ann", "Bea"))
		case 3:
			fmt.Fprintf(&b, "C: DELETE %s\n%sS: *\n", item, pick("", "", "H: If-Match: \"x\"\n"))
		case 4:
			fmt.Fprintf(&b, "C: MOVE %s\nH: Destination: $base%s/%s.vcf\nH: Overwrite: %s\nS: *\n", item, pick("$book", "$second"), pick("a", "b", "e"), pick("T", "F"))
		case 5:
			fmt.Fprintf(&b, "C: PROPFIND $book/\nH: Depth: 1\nB: <propfind xmlns=\"DAV:\"><prop><getetag/></prop></propfind>\nS: 207\n")
		case 6:
			fmt.Fprintf(&b, "C: GET %s\nS: *\n", item)
		case 7:
			sync(pick("", "$token", "$token"))
		}
	}
	sync("$token")
	s, err := dav.Parse(fmt.Sprintf("improvised-%d", seed), b.String())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestImprovised: the same requests have the same answers, every time.
func TestImprovised(t *testing.T) {
	for seed := range uint64(10) {
		var told [2][]string
		for i := range told {
			_, server := ours(t, davd.Radicale(), "/alice/", "/alice/")
			told[i] = dav.Run(t, server, improvised(t, seed))
		}
		if !slices.Equal(told[0], told[1]) || len(told[0]) < 60 {
			t.Errorf("seed %d: %q\n%q", seed, told[0], told[1])
		}
	}
}

// fake is a T that notes how a script ended.
type fake struct{ failed, skipped string }

func (f *fake) Helper()                           {}
func (f *fake) Logf(string, ...any)               {}
func (f *fake) Fatalf(format string, args ...any) { f.failed = fmt.Sprintf(format, args...) }
func (f *fake) Skipf(format string, args ...any)  { f.skipped = fmt.Sprintf(format, args...) }

// TestDifferenceFails: a server that answers otherwise is found out.
func TestDifferenceFails(t *testing.T) {
	const list = "C: PROPFIND $home\nH: Depth: 0\nB: <propfind xmlns=\"DAV:\"><prop><resourcetype/></prop></propfind>\n"
	for name, c := range map[string]struct {
		fault davd.Fault
		text  string
		want  string
	}{
		"fits":           {davd.Fault{}, list + "S: 207\nR: $home 200 D:resourcetype/D:collection\nN: 1\n", ""},
		"status":         {davd.Fault{}, list + "S: 200\n", "t:4: PROPFIND"},
		"row missing":    {davd.NoRows(), list + "S: 207\nR: $home 200 D:resourcetype\n", "t:5: PROPFIND"},
		"row too many":   {davd.AlsoRow("/x", 404), list + "S: 207\nNR: /x\n", "t:5: PROPFIND"},
		"row's status":   {davd.FailRow("/", 500), list + "S: 207\nR: $home 404\n", "t:5: PROPFIND"},
		"count":          {davd.DoubleRow("/"), list + "S: 207\nN: 1\n", "t:5: PROPFIND"},
		"element":        {davd.Fault{}, list + "S: 207\nX: D:sync-token\n", "t:5: PROPFIND"},
		"no element":     {davd.Fault{}, list + "S: 207\nNX: D:response\n", "t:5: PROPFIND"},
		"header":         {davd.Fault{}, list + "S: 207\nSH: X-None: ...\n", "t:5: PROPFIND"},
		"no header":      {davd.Fault{}, list + "S: 207\nNH: DAV\n", "t:5: PROPFIND"},
		"line":           {davd.Fault{}, list + "S: 207\nT: none\n", "t:5: PROPFIND"},
		"not XML":        {davd.ControlCharacters(), list + "S: 207\n", "t:1: the answer is no XML"},
		"XML":            {davd.Fault{}, list + "S: 207\nNOXML:\n", "t:5: PROPFIND"},
		"torn":           {davd.CutAt(20), list + "S: 207\n", "t:1: "},
		"not offered":    {davd.Fault{}, "NEED: nothing\n" + list + "S: 207\n", "skip"},
		"another's page": {davd.Page(), list + "S: 207\n", "t:4: PROPFIND"},
	} {
		srv, server := ours(t, davd.Profile{}, "/dav/contacts/alice/", "/dav/calendars/alice/")
		srv.SetFaults(davd.Script(davd.Scripted{Name: "PROPFIND", Fault: c.fault}))
		s, err := dav.Parse("t", c.text)
		if err != nil {
			t.Fatal(err)
		}
		var f fake
		dav.Run(&f, server, s)
		if f.skipped != "" {
			f.failed = "skip"
		}
		if !strings.HasPrefix(f.failed, c.want) || c.want == "" && f.failed != "" {
			t.Errorf("%s: %q, want %q", name, f.failed, c.want)
		}
	}
	for _, text := range []string{"Q: a\n", "S: 200\n", "C: GET\n", "C: GET /\n", "C: GET /\nR: /\nS: 207\n"} {
		if _, err := dav.Parse("t", text); err == nil {
			t.Errorf("%q is taken for a script", text)
		}
	}
}

// TestClean: the scripts keep to the RFCs themselves, but where they try what
// happens otherwise.
func TestClean(t *testing.T) {
	tries := []string{"bodies.txt", "protected.txt"}
	for _, s := range scripts(t) {
		srv, server := ours(t, davd.Profile{}, "/dav/contacts/alice/", "/dav/calendars/alice/", "limit", "login", "move", "protected", "uid")
		var f fake
		dav.Run(&f, server, s)
		if v := srv.Violations(); len(v) > 0 && !slices.Contains(tries, s.Name) {
			t.Errorf("%s: %q", s.Name, v)
		}
	}
}
