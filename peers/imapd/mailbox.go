package imapd

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// mailbox is a folder; everything in it is guarded by Server.mu.
type mailbox struct {
	name        string
	id          string
	uidvalidity uint32
	uidnext     uint32
	highest     uint64 // HIGHESTMODSEQ (RFC 7162, section 3.1.2.1)
	messages    []*message
	keywords    map[string]string // lower case -> the spelling that came first
	settings    MailboxSettings
	expunged    []tombstone
	forgotten   uint64 // tombstones up to this mod-sequence are lost
	wanted      bool   // some session asked for mod-sequences
	gone        bool
	version     uint64 // grows with every change
}

// message is one place of an email.
type message struct {
	email    *email
	uid      uint32
	flags    []string
	modseq   uint64
	version  uint64
	internal time.Time
	recent   *session // who is told \Recent
	claimed  bool
	gone     bool
}

// email is a body that was appended once; copies share it.
type email struct {
	serial int
	id     string // EMAILID (RFC 8474, section 5.1)
	body   []byte
	sum    string
	user   string
	places []place
	events []Event
}

type place struct {
	box *mailbox
	m   *message
}

func (s *Server) newMailbox(name string) *mailbox {
	s.serial++
	s.uidvalidity++
	return &mailbox{name: name, id: fmt.Sprintf("F%06d", s.serial), uidvalidity: s.uidvalidity, uidnext: 1, highest: 1, keywords: map[string]string{}, version: 1}
}

// touch notes that a mailbox changed and wakes the sessions that idle.
func (s *Server) touch(b *mailbox) {
	b.version++
	for c := range s.sessions {
		if c.box == b || c.notice != nil && c.user != nil && c.user.boxes[b.name] == b {
			c.stir()
		}
	}
}

// put gives an email a new place.
func (s *Server) put(b *mailbox, e *email, flags []string, internal time.Time, by, verb string) *message {
	b.highest++
	m := &message{email: e, uid: b.uidnext, flags: b.spell(flags), modseq: b.highest, internal: internal}
	b.uidnext++
	b.messages = append(b.messages, m)
	e.places = append(e.places, place{b, m})
	s.note(e, by, verb, b, m)
	s.touch(b)
	m.version = b.version
	return m
}

// deliver makes an email and its first place.
func (s *Server) deliver(user string, b *mailbox, body []byte, flags []string, internal time.Time, by, verb string) *message {
	s.serial++
	sum := sha256.Sum256(body)
	e := &email{serial: len(s.emails) + 1, id: fmt.Sprintf("M%06d", s.serial), body: body, sum: hex.EncodeToString(sum[:]), user: user}
	s.emails = append(s.emails, e)
	return s.put(b, e, flags, internal, by, verb)
}

// remove takes messages out of a mailbox.
func (s *Server) remove(b *mailbox, which func(*message) bool, by, verb string) int {
	before := len(b.messages)
	b.messages = slices.DeleteFunc(b.messages, func(m *message) bool {
		if !which(m) {
			return false
		}
		b.highest++
		m.gone = true
		b.expunged = append(b.expunged, tombstone{m.uid, b.highest})
		e := m.email
		e.places = slices.DeleteFunc(e.places, func(p place) bool { return p.m == m })
		s.note(e, by, verb, b, m)
		return true
	})
	if n := before - len(b.messages); n > 0 {
		s.touch(b)
		return n
	}
	return 0
}

// flag changes the flags of a message and says whether anything changed.
func (s *Server) flag(b *mailbox, m *message, flags []string, by string) bool {
	flags = b.spell(flags)
	if slices.Equal(flags, m.flags) {
		return false
	}
	b.highest++
	m.flags, m.modseq = flags, b.highest
	s.note(m.email, by, "FLAGS "+strings.Join(flags, " "), b, m)
	s.touch(b)
	m.version = b.version
	return true
}

func (m *message) has(flag string) bool {
	return slices.ContainsFunc(m.flags, func(f string) bool { return strings.EqualFold(f, flag) })
}

// spell sorts flags and gives each the one spelling it has in this mailbox.
func (b *mailbox) spell(flags []string) []string {
	out := []string{}
	for _, f := range flags {
		if strings.EqualFold(f, `\Recent`) { // no client sets it: RFC 3501, section 2.3.2
			continue
		}
		if s, ok := systemFlag(f); ok {
			out = append(out, s)
			continue
		}
		if b.keywords[strings.ToLower(f)] == "" {
			b.keywords[strings.ToLower(f)] = f
		}
		out = append(out, b.keywords[strings.ToLower(f)])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// systemFlag gives the spelling of RFC 3501, section 2.3.2.
func systemFlag(f string) (string, bool) {
	for _, s := range []string{`\Answered`, `\Flagged`, `\Deleted`, `\Seen`, `\Draft`} {
		if strings.EqualFold(f, s) {
			return s, true
		}
	}
	return "", false
}

// keeps cuts flags to those that PERMANENTFLAGS allows.
func (b *mailbox) keeps(flags []string) []string {
	allowed := b.settings.PermanentFlags
	if allowed == nil {
		return flags
	}
	return slices.DeleteFunc(slices.Clone(flags), func(f string) bool {
		any := !strings.HasPrefix(f, `\`) && slices.Contains(allowed, `\*`)
		return !any && !slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, f) })
	})
}

// words lists the keywords in use, in order.
func (b *mailbox) words() []string {
	var out []string
	for _, k := range b.keywords {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// byUID finds a message.
func (b *mailbox) byUID(uid uint32) *message {
	i := sort.Search(len(b.messages), func(i int) bool { return b.messages[i].uid >= uid })
	if i < len(b.messages) && b.messages[i].uid == uid {
		return b.messages[i]
	}
	return nil
}
