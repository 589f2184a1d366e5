// Command model plays what LSC with its plugin for James asks a directory and a
// webadmin (peers/webadmind/plugin), as a program of its own, so that it can be
// measured like one. It is for benchmarks, and never installed.
//
// It starts no JVM and evaluates no script: its time is a lower bound of that of
// the program whose requests it makes.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"lockstep/peers/webadmind/plugin"
)

// threads of LSC, if nobody says otherwise.
const threads = 5

// someFailed is the exit code of a run in which entries have failed; the next
// one tries them again.
const someFailed = 3

func main() {
	failed, err := run(context.Background())
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "model:", err)
		os.Exit(1)
	case failed > 0:
		os.Exit(someFailed)
	}
}

func run(ctx context.Context) (failed int, err error) {
	var directory, base, user, url, token string
	var contacts bool
	flag.StringVar(&directory, "ldap", "", "URL of the directory")
	flag.StringVar(&base, "base", "", "DN of its people")
	flag.StringVar(&user, "user", "", "bind DN; its password is in LOCKSTEP_BENCH_PASSWORD")
	flag.StringVar(&url, "webadmin", "", "URL of webadmin")
	flag.StringVar(&token, "token", "", "file with a token for it")
	flag.BoolVar(&contacts, "contacts", false, "domain contacts, too")
	flag.Parse()
	secret, err := os.ReadFile(token)
	if err != nil {
		return 0, err
	}
	d, err := open(directory, base, user, os.Getenv("LOCKSTEP_BENCH_PASSWORD"))
	if err != nil {
		return 0, err
	}
	defer d.close()
	entries, err := d.all(wanted())
	if err != nil {
		return 0, err
	}
	player := plugin.Player{URL: url, Token: strings.TrimSpace(string(secret)), Threads: threads, Contacts: contacts, Search: d.search}
	done, err := player.Play(ctx, people(entries))
	if err != nil {
		return 0, err
	}
	fmt.Printf("%d entries, %d searches, %d requests, %d changes, %d failed\n", len(entries), done.Searches, done.Total, done.Changes, done.Failed)
	return done.Failed, nil
}

// directory is a connection for each thread.
type directory struct {
	base string
	free chan *ldap.Conn
}

func open(url, base, user, password string) (*directory, error) {
	d := &directory{base: base, free: make(chan *ldap.Conn, threads)}
	for range threads {
		conn, err := ldap.DialURL(url)
		if err == nil {
			err = conn.Bind(user, password)
		}
		if err != nil {
			return nil, err
		}
		d.free <- conn
	}
	return d, nil
}

func (d *directory) close() {
	for range threads {
		(<-d.free).Close()
	}
}

// wanted attributes.
func wanted() []string {
	return []string{"mail", "givenName", "sn", "mailAlias", "otherMailbox", "mailForward", "mailQuotaSize"}
}

// all entries, in pages, as slapd gives a reader no more at once.
func (d *directory) all(attributes []string) ([]*ldap.Entry, error) {
	conn := <-d.free
	defer func() { d.free <- conn }()
	found, err := conn.SearchWithPaging(d.query("(mail=*)", attributes), 500)
	if err != nil {
		return nil, err
	}
	return found.Entries, nil
}

func (d *directory) query(filter string, attributes []string) *ldap.SearchRequest {
	return ldap.NewSearchRequest(d.base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, nil)
}

// search is what the model asks: for all pivots (""), or for one entry.
func (d *directory) search(_ context.Context, filter string) error {
	if filter == "" {
		_, err := d.all([]string{"mail"})
		return err
	}
	conn := <-d.free
	defer func() { d.free <- conn }()
	found, err := conn.Search(d.query(filter, wanted()))
	if err == nil && len(found.Entries) != 1 {
		err = fmt.Errorf("%s finds %d entries", filter, len(found.Entries))
	}
	return err
}

func people(entries []*ldap.Entry) []plugin.Entry {
	out := make([]plugin.Entry, len(entries))
	for i, e := range entries {
		out[i] = plugin.Entry{
			Mail: e.GetAttributeValue("mail"), Given: e.GetAttributeValue("givenName"), Family: e.GetAttributeValue("sn"),
			Quota: e.GetAttributeValue("mailQuotaSize"), Aliases: e.GetAttributeValues("mailAlias"),
			Mappings: e.GetAttributeValues("otherMailbox"), Forwards: e.GetAttributeValues("mailForward"),
		}
	}
	return out
}
