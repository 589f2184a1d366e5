package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/davd"
)

// book is an address book on a server, as another program sees and edits it.
type book struct {
	// server in this process; nil = a real one, which has no faults.
	server *davd.Server
	// address of the home as a configuration has it, and the path of the book on
	// the server, with a slash at the end.
	address, path  string
	base           string // URL of the server, without a slash at the end
	user, password string
	http           *http.Client
	noMove         bool // the server does not do it
	noCR           bool // it takes no card whose lines end with nothing else
	// home and calendars of the user at a real server, with a slash at the end.
	home, calendars string
}

// theBook is the name of the only book, and of the directory of its cards.
const theBook = "friends"

// newBook is an empty address book of a server in this process.
func newBook(t *testing.T, o davd.Options) *book {
	t.Helper()
	o.TLS = o.TLS || o.Profile.Shards // no password goes to a second host without
	b := &book{server: davd.New(o), noMove: o.Profile.NoMove, user: "alice", password: "secret of alice", http: &http.Client{Timeout: time.Minute}}
	base, err := b.server.Start("127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() {
		for _, v := range b.server.Violations() {
			t.Errorf("not CardDAV: %s", v)
		}
		b.http.CloseIdleConnections()
		b.server.Close()
	})
	b.server.AddUser(b.user, b.password)
	b.path, err = b.server.AddCollection(b.user, core.Contact, "at-"+theBook, theBook)
	must(t, err)
	b.base = strings.TrimSuffix(base, "/")
	home, ca := b.path[:strings.Index(b.path, "at-")], ""
	if o.Profile.Shards {
		home = "/" // the home is on the other host
	}
	if pem := b.server.CA(); pem != nil {
		file := filepath.Join(t.TempDir(), "ca.pem")
		must(t, os.WriteFile(file, pem, 0o600))
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		b.http.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
		ca = "?ca=" + file
	}
	b.address = b.login(b.base) + home + ca
	return b
}

// realBook is an empty address book of Radicale, whose user has nothing else.
func realBook(t *testing.T) *book {
	t.Helper()
	return bookAt(t, "LOCKSTEP_RADICALE", "with-radicale.sh", "", "")
}

// xandikosBook is one of Xandikos.
func xandikosBook(t *testing.T) *book {
	t.Helper()
	b := bookAt(t, "LOCKSTEP_XANDIKOS", "xandikos.sh", "contacts/", "calendars/")
	b.noMove, b.noCR = true, true
	return b
}

// bookAt is an empty address book of the server that a variable names, whose user has
// these homes below his own path.
func bookAt(t *testing.T, variable, script, contacts, calendars string) *book {
	t.Helper()
	parts := strings.Split(os.Getenv(variable), ",")
	if len(parts) != 3 {
		t.Skipf("%s=URL,user,password is not set: nothing was tried with a real server (peers/real/%s sets it)", variable, script)
	}
	at, err := url.Parse(parts[0])
	must(t, err)
	if !net.ParseIP(at.Hostname()).IsLoopback() {
		t.Fatalf("%s names %s: this test empties the account, so it must be on the loopback", variable, at.Host)
	}
	b := &book{base: strings.TrimSuffix(parts[0], "/"), user: parts[1], password: parts[2], http: &http.Client{Timeout: time.Minute}}
	t.Cleanup(b.http.CloseIdleConnections)
	b.home, b.calendars = "/"+b.user+"/"+contacts, "/"+b.user+"/"+calendars
	b.address = b.login(b.base) + b.home
	for _, home := range []string{b.home, b.calendars} {
		_, list := b.ask(t, "PROPFIND", home, `<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>`, "Depth", "1")
		for href := range rows(t, list) {
			if href != home {
				b.ask(t, "DELETE", href, "")
			}
		}
	}
	b.path = b.home + theBook + "/"
	b.ask(t, "MKCOL", b.path, `<mkcol xmlns="DAV:"><set><prop><displayname>`+theBook+`</displayname><resourcetype><collection/><addressbook xmlns="urn:ietf:params:xml:ns:carddav"/></resourcetype></prop></set></mkcol>`)
	return b
}

