package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/format/mime"
	"lockstep/protocol/imap"
)

// imapUser edits an IMAP account as another client does.
type imapUser struct {
	account account
	conn    *imap.Conn
}

func newIMAPUser(t *testing.T, a account) *imapUser {
	t.Helper()
	u := &imapUser{account: a, conn: a.login(t)}
	for _, f := range folders()[1:] {
		must(t, u.conn.Create(t.Context(), imap.Mailbox(f), ""))
	}
	return u
}

// open a folder; false = the program has given it another name meanwhile.
func (u *imapUser) open(t *testing.T, folder string) bool {
	t.Helper()
	_, err := u.conn.Select(t.Context(), imap.Mailbox(folder), false)
	return u.first(t, err)
}

// first tells whether nobody was there first: a folder that was listed may have got
// another name, and Dovecot ends the sessions that have it open.
func (u *imapUser) first(t *testing.T, err error) bool {
	t.Helper()
	var (
		refused *imap.StatusError
		lost    *imap.LostError
	)
	switch {
	case err == nil:
		return true
	case errors.As(err, &lost) && strings.Contains(err.Error(), "deleted under us"):
		_ = u.conn.Close()
		u.conn = u.account.login(t)
	case !errors.As(err, &refused) || lost != nil:
		t.Fatal(err)
	}
	return false
}

func (u *imapUser) wait(t *testing.T, cmd *imap.Command) *imap.Command {
	t.Helper()
	must(t, u.conn.Wait(t.Context(), cmd))
	return cmd
}

