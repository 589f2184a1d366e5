package imapd

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// User is an account; its methods edit its mailboxes behind every client's
// back. A client that has the mailbox selected is told at its next command.
type User struct {
	srv           *Server
	name          string
	password      string
	token         string
	boxes         map[string]*mailbox
	subscriptions map[string]bool
}

// MailboxSettings make a mailbox strange.
type MailboxSettings struct {
	// Use is the special use, such as `\Sent` (RFC 6154).
	Use string
	// ReadOnly mailboxes cannot be changed by a client.
	ReadOnly bool
	// PermanentFlags is what may be stored; nil = everything.
	PermanentFlags []string
	// NoModSeq mailboxes have no mod-sequences (RFC 7162, section 3.1.2.2).
	NoModSeq bool
	// AppendLimit is the size of the largest message taken; 0 = there is none
	// (RFC 7889).
	AppendLimit int
	// NoSelect mailboxes only hold others.
	NoSelect bool
}

// direct is who an edit that no session made is booked on.
const direct = "direct"

// AddUser makes an account with an INBOX.
func (s *Server) AddUser(name, password string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &User{srv: s, name: name, password: password, boxes: map[string]*mailbox{}, subscriptions: map[string]bool{}}
	u.boxes["INBOX"] = s.newMailbox("INBOX")
	s.users[name] = u
	return u
}

// User returns an account, or nil.
func (s *Server) User(name string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.users[name]
}

func (u *User) find(name string) (*mailbox, error) {
	if b := u.boxes[u.srv.canonical(name)]; b != nil {
		return b, nil
	}
	return nil, fmt.Errorf("imapd: no mailbox %q", name)
}

// Append delivers a message; at zero means now.
func (u *User) Append(mailbox string, body []byte, at time.Time, flags ...string) (uid uint32, err error) {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	b, err := u.find(mailbox)
	if err != nil {
		return 0, err
	}
	if at.IsZero() {
		at = u.srv.opt.Now()
	}
	return u.srv.deliver(u.name, b, slices.Clone(body), flags, at, direct, "APPEND").uid, nil
}

// SetFlags replaces the flags of a message.
func (u *User) SetFlags(mailbox string, uid uint32, flags ...string) error {
	return u.edit(mailbox, uid, func(b *box, m *message) { u.srv.flag(b, m, flags, direct) })
}

// Expunge takes a message away.
func (u *User) Expunge(mailbox string, uid uint32) error {
	return u.edit(mailbox, uid, func(b *box, m *message) {
		u.srv.remove(b, func(x *message) bool { return x == m }, direct, "EXPUNGE")
	})
}

// Move puts a message into another mailbox and returns its new UID.
func (u *User) Move(mailbox string, uid uint32, to string) (now uint32, err error) {
	e := u.edit(mailbox, uid, func(b *box, m *message) {
		var t *box
		if t, err = u.find(to); err == nil {
			now = u.srv.put(t, m.email, m.flags, m.internal, direct, "MOVE to").uid
			u.srv.remove(b, func(x *message) bool { return x == m }, direct, "MOVE from")
		}
	})
	if e != nil {
		return 0, e
	}
	return now, err
}

// box is a mailbox, where a parameter is called mailbox.
type box = mailbox

func (u *User) edit(mailbox string, uid uint32, do func(*box, *message)) error {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	b, err := u.find(mailbox)
	if err != nil {
		return err
	}
	m := b.byUID(uid)
	if m == nil {
		return fmt.Errorf("imapd: no message %d in %q", uid, mailbox)
	}
	do(b, m)
	return nil
}

// CreateMailbox makes a mailbox.
func (u *User) CreateMailbox(name string, settings MailboxSettings) error {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	name = u.srv.canonical(name)
	if u.boxes[name] != nil {
		return fmt.Errorf("imapd: mailbox %q exists", name)
	}
	b := u.srv.newMailbox(name)
	b.settings = settings
	u.boxes[name] = b
	u.srv.stir(u)
	return nil
}

// Configure changes the settings of a mailbox.
func (u *User) Configure(name string, settings MailboxSettings) error {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	b, err := u.find(name)
	if err == nil {
		b.settings = settings
		u.srv.touch(b)
	}
	return err
}

// RenameMailbox renames a mailbox and what lies below it.
func (u *User) RenameMailbox(from, to string) error {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	if _, err := u.find(from); err != nil {
		return err
	}
	u.rename(u.srv.canonical(from), u.srv.canonical(to))
	return nil
}

func (u *User) rename(from, to string) {
	below := from + u.srv.opt.Delimiter
	var moved []*mailbox
	for name, b := range u.boxes {
		if name == from || strings.HasPrefix(name, below) {
			delete(u.boxes, name)
			b.name = to + strings.TrimPrefix(name, from)
			moved = append(moved, b)
		}
	}
	for _, b := range moved {
		u.boxes[b.name] = b
	}
	u.srv.stir(u)
}

// DeleteMailbox deletes a mailbox and the messages in it.
func (u *User) DeleteMailbox(name string) error {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	b, err := u.find(name)
	if err == nil {
		u.drop(b, direct)
	}
	return err
}

func (u *User) drop(b *mailbox, by string) {
	u.srv.remove(b, func(*message) bool { return true }, by, "DELETE")
	b.gone = true
	delete(u.boxes, b.name)
	u.srv.touch(b)
	u.srv.stir(u)
}

// NewUIDValidity gives a mailbox a new UIDVALIDITY and its messages new UIDs
// from 1 on (RFC 3501, section 2.3.1.1). Sessions in it are thrown out.
func (u *User) NewUIDValidity(name string) error {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	old, err := u.find(name)
	if err != nil {
		return err
	}
	b := u.srv.newMailbox(old.name)
	b.settings = old.settings
	for _, m := range old.messages {
		u.srv.put(b, m.email, m.flags, m.internal, direct, "NEW UIDVALIDITY")
	}
	u.srv.remove(old, func(*message) bool { return true }, direct, "OLD UIDVALIDITY")
	old.gone = true
	u.boxes[b.name] = b
	u.srv.touch(old)
	return nil
}

// Mailboxes returns the names of all mailboxes.
func (u *User) Mailboxes() []string {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	var out []string
	for name := range u.boxes {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Places returns what a mailbox holds, in order of UID.
func (u *User) Places(name string) []Place {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	b, err := u.find(name)
	if err != nil {
		return nil
	}
	var out []Place
	for _, m := range b.messages {
		out = append(out, place{b, m}.tell())
	}
	return out
}

// Body returns a message, or nil.
func (u *User) Body(mailbox string, uid uint32) []byte {
	var body []byte
	if u.edit(mailbox, uid, func(_ *box, m *message) { body = slices.Clone(m.email.body) }) != nil {
		return nil
	}
	return body
}

// Subscribed returns the names that are subscribed to.
func (u *User) Subscribed() []string {
	u.srv.mu.Lock()
	defer u.srv.mu.Unlock()
	var out []string
	for name := range u.subscriptions {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
