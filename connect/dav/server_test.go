package dav_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/dav"
	"lockstep/core"
	"lockstep/format/ical"
	"lockstep/format/vcard"
	"lockstep/peers/davd"
	wire "lockstep/protocol/dav"
)

// flavour is one of the two with what tests need of it.
type flavour struct {
	wire     wire.Flavour
	kind     core.Kind
	describe func([]byte) (string, string, error)
	item     func(n int) []byte
}

func flavours() map[string]flavour {
	return map[string]flavour{
		"carddav": {wire.CardDAV(), core.Contact, vcard.Describe, card},
		"caldav":  {wire.CalDAV(), core.Event, ical.Describe, event},
	}
}

// card is the n-th version of one of a hundred cards.
func card(n int) []byte { return cardOf(string(uid(n)), fmt.Sprintf("Ann %03d", n)) }

func uid(n int) core.Key { return core.Key(fmt.Sprintf("u%02d@example.org", n%100)) }

func cardOf(uid, name string) []byte {
	return fmt.Appendf(nil, "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:%s\r\nN:%s;;;;\r\nEND:VCARD\r\n", uid, name, name)
}

func event(n int) []byte {
	return fmt.Appendf(nil, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T%02d%02d00Z\r\nSUMMARY:Event %03d\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", uid(n), n/60%24, n%60, n)
}

// digest is equal for bodies that a server rewrites without changing what they say: it
// knows neither the order of lines nor stamps.
func digest(body io.Reader) (core.Sum, int64, error) {
	text, err := io.ReadAll(body)
	lines := strings.FieldsFunc(strings.NewReplacer("\r\n ", "", "\n ", "", "\r\n", "\n").Replace(string(text)), func(r rune) bool { return r == '\n' })
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "REV:") || strings.HasPrefix(l, "PRODID:") })
	slices.Sort(lines)
	plain := strings.Join(lines, "\n")
	return core.Sum(fmt.Sprintf("%x", sha256.Sum256([]byte(plain)))), int64(len(plain)), err
}

// account is a user of a server in this process.
type account struct {
	*davd.Server
	flavour flavour
	config  dav.Config
	serial  int
	// books are the paths of collections by their display name.
	books map[string]string
}

const password = "secret of ann"

// serve starts a server with some collections of ann's.
func serve(t testing.TB, f flavour, o davd.Options, books ...string) *account {
	t.Helper()
	a := &account{Server: davd.New(o), flavour: f, books: map[string]string{}}
	url, err := a.Start("127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() {
		for _, v := range a.Violations() {
			t.Errorf("violation: %s", v)
		}
		a.Close()
	})
	a.AddUser("ann", password)
	for _, name := range books {
		a.books[name], err = a.AddCollection("ann", f.kind, "at "+name, name)
		must(t, err)
	}
	a.config = dav.Config{Flavour: f.wire, URL: url, User: "ann", Password: func(context.Context) (string, error) { return password, nil }, Describe: f.describe, Digest: digest}
	if pem := a.CA(); pem != nil {
		a.config.Roots = x509.NewCertPool()
		a.config.Roots.AppendCertsFromPEM(pem)
	}
	return a
}

func (a *account) open(t testing.TB) *dav.Replica {
	t.Helper()
	r, err := dav.Open(context.Background(), a.config)
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	return r
}

// path of an item on the server.
func (a *account) path(ref core.Ref) string {
	if bare, is := strings.CutPrefix(string(ref.ID), "./"); is {
		return string(ref.Collection) + bare
	}
	return string(ref.Collection) + string(ref.ID) + a.flavour.wire.Extension
}

// at is the path of a collection, which may have been made by the replica.
func (a *account) at(t testing.TB, name string) string {
	t.Helper()
	if path := a.books[name]; path != "" {
		return path
	}
	survey, err := a.open(t).Collections(context.Background())
	must(t, err)
	for _, c := range survey.Collections {
		if c.Path == name {
			return string(c.ID)
		}
	}
	t.Fatalf("there is no %s", name)
	return ""
}

func (a *account) Open(t *testing.T) core.Replica { return a.open(t) }

func (a *account) Add(t *testing.T, path string, body []byte, _ core.Key, _ core.Marks) {
	t.Helper()
	a.serial++
	must(t, a.Server.Put(fmt.Sprintf("%s%d%s", a.at(t, path), a.serial, a.flavour.wire.Extension), string(body)))
}

func (a *account) Remove(t *testing.T, ref core.Ref) {
	t.Helper()
	must(t, a.Delete(a.path(ref)))
}

func (a *account) Move(t *testing.T, ref core.Ref, path string) {
	t.Helper()
	body := a.Truth()[a.path(ref)]
	a.Remove(t, ref)
	a.Add(t, path, []byte(body), "", "")
}

func (a *account) Mark(t *testing.T, _ core.Ref, marks core.Marks) { t.Fatalf("marks %q", marks) }

func (a *account) Edit(t *testing.T, ref core.Ref, body []byte) {
	t.Helper()
	must(t, a.Server.Put(a.path(ref), string(body)))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantClass(t testing.TB, err error, class core.Class) {
	t.Helper()
	if err == nil || core.ClassOf(err) != class {
		t.Errorf("want an error of class %s, got %v", class, err)
	}
}

// list reads a feed to its end.
func list(t testing.TB, r *dav.Replica, feed core.FeedID, since core.Token) (stubs map[core.ID]core.Stub, gone []core.ID, full bool, next core.Token) {
	t.Helper()
	stubs = map[core.ID]core.Stub{}
	for {
		d, err := r.Changes(context.Background(), feed, since)
		must(t, err)
		for _, s := range d.Changed {
			stubs[s.ID] = s
		}
		for _, ref := range d.Gone {
			gone = append(gone, ref.ID)
		}
		if full, since = d.Full, d.Next; !d.More {
			return stubs, gone, full, since
		}
	}
}

// apply makes writes.
func apply(t testing.TB, r *dav.Replica, writes ...core.Write) ([]core.Result, []error) {
	t.Helper()
	results, errs := make([]core.Result, len(writes)), make([]error, len(writes))
	for i := range writes {
		writes[i].Seq = i
		errs[i] = fmt.Errorf("no result")
	}
	for res, err := range r.Apply(context.Background(), slices.Values(writes)) {
		results[res.Seq], errs[res.Seq] = res, err
	}
	return results, errs
}

// creating makes the write of a new item.
func creating(c core.CollectionID, id core.ID, key core.Key, body []byte) core.Write {
	return core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: c, ID: id}, To: c, If: core.Condition{Absent: true}, Item: item(key, body)}
}

func item(key core.Key, body []byte) core.Item {
	sum, size, _ := digest(bytes.NewReader(body))
	return core.Item{Stub: core.Stub{Key: key, Sum: sum, Size: size}, Body: io.NopCloser(bytes.NewReader(body))}
}
