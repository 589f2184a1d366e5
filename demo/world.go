package demo

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// World is both sides and the truth about them.
type World struct {
	dir    string
	server *serverMail
	local  *localMail
	// truth is every message that must be there, where and with which marks.
	truth []message
	// deleted is what was taken away for good.
	deleted []message
	// once is how many messages lay on both sides before the first sync.
	once int
}

// New starts the server, fills both sides, and writes a configuration with the
// link "mail" into a folder, which must be empty. Close ends the server; the
// folder stays.
func New(dir string) (*World, error) {
	all, err := sample()
	if err != nil {
		return nil, err
	}
	w := &World{dir: dir, local: &localMail{root: filepath.Join(dir, "Mail")}}
	if w.server, err = serve(); err != nil {
		return nil, err
	}
	if err := errors.Join(w.fill(all), w.configure()); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// Close ends the server.
func (w *World) Close() error { return w.server.imap.Close() }

// fill puts everything on the server, an older copy into the Maildir, and the
// notes only there.
func (w *World) fill(all []message) error {
	copied := day(time.July, 1, 0, 0)
	for _, m := range all {
		if err := w.server.deliver(m); err != nil {
			return err
		}
		if (m.folder == inbox || m.folder == sent || m.folder == archive) && m.at.Before(copied) {
			w.once++
			if err := w.local.deliver(m); err != nil {
				return err
			}
		}
	}
	own := ownNotes()
	for _, m := range own {
		if err := w.local.deliver(m); err != nil {
			return err
		}
	}
	w.truth = slices.Concat(all, own)
	for _, name := range []string{drafts, junk} {
		if err := w.local.make(folders()[name]); err != nil {
			return err
		}
	}
	return nil
}

// Configuration is the file that New wrote.
func (w *World) Configuration() string { return filepath.Join(w.dir, "lockstep.toml") }

func (w *World) configure() error {
	host, port, err := net.SplitHostPort(w.server.address)
	if err != nil {
		return err
	}
	text := fmt.Sprintf(`[accounts.server]
type = "imap"
host = "%s"
port = %s
user = "%s"
password = {file = "password"}
ca = "ca.pem"

[accounts.here]
type = "maildir"
path = "Mail"

[links.mail]
left = "server"
right = "here"
exclude = ["\\Trash"] # it stays on the server
`, host, port, login)
	for name, content := range map[string]string{"lockstep.toml": text, "password": password + "\n", "ca.pem": string(w.server.imap.CAPEM())} {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Figures of the world as it is.
type Figures struct {
	// Login and Address of the account.
	Login, Address string
	// Messages on the server, in the Maildir, and how many lay on both before
	// the first sync.
	Server, Local, Both int
	// Languages and Charsets of the messages; Largest is in bytes.
	Languages, Charsets int
	Largest             int64
}

// Figures counts what lies on both sides now.
func (w *World) Figures() (Figures, error) {
	local, err := w.local.holds()
	f := Figures{Login: login, Address: w.server.address, Server: len(w.server.holds()), Local: len(local), Both: w.once}
	languages, charsets := map[string]bool{}, map[string]bool{}
	said := regexp.MustCompile(`(?mi)^content-language: (\S+)\r$|; charset="?([^\s";]+)`)
	for _, m := range w.truth {
		f.Largest = max(f.Largest, int64(len(m.body)))
		for _, found := range said.FindAllSubmatch(m.body, -1) {
			if len(found[1]) > 0 {
				languages[string(found[1])] = true
			} else {
				charsets[strings.ToLower(string(found[2]))] = true
			}
		}
	}
	f.Languages, f.Charsets = len(languages), len(charsets)
	return f, err
}

// Compare reads both sides, every file and every message, and holds them
// against the truth. It returns how many messages both must hold and what is
// otherwise, sorted; nothing = both sides are as they should be. The trash is
// on the server only.
func (w *World) Compare() (messages int, differences []string, err error) {
	local, err := w.local.holds()
	if err != nil {
		return 0, nil, err
	}
	var everything, kept []string
	for _, m := range w.truth {
		c := copyOf(m.folder, m.body, m.marks)
		everything = append(everything, c)
		if m.folder != trash {
			kept = append(kept, c)
		}
	}
	differences = slices.Concat(differ("the server", everything, w.server.holds()), differ("the Maildir", kept, local))
	return len(kept), differences, nil
}

// differ says what a side has too many or too few of, sorted.
func differ(side string, want, have []string) (out []string) {
	n := map[string]int{}
	for _, c := range have {
		n[c]++
	}
	for _, c := range want {
		n[c]--
	}
	for c, n := range n {
		switch {
		case n > 0:
			out = append(out, fmt.Sprintf("%s holds %d too many of %s", side, n, c))
		case n < 0:
			out = append(out, fmt.Sprintf("%s misses %d of %s", side, -n, c))
		}
	}
	slices.Sort(out)
	return out
}

// copyOf says in one line what makes one copy of a message what it is: its
// folder, its Message-ID and digest, and its marks.
func copyOf(folder string, body []byte, marks []string) string {
	marks = slices.Sorted(slices.Values(marks))
	_, rest, _ := strings.Cut(string(body), "Message-ID: <")
	name, _, _ := strings.Cut(rest, ">")
	return fmt.Sprintf("%s %s %s [%s]", folder, name, digest(body), strings.Join(marks, " "))
}

// digest of a message, whatever its line ends are.
func digest(body []byte) string { return fmt.Sprintf("%.8x", sha256.Sum256(toLF(body))) }
