package imap

import (
	"context"
	"errors"
	"strconv"
	"strings"
)

// statusItems that are asked of every mailbox.
func (c *Conn) statusItems() words {
	items := "(MESSAGES UIDNEXT UIDVALIDITY"
	if c.Has("CONDSTORE") { // RFC 7162, section 3.1.7
		items += " HIGHESTMODSEQ"
	}
	if c.Has("OBJECTID") { // RFC 8474, section 4.3
		items += " MAILBOXID"
	}
	if c.Has("APPENDLIMIT") { // RFC 7889, section 3.1: each mailbox has its own
		items += " APPENDLIMIT"
	}
	return words(items + ")")
}

// AppendLimit is the size in bytes of the largest message that the server takes
// in any mailbox (RFC 7889, section 2); -1 = it was not told.
func (c *Conn) AppendLimit() int64 {
	for name := range c.caps {
		if text, is := strings.CutPrefix(name, "APPENDLIMIT="); is {
			if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
				return n
			}
		}
	}
	return -1
}

// errMalformed: some data could not be read, so that the rest is not all.
var errMalformed = errors.New("imap: the server sent data that cannot be read")

// ListStatus lists all mailboxes, with their status where the server has
// LIST-STATUS (RFC 5819): one question for everything. status is called for
// mailboxes in any order.
func (c *Conn) ListStatus(ctx context.Context, pattern string, list func(ListData), status func(StatusData)) error {
	return c.StartListStatus(ctx, pattern, list, status)()
}

// StartListStatus asks; what it returns waits for the answer.
func (c *Conn) StartListStatus(ctx context.Context, pattern string, list func(ListData), status func(StatusData)) func() error {
	unread, told := false, 0
	limited := func(d ListData) {
		if told++; told > c.options.Limits.Mailboxes {
			c.r.fatal(broken("the server lists more than %d mailboxes", c.options.Limits.Mailboxes))
			return
		}
		list(d)
	}
	cmd := &Command{name: "LIST", h: handlers{list: limited, malformed: func() { unread = true }}}
	args := []Arg{String(""), listPattern(pattern)}
	var options words
	if c.Has("SPECIAL-USE") { // RFC 6154, section 5.2
		options = "SPECIAL-USE"
	}
	if c.Has("LIST-STATUS") {
		cmd.h.status = status
		if options != "" {
			options += " "
		}
		options += "STATUS " + c.statusItems()
	}
	if options != "" && (c.Has("LIST-EXTENDED") || c.Has("LIST-STATUS")) { // RFC 5258
		args = append(args, words("RETURN"), "("+options+")")
	}
	c.start(ctx, cmd, args...)
	return func() error {
		if err := c.wait(ctx, cmd); err != nil {
			return err
		}
		if unread {
			return errMalformed
		}
		return nil
	}
}

// listPattern is "*", or a name without wildcards.
func listPattern(pattern string) Arg {
	if pattern == "*" {
		return words(`"*"`)
	}
	return Mailbox(pattern)
}

// StartStatus asks for the status of a mailbox that is not selected.
func (c *Conn) StartStatus(ctx context.Context, name Arg, status func(StatusData)) *Command {
	return c.start(ctx, &Command{name: "STATUS", h: handlers{status: status}}, name, c.statusItems())
}

// Select opens a mailbox; readOnly = so that nothing can change (EXAMINE).
func (c *Conn) Select(ctx context.Context, name Arg, readOnly bool) (*MailboxState, error) {
	var how List
	if c.Has("CONDSTORE") { // RFC 7162, section 3.1.8
		how = List{words("CONDSTORE")}
	}
	return c.doSelect(ctx, name, readOnly, how, handlers{})
}

// SelectSince opens a mailbox and learns at once what changed in it since a
// state that is known: each is called with the flags of messages that changed or
// came, and Vanished names those that left, some of which may never have been
// known. Of a state with another UIDVALIDITY nothing is told. QRESYNC must be
// enabled.
func (c *Conn) SelectSince(ctx context.Context, name Arg, readOnly bool, since State, each func(*Message)) (*MailboxState, error) {
	state := List{Number(since.UIDValidity), Number(since.HighestMod)} // RFC 7162, section 3.2.5
	return c.doSelect(ctx, name, readOnly, List{words("QRESYNC"), state}, handlers{fetch: each, uids: Between(1, 1<<32-1)})
}

func (c *Conn) doSelect(ctx context.Context, name Arg, readOnly bool, how List, h handlers) (*MailboxState, error) {
	command := "SELECT"
	if readOnly {
		command = "EXAMINE"
	}
	args := []Arg{name}
	if how != nil {
		args = append(args, how)
	}
	m := &MailboxState{}
	c.mailbox, c.vanished = m, nil
	h.malformed = func() { m.Unread = true }
	cmd := &Command{name: command, h: h}
	err := c.do(ctx, cmd, args...)
	m.Vanished, c.vanished = normal(c.vanished), nil
	if err != nil {
		c.mailbox = nil
		return nil, err
	}
	m.ReadOnly = readOnly || cmd.Done.ReadOnly
	return m, nil
}

// StartUnselect closes the mailbox without removing anything (RFC 3691), where
// the server can; otherwise it asks for news, so that a status is a fresh one.
func (c *Conn) StartUnselect(ctx context.Context) *Command {
	if !c.Has("UNSELECT") {
		return c.start(ctx, &Command{name: "NOOP"})
	}
	c.mailbox = nil
	return c.start(ctx, &Command{name: "UNSELECT"})
}

// Create makes a mailbox; use is its special use ("\Sent"), if the server takes
// one (RFC 6154, section 3).
func (c *Conn) Create(ctx context.Context, name Arg, use string) error {
	args := []Arg{name}
	if use != "" && c.Has("CREATE-SPECIAL-USE") {
		args = append(args, List{words("USE"), List{Flag(use)}})
	}
	return c.do(ctx, &Command{name: "CREATE"}, args...)
}

// StartIdentify tells who we are, which some servers want before anything else
// (RFC 2971, section 3.1). version may be "".
func (c *Conn) StartIdentify(ctx context.Context, name, version string) *Command {
	if !c.Has("ID") {
		return &Command{name: "ID", ended: true}
	}
	who := List{String("name"), String(name)}
	if version != "" {
		who = append(who, String("version"), String(version))
	}
	return c.start(ctx, &Command{name: "ID"}, who)
}

// StartEnable turns extensions on (RFC 5161); Enabled tells which are.
func (c *Conn) StartEnable(ctx context.Context, names ...string) *Command {
	var args []Arg
	for _, n := range names {
		args = append(args, Atom(n))
	}
	return c.start(ctx, &Command{name: "ENABLE", h: handlers{words: func(enabled []string) {
		for _, n := range enabled {
			c.enabled[n] = true
		}
		c.utf8 = c.enabled["UTF8=ACCEPT"] // RFC 6855, section 3
	}}}, args...)
}