// onBooks runs a test with the server in this process, which then is as strict as
// the RFCs, with Radicale and with Xandikos.
func onBooks(t *testing.T, test func(t *testing.T, b *book)) {
	t.Run("davd", func(t *testing.T) { test(t, newBook(t, davd.Options{})) })
	t.Run("Radicale", func(t *testing.T) { test(t, realBook(t)) })
	t.Run("Xandikos", func(t *testing.T) { test(t, xandikosBook(t)) })
}

// login is an URL with the user in it, as addresses have it.
func (b *book) login(base string) string {
	return "carddav+" + strings.Replace(base, "://", "://"+b.user+"@", 1)
}

// ask makes a request of the book's user; what is not 2xx ends the test.
func (b *book) ask(t *testing.T, method, path, body string, headers ...string) (http.Header, []byte) {
	t.Helper()
	status, head, answer := b.try(t, method, path, body, headers...)
	if status >= 300 {
		t.Fatalf("%s %s: %d\n%s", method, path, status, answer)
	}
	return head, answer
}

func (b *book) try(t *testing.T, method, path, body string, headers ...string) (int, http.Header, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.base+path, strings.NewReader(body))
	must(t, err)
	req.SetBasicAuth(b.user, b.password)
	if strings.HasPrefix(body, "<") {
		req.Header.Set("Content-Type", "application/xml; charset=utf-8")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.http.Do(req)
	must(t, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, res.Header, answer
}

// rows of a multistatus: what each href has as address-data, if that was asked for.
func rows(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var all struct {
		Rows []struct {
			Href string `xml:"DAV: href"`
			Data string `xml:"propstat>prop>address-data"`
		} `xml:"DAV: response"`
	}
	must(t, xml.Unmarshal(text, &all))
	out := map[string]string{}
	for _, r := range all.Rows {
		href, err := url.Parse(r.Href)
		must(t, err)
		out[href.EscapedPath()] = r.Data
	}
	return out
}

// cards are the bodies of the book by the last segment of their path.
func (b *book) cards(t *testing.T) map[string]string {
	t.Helper()
	var all map[string]string
	if b.server != nil {
		all = b.server.Truth()
	} else {
		_, list := b.ask(t, "REPORT", b.path, `<C:addressbook-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><prop><getetag/><C:address-data/></prop><C:filter/></C:addressbook-query>`, "Depth", "1")
		all = rows(t, list)
	}
	out := map[string]string{}
	for path, body := range all {
		if name, in := strings.CutPrefix(path, b.path); in && name != "" {
			out[name] = body
		}
	}
	return out
}

// find the name of the only card with a UID; "" = there is none.
func (b *book) find(t *testing.T, uid string) string { return find(t, b.cards(t), uid) }

// body of the only card with a UID; "" = there is none.
func (b *book) body(t *testing.T, uid string) string {
	t.Helper()
	all := b.cards(t)
	return all[find(t, all, uid)]
}

// put stores a body, whatever is there. At the server of this process it comes from
// nowhere, and so meets neither its faults nor what it makes of bodies.
func (b *book) put(t *testing.T, name, body string) {
	t.Helper()
	if b.server != nil {
		must(t, b.server.Put(b.path+name, body))
		return
	}
	b.ask(t, "PUT", b.path+name, body, "Content-Type", "text/vcard; charset=utf-8")
}

// edit changes the card with a UID.
func (b *book) edit(t *testing.T, uid string, change func(string) string) {
	t.Helper()
	all := b.cards(t)
	name := find(t, all, uid)
	if name == "" {
		t.Fatalf("the server has no card %s", uid)
	}
	b.put(t, name, change(all[name]))
}

func (b *book) remove(t *testing.T, uid string) {
	t.Helper()
	name := b.find(t, uid)
	if b.server != nil {
		must(t, b.server.Delete(b.path+name))
		return
	}
	b.ask(t, "DELETE", b.path+name, "")
}

// device is a computer with the program and an address book in files.
type device struct {
	*program
	book *book
	dir  string // of the cards
	name string
}

// newDevice has the link "cards" between its files on the left and the server on the
// right; link is more of its table.
func newDevice(t *testing.T, b *book, name, link string) *device {
	t.Helper()
	home := filepath.Join(t.ArtifactDir(), name) // go test -artifacts keeps it
	d := &device{book: b, dir: filepath.Join(home, "contacts", theBook), name: name}
	must(t, os.MkdirAll(d.dir, 0o700))
	d.program = newProgram(t, home, d.config(link), "THE_PASSWORD="+b.password)
	return d
}

func (d *device) config(link string) string {
	return fmt.Sprintf("[accounts.files]\ntype = \"vdir\"\npath = %q\n[accounts.server]\naddress = %q\npassword = {env = \"THE_PASSWORD\"}\n"+
		"[links.cards]\nleft = \"files\"\nright = \"server\"\n%s\n", filepath.Dir(d.dir), d.book.address, link)
}

// configure writes another configuration.
func (d *device) configure(t *testing.T, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(d.program.dir, "lockstep.toml"), []byte(text), 0o600))
}

