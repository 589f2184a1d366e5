package imapd

import (
	"fmt"
	"slices"
	"time"
)

// Entry is the truth about one email that was ever appended.
type Entry struct {
	Serial int
	ID     string // its EMAILID
	User   string
	SHA256 string // of its body, hex
	Size   int
	// Places is where it is now; none = it was expunged everywhere.
	Places []Place
	// Events is what happened to it, oldest first.
	Events []Event
}

// Place is one copy of an email.
type Place struct {
	Mailbox     string
	UIDValidity uint32
	UID         uint32
	Flags       []string
	Internal    time.Time
	ModSeq      uint64
}

// Event is one thing that was done to an email: By is "session 3", or
// "direct" for a method of User.
type Event struct {
	By      string
	Verb    string
	Mailbox string
	UID     uint32
}

func (e Event) String() string { return fmt.Sprintf("%s: %s %s/%d", e.By, e.Verb, e.Mailbox, e.UID) }

func (s *Server) note(e *email, by, verb string, b *mailbox, m *message) {
	e.events = append(e.events, Event{by, verb, b.name, m.uid})
}

// Ledger returns every email that was ever appended, in order of arrival.
func (s *Server) Ledger() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Entry
	for _, e := range s.emails {
		entry := Entry{Serial: e.serial, ID: e.id, User: e.user, SHA256: e.sum, Size: len(e.body), Events: slices.Clone(e.events)}
		for _, p := range e.places {
			entry.Places = append(entry.Places, p.tell())
		}
		out = append(out, entry)
	}
	return out
}

func (p place) tell() Place {
	return Place{Mailbox: p.box.name, UIDValidity: p.box.uidvalidity, UID: p.m.uid, Flags: slices.Clone(p.m.flags), Internal: p.m.internal, ModSeq: p.m.modseq}
}

// Counts returns how often each command was given ("UID FETCH" -> 3).
func (s *Server) Counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for k, n := range s.counts {
		out[k] = n
	}
	return out
}

// Violations returns what clients sent that the grammar does not allow; a test
// of a client asserts that there are none.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// violation records one; the caller holds no lock.
func (c *session) violation(format string, args ...any) {
	c.srv.mu.Lock()
	defer c.srv.mu.Unlock()
	c.srv.violations = append(c.srv.violations, fmt.Sprintf("session %d: ", c.id)+fmt.Sprintf(format, args...))
}
