package webadmind_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/peers/webadmind"
)

// TestTruth: what there is and who did it, through requests and directly.
func TestTruth(t *testing.T) {
	srv := webadmind.New(webadmind.Options{TMail: true, Version: webadmind.V310})
	base := start(t, srv)
	for _, r := range [][3]string{
		{"PUT", "/users/Ann@example.com", `{"password": "x"}`},
		{"PUT", "/address/aliases/ann@example.com/sources/a@example.com", ""},
		{"PUT", "/address/forwards/ann@example.com/targets/x@example.net", ""},
		{"POST", "/mappings/address/ann@example.com/targets/y@example.net", ""},
		{"PUT", "/quota/users/ann@example.com/size", "10"},
		{"PUT", "/quota/users/ann@example.com/size", "10"},
		{"PUT", "/quota/users/ann@example.com/size", "11"},
		{"POST", "/users/ann@example.com/identities", `{"name": "Ann", "email": "ann@example.com", "sortOrder": 0}`},
		{"POST", "/domains/example.com/contacts", `{"emailAddress": "ann@example.com", "firstname": "Ann"}`},
		{"PUT", "/address/groups/all@example.com/ann@example.com", ""},
		{"PUT", "/users/ann@example.com/mailboxes/INBOX", ""},
		{"DELETE", "/address/forwards/ann@example.com/targets/never@example.net", ""},
		{"GET", "/nowhere", ""},
	} {
		if _, _, err := fetch(t, r[0], base+r[1], r[2]); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"address/aliases/ann@example.com/sources/a@example.com",
		"address/forwards/ann@example.com/targets/x@example.net",
		"address/groups/all@example.com/ann@example.com",
		"domains/example.com",
		`domains/example.com/contacts/ann="Ann" ""`,
		"domains/localhost",
		"mappings/address/ann@example.com/targets/y@example.net",
		"quota/users/ann@example.com/size=11",
		"users/ann@example.com",
		`users/ann@example.com/identities/00000000-0000-4000-8000-000000000001=ann@example.com "Ann" 0`,
		"users/ann@example.com/mailboxes/INBOX",
	}
	if got := srv.Truth(); !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if password, there := srv.Password("ANN@example.com"); password != "x" || !there {
		t.Error(password, there)
	}
	var changes []string
	for _, c := range srv.Changes() {
		changes = append(changes, c.String())
	}
	if len(changes) != 10 || changes[0] != "request 1: + users/ann@example.com" || changes[4] != "request 5: + quota/users/ann@example.com/size=10" || changes[5] != "request 7: = quota/users/ann@example.com/size=11" {
		t.Errorf("%s", strings.Join(changes, "\n"))
	}
	if n := srv.Counts(); n["PUT /quota/users/{user}/size"] != 3 || n[""] != 1 || n["POST /domains/{domain}/contacts"] != 1 {
		t.Errorf("%v", n)
	}
	if all := srv.Requests(); len(all) != 13 || all[11].Status != 204 || all[12].Status != 404 || all[12].Path != "/nowhere" {
		t.Errorf("%+v", all)
	}

	srv.Forget()
	for _, err := range []error{
		srv.RemoveUser("ann@example.com"), srv.RemoveAlias("ann@example.com", "A@example.com"), srv.RemoveForward("ann@example.com", "x@example.net"),
		srv.RemoveMapping("ann@example.com", "y@example.net"), srv.UnsetQuota("ann@example.com"), srv.RemoveContact("ann@example.com"),
		srv.AddMember("team@example.com", "ann@example.com"), srv.AddMapping("ben@example.com", "Z@example.net"), srv.AddAlias("ben@example.com", "B@example.com"),
		srv.SetQuota("ben@example.com", -1), srv.AddIdentity("ben@example.com", "Ben", 3), srv.SetContact("ben@example.com", "Ben", "Other"), srv.AddMailbox("ben@example.com", "A.b"), srv.AddDomain("example.org"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	want = []string{
		"address/aliases/ben@example.com/sources/b@example.com",
		"address/groups/all@example.com/ann@example.com",
		"address/groups/team@example.com/ann@example.com",
		"domains/example.com",
		`domains/example.com/contacts/ben="Ben" "Other"`,
		"domains/example.org",
		"domains/localhost",
		"mappings/address/ben@example.com/targets/Z@example.net",
		"quota/users/ben@example.com/size=-1",
		`users/ann@example.com/identities/00000000-0000-4000-8000-000000000001=ann@example.com "Ann" 0`,
		"users/ann@example.com/mailboxes/INBOX",
		"users/ben@example.com/mailboxes/A",
		"users/ben@example.com/mailboxes/A.b",
		`users/ben@example.com/identities/00000000-0000-4000-8000-000000000004=ben@example.com "Ben" 3`,
	}
	slices.Sort(want)
	if got := srv.Truth(); !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if c := srv.Changes(); len(c) != 15 || c[0].String() != "direct: - users/ann@example.com" || len(srv.Counts()) != 0 {
		t.Errorf("%v", c)
	}
	srv.RemoveDomain("Example.ORG")
	if has(srv, "domains/example.org") {
		t.Error("the domain is there")
	}
	for _, err := range []error{srv.AddUser("junk", ""), srv.SetQuota("a@example.com", -2), srv.AddMailbox("a@example.com", "A..b"), srv.AddDomain("a b")} {
		if err == nil {
			t.Error("junk is taken")
		}
	}
}

// TestTasks: a rename that takes its time, one that fails, one that is called
// off.
func TestTasks(t *testing.T) {
	srv := webadmind.New(webadmind.Options{Now: func() time.Time { return time.Unix(1700000000, 0) }})
	base := start(t, srv)
	for i := range 4 {
		for _, name := range []string{"old", "new"} {
			if err := srv.AddUser(fmt.Sprintf("%s%d@example.com", name, i), ""); err != nil {
				t.Fatal(err)
			}
		}
		if err := srv.AddForward(fmt.Sprintf("old%d@example.com", i), "x@example.net"); err != nil {
			t.Fatal(err)
		}
	}
	begin := func(i int) (id string) {
		t.Helper()
		a, text, err := fetch(t, "POST", fmt.Sprintf("%s/users/old%d@example.com/rename/new%d@example.com?action=rename", base, i, i), "")
		if err != nil || a.StatusCode != 201 {
			t.Fatal(text, err)
		}
		if id = strings.Trim(strings.TrimPrefix(text, `{"taskId":`), `"}`); a.Header.Get("Location") != "/tasks/"+id {
			t.Error(a.Header)
		}
		return id
	}
	state := func(path string) string {
		t.Helper()
		_, text, err := fetch(t, "GET", base+path, "")
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(text, `"status":"`)
		s, _, _ := strings.Cut(after, `"`)
		return s
	}
	srv.HoldTasks()
	first, second := begin(0), begin(1)
	if got := state("/tasks/" + first); got != "waiting" {
		t.Error(got)
	}
	if a, text, err := fetch(t, "GET", base+"/tasks/"+first+"/await?timeout=1ms", ""); err != nil || a.StatusCode != 408 || !strings.Contains(text, "The timeout has been reached") {
		t.Error(text, err)
	}
	if has(srv, "address/forwards/new0@example.com/targets/x@example.net") {
		t.Error("a task that waits has moved something")
	}
	if a, _, err := fetch(t, "DELETE", base+"/tasks/"+second, ""); err != nil || a.StatusCode != 204 {
		t.Error(err)
	}
	ended := make(chan string)
	go func() { ended <- state("/tasks/" + first + "/await") }()
	srv.ReleaseTasks()
	if got := <-ended; got != "completed" {
		t.Error(got)
	}
	if got := state("/tasks/" + second); got != "canceled" {
		t.Error(got)
	}
	if !has(srv, "address/forwards/new0@example.com/targets/x@example.net") || has(srv, "address/forwards/new1@example.com/targets/x@example.net") {
		t.Errorf("%q", srv.Truth())
	}
	// One that fails between the steps leaves what it has done.
	srv.SetFaults(webadmind.Once("POST /users/{user}/rename/{new}", webadmind.Fault{FailStep: "MailboxUsernameChangeTaskStep"}))
	if err := srv.SetQuota("old2@example.com", 5); err != nil {
		t.Fatal(err)
	}
	if got := state("/tasks/" + begin(2) + "/await"); got != "failed" {
		t.Error(got)
	}
	if !has(srv, "address/forwards/new2@example.com/targets/x@example.net") || has(srv, "quota/users/new2@example.com/size=5") {
		t.Errorf("%q", srv.Truth())
	}
	if got := state("/tasks/" + begin(3)); got != "completed" {
		t.Error(got)
	}
}

// TestTokenEnds: the server's clock decides.
func TestTokenEnds(t *testing.T) {
	key := testKey(t)
	now := time.Unix(1700000000, 0)
	srv := webadmind.New(webadmind.Options{Auth: webadmind.Auth{JWT: &key.PublicKey}, Now: func() time.Time { return now }})
	base := start(t, srv)
	for _, c := range []struct {
		claims map[string]any
		want   int
	}{
		{map[string]any{"sub": "x", "admin": true}, 200},
		{map[string]any{"sub": "x", "admin": true, "exp": now.Unix() + 1}, 200},
		{map[string]any{"sub": "x", "admin": true, "exp": now.Unix()}, 401},
		{map[string]any{"sub": "x", "admin": true, "nbf": now.Unix() + 1}, 401},
		{map[string]any{"sub": "x", "admin": true, "nbf": now.Unix()}, 200},
		{map[string]any{"sub": "", "admin": true}, 401},
		{map[string]any{"admin": true}, 401},
		{map[string]any{"sub": "x", "admin": "true"}, 401},
		{map[string]any{"sub": "x", "admin": false}, 401},
	} {
		p := &player{t: t, client: plain(t), base: base, logins: map[string]string{"admin": "Bearer " + token(t, key, c.claims)}, login: "admin"}
		if got := p.ask("GET", "/users", ""); got.status != c.want {
			t.Errorf("%v: %d %s", c.claims, got.status, got.body)
		}
	}
	admin, err := webadmind.Admin(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, forged := range map[string]string{
		"another key":  token(t, testKey(t), map[string]any{"sub": "x", "admin": true}),
		"no signature": admin[:strings.LastIndexByte(admin, '.')+1],
		"two parts":    admin[:strings.LastIndexByte(admin, '.')],
		"other claims": "e30" + admin[strings.IndexByte(admin, '.'):],
	} {
		p := &player{t: t, client: plain(t), base: base, logins: map[string]string{"admin": "Bearer " + forged}, login: "admin"}
		if got := p.ask("GET", "/users", ""); got.status != 401 {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}

// TestMany: no list looks at everything for each of its lines.
func TestMany(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	srv := webadmind.New(webadmind.Options{Memory: true})
	for i := range n {
		user := fmt.Sprintf("user%06d@example.com", i)
		for _, err := range []error{srv.AddUser(user, ""), srv.AddAlias(user, fmt.Sprintf("alias%06d@example.com", i)), srv.AddForward(user, "x@example.net"), srv.SetQuota(user, int64(i))} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	base := start(t, srv)
	for path, want := range map[string]int{"/users": n, "/mappings": 2 * n, "/address/aliases": n, "/address/forwards": n, "/quota/users": n,
		"/address/aliases/user000007@example.com": 1, "/mappings/user/user000007@example.com": 1} {
		_, text, err := fetch(t, "GET", base+path, "")
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Count(text, `"username"`) + strings.Count(text, `"mapping"`) + strings.Count(text, `"source"`)
		if got == 0 { // names alone
			got = strings.Count(text, "@")
		}
		if got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if got := len(srv.Truth()); got != 4*n+2 {
		t.Errorf("%d lines", got)
	}
}
