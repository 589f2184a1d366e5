package imap

import "context"

// Items to fetch.
type Items string

// What is asked of messages. The UID comes first, so that a body that follows
// can be handed over as it arrives.
const (
	ItemUID    Items = "(UID)"
	ItemFlags  Items = "(UID FLAGS)"
	ItemSize   Items = "(UID RFC822.SIZE)"
	ItemHeader Items = "(UID BODY.PEEK[HEADER])"
	ItemBody   Items = "(UID BODY.PEEK[])"
	ItemStub   Items = "(UID FLAGS RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
	// ItemStored asks for what a new message is known by.
	ItemStored Items = "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
	// ItemStubID asks for the stable identity, too (RFC 8474), ItemStubGmail for
	// that of Gmail (X-GM-EXT-1).
	ItemStubID    Items = "(UID FLAGS RFC822.SIZE INTERNALDATE EMAILID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
	ItemStubGmail Items = "(UID FLAGS RFC822.SIZE INTERNALDATE X-GM-MSGID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
)

// StartFetch asks for items of messages; each is called as soon as a message
// is there. A message that is not told is not there, or could not be read.
func (c *Conn) StartFetch(ctx context.Context, uids UIDSet, items Items, each func(*Message)) *Command {
	cmd := &Command{name: "UID FETCH", h: handlers{fetch: each, uids: uids}}
	return c.start(ctx, cmd, uids, words(items))
}

// Fetch asks for items and waits for all answers.
func (c *Conn) Fetch(ctx context.Context, uids UIDSet, items Items, each func(*Message)) error {
	return c.wait(ctx, c.StartFetch(ctx, uids, items, each))
}

// FetchChanged asks for the flags of what changed since a modification
// sequence (RFC 7162, section 3.1.4.1). malformed tells that something could
// not be read.
func (c *Conn) FetchChanged(ctx context.Context, since uint64, each func(*Message)) (malformed bool, err error) {
	all := UIDSet{{1, 1<<32 - 1}}
	cmd := &Command{name: "UID FETCH", h: handlers{fetch: each, uids: all, malformed: func() { malformed = true }}}
	err = c.do(ctx, cmd, words("1:*"), words(ItemFlags), List{words("CHANGEDSINCE"), Number(since)})
	return malformed, err
}

// Search returns the UIDs of a range that are there; told is false if the
// server said OK without a result.
func (c *Conn) Search(ctx context.Context, within UIDSet) (found UIDSet, told bool, err error) {
	return c.search(ctx, words("UID"), within)
}

// SearchDeleted returns the UIDs that bear \Deleted.
func (c *Conn) SearchDeleted(ctx context.Context) (found UIDSet, told bool, err error) {
	return c.search(ctx, words("DELETED"))
}

func (c *Conn) search(ctx context.Context, keys ...Arg) (found UIDSet, told bool, err error) {
	cmd := &Command{name: "UID SEARCH"}
	cmd.h.search = func(s UIDSet) { found, told = s, true }
	if c.Has("ESEARCH") { // RFC 4731: ranges instead of every number
		keys = append([]Arg{words("RETURN (ALL)")}, keys...)
	}
	err = c.do(ctx, cmd, keys...)
	return found, told, err
}

// StartStore adds flags to messages or removes them.
func (c *Conn) StartStore(ctx context.Context, uids UIDSet, add bool, flags List) *Command {
	how := words("-FLAGS.SILENT")
	if add {
		how = "+FLAGS.SILENT"
	}
	return c.start(ctx, &Command{name: "UID STORE"}, uids, how, flags)
}

// StartCopy copies messages; StartMove moves them (RFC 6851).
func (c *Conn) StartCopy(ctx context.Context, uids UIDSet, to Arg) *Command {
	return c.start(ctx, &Command{name: "UID COPY", copies: true}, uids, to)
}

// StartMove moves messages in one step (RFC 6851).
func (c *Conn) StartMove(ctx context.Context, uids UIDSet, to Arg) *Command {
	return c.start(ctx, &Command{name: "UID MOVE", copies: true}, uids, to)
}

// StartExpunge removes messages that bear \Deleted, and no others (RFC 4315).
func (c *Conn) StartExpunge(ctx context.Context, uids UIDSet) *Command {
	return c.start(ctx, &Command{name: "UID EXPUNGE"}, uids)
}
