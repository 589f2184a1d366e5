package demo

import (
	"fmt"

	"lockstep/peers/imapd"
)

// serverMail is the account on the server, edited as other programs of its
// owner do it.
type serverMail struct {
	imap *imapd.Server
	user *imapd.User
	// address is where it listens, on this machine only, with TLS.
	address string
}

const (
	login    = "ida@example.org"
	password = "sunflower"
)

// serve starts a server with the folders of the sample but those notes are in.
func serve() (*serverMail, error) {
	s := &serverMail{imap: imapd.New(imapd.Options{RequireTLS: true})}
	s.user = s.imap.AddUser(login, password)
	for name, f := range folders() {
		if name == inbox || name == notes {
			continue
		}
		if err := s.user.CreateMailbox(f.mailbox, imapd.MailboxSettings{Use: f.use}); err != nil {
			return nil, err
		}
	}
	var err error
	s.address, err = s.imap.ListenTLS("127.0.0.1:0")
	return s, err
}

func (s *serverMail) deliver(m message) error {
	_, err := s.user.Append(folders()[m.folder].mailbox, m.body, m.at, m.marks...)
	return err
}

// find returns the mailbox of a message and its UID there.
func (s *serverMail) find(m message) (mailbox string, uid uint32, err error) {
	mailbox = folders()[m.folder].mailbox
	var found []uint32
	for _, p := range s.user.Places(mailbox) {
		if digest(s.user.Body(mailbox, p.UID)) == digest(m.body) {
			found = append(found, p.UID)
		}
	}
	if len(found) != 1 {
		return "", 0, fmt.Errorf("%s: there are %d of it in %s on the server, not 1", m.name, len(found), mailbox)
	}
	return mailbox, found[0], nil
}

// mark adds a flag or a keyword to a message.
func (s *serverMail) mark(m message, mark string) error {
	mailbox, uid, err := s.find(m)
	if err != nil {
		return err
	}
	for _, p := range s.user.Places(mailbox) {
		if p.UID == uid {
			return s.user.SetFlags(mailbox, uid, append(p.Flags, mark)...)
		}
	}
	return nil
}

func (s *serverMail) move(m message, to string) error {
	mailbox, uid, err := s.find(m)
	if err != nil {
		return err
	}
	_, err = s.user.Move(mailbox, uid, folders()[to].mailbox)
	return err
}

func (s *serverMail) remove(m message) error {
	mailbox, uid, err := s.find(m)
	if err != nil {
		return err
	}
	return s.user.Expunge(mailbox, uid)
}

// holds tells what is in the account, in the words of copyOf.
func (s *serverMail) holds() []string {
	name := map[string]string{}
	for k, f := range folders() {
		name[f.mailbox] = k
	}
	var out []string
	for _, mailbox := range s.user.Mailboxes() {
		for _, p := range s.user.Places(mailbox) {
			out = append(out, copyOf(name[mailbox], s.user.Body(mailbox, p.UID), p.Flags))
		}
	}
	return out
}