// cards are the bodies of the files by their names.
func (d *device) cards(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(d.dir)
	must(t, err)
	out := map[string]string{}
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".vcf") && !strings.HasPrefix(name, ".") {
			body, err := os.ReadFile(filepath.Join(d.dir, name))
			must(t, err)
			out[name] = string(body)
		}
	}
	return out
}

func (d *device) body(t *testing.T, uid string) string {
	t.Helper()
	all := d.cards(t)
	return all[find(t, all, uid)]
}

// write stores a file as people's programs do: beside, and then renamed.
func (d *device) write(t *testing.T, name, body string) {
	t.Helper()
	draft := filepath.Join(d.dir, ".draft")
	must(t, os.WriteFile(draft, []byte(body), 0o600))
	must(t, os.Rename(draft, filepath.Join(d.dir, name)))
}

func (d *device) edit(t *testing.T, uid string, change func(string) string) {
	t.Helper()
	all := d.cards(t)
	name := find(t, all, uid)
	if name == "" {
		t.Fatalf("%s has no card %s", d.name, uid)
	}
	d.write(t, name, change(all[name]))
}

func (d *device) remove(t *testing.T, uid string) {
	t.Helper()
	must(t, os.Remove(filepath.Join(d.dir, find(t, d.cards(t), uid))))
}

// ends runs a command that has to end with this code.
func (d *device) ends(t *testing.T, exit int, args ...string) output {
	t.Helper()
	out, got := d.run(t, args...)
	if got != exit {
		t.Fatalf("%s: %s ended with %d, not %d:\n%s%s", d.name, strings.Join(args, " "), got, exit, out.text, out.errs)
	}
	return out
}

// quiet: a sync that ends with this code writes nothing to either side.
func (d *device) quiet(t *testing.T, exit int) {
	t.Helper()
	if out := d.ends(t, exit, "sync"); out.report(t).writes() > 0 {
		t.Errorf("%s: one more sync wrote:\n%s", d.name, out.text)
	}
}

// conflicts that are open.
func (d *device) conflicts(t *testing.T) (all []conflict) {
	t.Helper()
	d.ends(t, 0, "conflicts").each(t, "conflict", func(line []byte) {
		var c conflict
		must(t, json.Unmarshal(line, &c))
		all = append(all, c)
	})
	return all
}

// conflict as the program tells of it.
type conflict struct {
	ID         int64
	Key, State string
	Collisions []struct{ Property, Left, Right string }
}

// says: the output has all of these texts.
func (o output) says(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(o.text+o.errs, text) {
			t.Errorf("it does not say %q:\n%s%s", text, o.text, o.errs)
		}
	}
}

// inStep: both sides have cards of these UIDs and no other, which say the same.
func (d *device) inStep(t *testing.T, uids ...string) {
	t.Helper()
	here, there := byUID(t, d.cards(t)), byUID(t, d.book.cards(t))
	slices.Sort(uids)
	for what, all := range map[string]map[string]string{d.name: here, "the server": there} {
		if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, uids) {
			t.Errorf("%s has %q and not %q", what, got, uids)
		}
	}
	for uid, body := range here {
		if there[uid] != "" && !sameCard(body, there[uid]) {
			t.Errorf("%s: %s has\n%s\nthe server\n%s", uid, d.name, body, there[uid])
		}
	}
}

// newCard is a vCard 3.0 with these lines.
func newCard(uid, name string, lines ...string) string {
	all := append([]string{"BEGIN:VCARD", "VERSION:3.0", "UID:" + uid, "FN:" + name, "N:" + name + ";;;;"}, lines...)
	return strings.Join(append(all, "END:VCARD", ""), "\r\n")
}