// list begins anew if a folder goes meanwhile: the program may be at work, and
// Dovecot's index of folders knows times in whole seconds.
func (u *imapUser) list(t *testing.T) []place {
	t.Helper()
	u.again(t)
	var err error
	for range 100 {
		var out []place
		if out, err = u.look(t); err == nil {
			return out
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("a folder is listed and cannot be opened: %v", err)
	return nil
}

// again logs in anew, until two sessions list the same: one of Dovecot 2.3 lists now
// and then what is no longer there, or too little, for as long as it lives.
func (u *imapUser) again(t *testing.T) {
	t.Helper()
	for range 20 {
		was := u.folders(t)
		must(t, u.conn.Close())
		u.conn = u.account.login(t)
		now := u.folders(t)
		if equalSets(was, now) {
			return
		}
		t.Logf("%s of %s: one session lists %q, the next %q", time.Now().Format(time.RFC3339Nano), u.account.user, was, now)
	}
}

func (u *imapUser) look(t *testing.T) (out []place, err error) {
	t.Helper()
	for _, f := range u.folders(t) {
		if !u.open(t, f) {
			return nil, fmt.Errorf("%s was listed, and is not there", f)
		}
		err := u.conn.Fetch(t.Context(), imap.Between(1, 1<<32-1), "(UID FLAGS BODY.PEEK[])", func(m *imap.Message) {
			if m.Body == nil {
				return // only its flags: it changed meanwhile
			}
			sum, _, err := mime.Digest(m.Body)
			must(t, err)
			out = append(out, place{folder: f, sum: sum, marks: withoutRecent(m.Flags), handle: strconv.Itoa(int(m.UID))})
		})
		if !u.first(t, err) {
			return nil, fmt.Errorf("%s went while it was read", f)
		}
	}
	sortPlaces(out)
	return out, nil
}

func (u *imapUser) folders(t *testing.T) (out []string) {
	t.Helper()
	u.close(t)
	told := map[string]bool{}
	must(t, u.conn.ListStatus(t.Context(), "*", func(d imap.ListData) {
		if !slices.Contains(d.Attributes, `\nonexistent`) && !slices.Contains(d.Attributes, `\noselect`) {
			out = append(out, d.Raw)
		}
	}, func(d imap.StatusData) { told[d.Raw] = true }))
	if !u.conn.Has("LIST-STATUS") {
		return out
	}
	return slices.DeleteFunc(out, func(name string) bool { // Dovecot's index lists what went for a while, and may have no status of what came
		if !told[name] {
			cmd := u.conn.StartStatus(t.Context(), imap.Mailbox(name), func(imap.StatusData) { told[name] = true })
			if err := u.conn.Wait(t.Context(), cmd); err == nil && told[name] {
				t.Logf("%s was listed without a status, and is there", name)
			}
		}
		return !told[name]
	})
}

// close the open mailbox, whose status would be that of its view.
func (u *imapUser) close(t *testing.T) {
	t.Helper()
	if u.conn.Mailbox() != nil {
		u.wait(t, u.conn.StartUnselect(t.Context()))
	}
}

func (u *imapUser) makeFolder(t *testing.T, folder string) {
	t.Helper()
	must(t, u.conn.Create(t.Context(), imap.Mailbox(folder), ""))
}

func (u *imapUser) renameFolder(t *testing.T, from, to string) {
	t.Helper()
	u.close(t)
	must(t, u.conn.Do(t.Context(), "RENAME", imap.Mailbox(from), imap.Mailbox(to)))
}

// withoutRecent: \Recent is about sessions (RFC 3501, section 2.3.2).
func withoutRecent(flags []string) core.Marks {
	return core.NewMarks(slices.DeleteFunc(flags, func(f string) bool { return strings.EqualFold(f, `\Recent`) })...)
}

func (u *imapUser) add(t *testing.T, folder string, body []byte, marks core.Marks) {
	t.Helper()
	u.wait(t, u.startAdd(t, folder, body, marks))
}

func (u *imapUser) startAdd(t *testing.T, folder string, body []byte, marks core.Marks) *imap.Command {
	body = bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n"))
	return u.conn.StartAppend(t.Context(), imap.Mailbox(folder), imap.Flags(marks.List()...), nil,
		imap.Literal{Size: int64(len(body)), Body: bytes.NewReader(body)})
}

// set of a place, whose folder is opened; false = it is not there.
func (u *imapUser) set(t *testing.T, p place) (imap.UIDSet, bool) {
	t.Helper()
	uid, err := strconv.ParseUint(p.handle, 10, 32)
	must(t, err)
	return imap.NewUIDSet(uint32(uid)), u.open(t, p.folder)
}

func (u *imapUser) remove(t *testing.T, p place) bool {
	t.Helper()
	if !u.mark(t, p, true, core.Deleted) {
		return false
	}
	set, there := u.set(t, p)
	return there && u.first(t, u.conn.Wait(t.Context(), u.conn.StartExpunge(t.Context(), set)))
}

func (u *imapUser) move(t *testing.T, p place, folder string) bool {
	t.Helper()
	if folder == p.folder {
		return true
	}
	set, there := u.set(t, p)
	if !there {
		return false
	}
	cmd := u.conn.StartMove(t.Context(), set, imap.Mailbox(folder))
	return u.first(t, u.conn.Wait(t.Context(), cmd)) && cmd.Done.Copy != nil
}

func (u *imapUser) duplicate(t *testing.T, p place, folder string) bool {
	t.Helper()
	set, there := u.set(t, p)
	if !there {
		return false
	}
	cmd := u.conn.StartCopy(t.Context(), set, imap.Mailbox(folder))
	return u.first(t, u.conn.Wait(t.Context(), cmd)) && cmd.Done.Copy != nil
}

// mark stores the marks, and looks in a new view whether the message is there.
func (u *imapUser) mark(t *testing.T, p place, add bool, marks core.Marks) bool {
	t.Helper()
	set, there := u.set(t, p)
	if !there || !u.first(t, u.conn.Wait(t.Context(), u.conn.StartStore(t.Context(), set, add, imap.Flags(marks.List()...)))) {
		return false
	}
	if set, there = u.set(t, p); !there {
		return true // it was stored, and then the folder got another name
	}
	there = false
	err := u.conn.Fetch(t.Context(), set, imap.ItemFlags, func(*imap.Message) { there = true })
	return u.first(t, err) && there
}

// settle waits until the server has carried out what a killed program had sent
// before: until two looks show the same.
func (u *imapUser) settle(t *testing.T) {
	t.Helper()
	u.close(t)
	look := func() (out []imap.StatusData) {
		must(t, u.conn.ListStatus(t.Context(), "*", func(imap.ListData) {}, func(s imap.StatusData) { out = append(out, s) }))
		slices.SortFunc(out, func(a, b imap.StatusData) int { return strings.Compare(a.Raw, b.Raw) })
		return out
	}
	for was := look(); ; {
		time.Sleep(50 * time.Millisecond)
		now := look()
		if slices.Equal(was, now) {
			return
		}
		was = now
	}
}
