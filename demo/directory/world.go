package directory

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"lockstep/peers/webadmind"
)

// World is a directory, a mail server and the truth about both.
type World struct {
	dir    string
	server *webadmind.Server
	// address that the server listens at, on this machine only.
	address string
	// people who are in the directory, and those who are not any more and whose
	// accounts stay.
	people, staying []person
	// extra is what stands on the server and is nobody's business, as holds
	// prints it.
	extra []string
}

// New starts the server, and writes the directory and a configuration with the
// link "staff" into a folder, which must be empty. Close ends the server; the
// folder stays.
func New(dir string) (*World, error) {
	w := &World{dir: dir, people: people(), extra: []string{"users/" + postmaster, forward(promoted, own)}}
	var err error
	if w.server, w.address, err = serve(); err != nil {
		return nil, err
	}
	for _, write := range []func() error{w.export, w.configure} {
		if err := write(); err != nil {
			_ = w.Close() // the first error counts
			return nil, err
		}
	}
	return w, nil
}

// Close ends the server.
func (w *World) Close() error { return w.server.Close() }

// Configuration is the file that New wrote, Directory the LDIF beside it.
func (w *World) Configuration() string { return filepath.Join(w.dir, "lockstep.toml") }
func (w *World) Directory() string     { return filepath.Join(w.dir, "people.ldif") }

func (w *World) configure() error {
	text := fmt.Sprintf(`[accounts.people]
address = "ldif:people.ldif"

[accounts.mail]
address = "james+http://%s"
password = {file = "webadmin.password"}

[links.staff]
left = "people"
right = "mail"
deletes = true       # of people who are gone, after the grace of 7 days
deletion = "account"

# What a person in the directory has on the server:
[links.staff.users]
[links.staff.aliases]
values = "mailAlias"
[links.staff.forwards]
values = "mailForward"
[links.staff.quotas]
value = "mailQuotaSize"
[links.staff.contacts]
[links.staff.identities]
`, w.address)
	for name, content := range map[string]string{"lockstep.toml": text, "webadmin.password": password + "\n"} {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// export writes the directory.
func (w *World) export() error { return w.write(w.people) }

func (w *World) write(all []person) error { return os.WriteFile(w.Directory(), entries(all), 0o600) }

// Figures of the world as it is.
type Figures struct {
	// Address of the server.
	Address string
	// People in the directory; Accounts on the server, and how many of these are
	// of nobody in the directory.
	People, Accounts, Strangers int
}

// Figures counts what there is before the first sync.
func (w *World) Figures() Figures {
	accounts := len(made()) + 1
	return Figures{Address: w.address, People: len(w.people), Accounts: accounts, Strangers: accounts - len(made())}
}

// Compare asks the server for all that it holds, and holds it against the truth.
// It returns of how many elements people have a right to, and what is otherwise,
// sorted; nothing = the server is as it should be.
func (w *World) Compare() (elements int, differences []string) {
	want := slices.Clone(w.extra)
	for _, p := range slices.Concat(w.people, w.staying) {
		lines := p.wants()
		elements += len(lines)
		want = append(want, lines...)
	}
	n := map[string]int{}
	for _, l := range holds(w.server) {
		n[l]++
	}
	for _, l := range want {
		n[l]--
	}
	for l, n := range n {
		switch {
		case n > 0:
			differences = append(differences, "the server has too much: "+l)
		case n < 0:
			differences = append(differences, "the server misses "+l)
		}
	}
	slices.Sort(differences)
	return elements, differences
}

// wants is what stands on the server of a person, as holds prints it.
func (p person) wants() []string {
	name := made()[p.uid] // what a person calls himself stays
	if name == "" {
		name = p.name()
	}
	out := []string{
		"users/" + p.mail(),
		fmt.Sprintf("users/%s/identities %q 0", p.mail(), name),
		fmt.Sprintf("domains/%s/contacts/%s=%q %q", domain, p.uid, p.given, p.family),
	}
	for _, a := range p.aliases {
		out = append(out, fmt.Sprintf("address/aliases/%s/sources/%s", p.mail(), a))
	}
	for _, f := range p.forwards {
		out = append(out, forward(p.uid, f))
	}
	if p.bytes != 0 {
		out = append(out, fmt.Sprintf("quota/users/%s/size=%d", p.mail(), p.bytes))
	}
	return out
}

// forward of a person's mail, as holds prints it.
func forward(uid, to string) string {
	return fmt.Sprintf("address/forwards/%s@%s/targets/%s", uid, domain, to)
}