// adding, replacing and without are edits: a line more, another text, and no line that
// begins so.
func adding(line string) func(string) string {
	return func(body string) string { return strings.Replace(body, "END:VCARD", line+"\r\nEND:VCARD", 1) }
}

func replacing(old, new string) func(string) string {
	return func(body string) string { return strings.ReplaceAll(body, old, new) }
}

func without(prefix string) func(string) string {
	return func(body string) string {
		return strings.Join(slices.DeleteFunc(unfolded(body), func(l string) bool { return strings.HasPrefix(l, prefix) }), "\r\n") + "\r\n"
	}
}

// has tells whether a card has this line, whatever its folds.
func has(body, line string) bool { return slices.Contains(unfolded(body), line) }

func unfolded(body string) []string {
	body = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(body)
	body = strings.NewReplacer("\n ", "", "\n\t", "").Replace(body)
	return strings.FieldsFunc(body, func(r rune) bool { return r == '\n' })
}

// meaning is what the simple cards of these tests say: their lines without stamps,
// in order. It is worked out here, and not by what is tested.
func meaning(body string) []string {
	lines := slices.DeleteFunc(unfolded(body), func(l string) bool {
		return strings.HasPrefix(l, "REV:") || strings.HasPrefix(l, "PRODID:") || strings.HasPrefix(l, "VERSION:")
	})
	slices.Sort(lines)
	return lines
}

func sameCard(a, b string) bool { return slices.Equal(meaning(a), meaning(b)) }

func uidOfCard(body string) string {
	for _, line := range unfolded(body) {
		if uid, is := strings.CutPrefix(line, "UID:"); is {
			return uid
		}
	}
	return ""
}

// find the name of the only card with a UID; "" = there is none.
func find(t *testing.T, cards map[string]string, uid string) (name string) {
	t.Helper()
	for n, body := range cards {
		if uidOfCard(body) != uid {
			continue
		}
		if name != "" {
			t.Errorf("%s and %s both have the UID %s", name, n, uid)
		}
		name = n
	}
	return name
}

// byUID are cards by their UID, each of which only one may have.
func byUID(t *testing.T, cards map[string]string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, body := range cards {
		uid := uidOfCard(body)
		if out[uid] != "" {
			t.Errorf("%s: the UID %q is there twice", name, uid)
		}
		out[uid] = body
	}
	return out
}

// field of an object that the program printed, which is a text.
func field(t *testing.T, line []byte, name string) string {
	t.Helper()
	all := map[string]any{}
	must(t, json.Unmarshal(line, &all))
	text, _ := all[name].(string)
	return text
}

// wire is what the program sends to a server, as it goes over the network.
type wire struct {
	mu   sync.Mutex
	sent []sent
}

type sent struct{ method, path, guard, body string }

// tap lets devices made from now on reach the book through a proxy that listens.
func (b *book) tap(t *testing.T) *wire {
	t.Helper()
	to, err := url.Parse(b.base)
	must(t, err)
	w := &wire{}
	on := httputil.NewSingleHostReverseProxy(to)
	on.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	proxy := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		guard := strings.TrimSpace(r.Header.Get("If-Match") + " " + r.Header.Get("If-None-Match"))
		w.mu.Lock()
		w.sent = append(w.sent, sent{r.Method, r.URL.EscapedPath(), guard, string(body)})
		w.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		on.ServeHTTP(answer, r)
	}))
	t.Cleanup(proxy.Close)
	b.address = strings.Replace(b.address, strings.TrimPrefix(b.base, "http://"), strings.TrimPrefix(proxy.URL, "http://"), 1)
	return w
}

// writes that were sent since the last time.
func (w *wire) writes() (out []sent) {
	for _, one := range w.all() {
		if one.method == http.MethodPut || one.method == http.MethodDelete || one.method == "MOVE" {
			out = append(out, one)
		}
	}
	return out
}

// all that was sent since the last time.
func (w *wire) all() []sent {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.sent
	w.sent = nil
	return out
}

// equalCards compares bodies to the byte.
func equalCards(t *testing.T, what, got, want string) {
	t.Helper()
	if !bytes.Equal([]byte(got), []byte(want)) {
		t.Errorf("%s is\n%q\nand not\n%q", what, got, want)
	}
}
