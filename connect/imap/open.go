package imap

import (
	"context"
	"strconv"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// Replica is one pass's view of an account.
type Replica struct {
	config  Config
	options wire.Options
	conn    *wire.Conn
	// selected mailbox, as conn has it.
	selected core.CollectionID
	readOnly bool
	// names as the server spells them, where our spelling would differ.
	raw map[core.CollectionID]string
	// surveyed is the last survey, by collection.
	surveyed  map[core.CollectionID]core.Collection
	delimiter byte
	// listing is what the last search of a mailbox found, while it is paged.
	listing listing
	recall  func(core.Ref) (core.Stub, bool)
}

var (
	_ core.Replica  = (*Replica)(nil)
	_ core.Tree     = (*Replica)(nil)
	_ core.Recaller = (*Replica)(nil)
	_ core.Flusher  = (*Replica)(nil)
	_ core.Prober   = (*Replica)(nil)
)

// Open connects and logs in.
func Open(ctx context.Context, config Config) (*Replica, error) {
	r := &Replica{config: config.withDefaults(), raw: map[core.CollectionID]string{}, surveyed: map[core.CollectionID]core.Collection{}}
	var err error
	if r.options, err = r.config.options(); err != nil {
		return nil, err
	}
	if _, err = r.connected(ctx, "imap.open"); err != nil {
		return nil, err
	}
	return r, nil
}

// connected returns a connection that is logged in: the one there is, or a new
// one if that was lost.
func (r *Replica) connected(ctx context.Context, op string) (*wire.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, failure(op, "", reading, err)
	}
	if r.conn != nil && r.conn.Err() == nil {
		return r.conn, nil
	}
	r.selected = ""
	conn, err := wire.Dial(ctx, r.options)
	if err != nil {
		return nil, failure(op, r.options.Address, reading, err)
	}
	if err := r.login(ctx, conn); err != nil {
		conn.Close()
		return nil, failure(op, r.config.User, loggingIn, err)
	}
	r.conn = conn
	return conn, nil
}

func (r *Replica) login(ctx context.Context, conn *wire.Conn) error {
	password, err := r.config.Password(ctx)
	if err != nil {
		return &core.Error{Op: "imap.open", Class: core.Auth, Thing: r.config.User, Err: err, Remedy: "check where the password is kept"}
	}
	if err := conn.Login(ctx, r.config.User, password, r.config.Mechanism); err != nil {
		return err
	}
	return ignoreStatus(conn.Identify(ctx, "lockstep"))
}

// ignoreStatus drops refusals of what is only polite to ask.
func ignoreStatus(err error) error {
	if _, refused := err.(*wire.StatusError); refused {
		return nil
	}
	return err
}

// Operations implements core.Replica.
func (r *Replica) Operations() core.Operations {
	ops := core.Operations{Create: core.Blind, Mark: core.Commutative, Place: core.Blind, Delete: core.Checked}
	switch {
	case r.conn.Has("MOVE") && r.conn.Has("UIDPLUS"):
		ops.Move = core.Checked
	case r.conn.Has("MOVE"):
		ops.Move = core.Blind
	}
	return ops
}

// Recall implements core.Recaller.
func (r *Replica) Recall(known func(core.Ref) (core.Stub, bool)) { r.recall = known }

// Flush implements core.Flusher: an answer of the server is its word.
func (r *Replica) Flush(context.Context) error { return nil }

// Close implements core.Replica.
func (r *Replica) Close() error { return r.conn.Logout(context.Background()) }

// name of a mailbox for a command.
func (r *Replica) name(id core.CollectionID) wire.Arg {
	if raw, odd := r.raw[id]; odd {
		return wire.RawMailbox(raw)
	}
	return wire.Mailbox(id)
}

// open selects a mailbox; fresh = anew, so that nothing is from before. A
// mailbox that is open for writing is good for reading.
func (r *Replica) open(ctx context.Context, op string, id core.CollectionID, write, fresh bool) (*wire.Conn, *wire.MailboxState, error) {
	conn, err := r.connected(ctx, op)
	if err != nil {
		return nil, nil, err
	}
	if m := conn.Mailbox(); !fresh && m != nil && r.selected == id && (!write || !r.readOnly) {
		return conn, m, nil
	}
	r.selected = ""
	m, err := conn.Select(ctx, r.name(id), !write)
	if err != nil {
		return nil, nil, failure(op, string(id), reading, err)
	}
	if m.UIDValidity == 0 {
		return nil, nil, &core.Error{Op: op, Class: core.Permanent, Thing: string(id), Remedy: "its messages have no lasting UIDs"}
	}
	r.selected, r.readOnly = id, !write
	return conn, m, nil
}

func incarnation(validity uint32) core.Incarnation {
	return core.Incarnation(strconv.FormatUint(uint64(validity), 10))
}

// idOf writes a UID so that IDs sort as UIDs do.
func idOf(uid uint32) core.ID {
	s := strconv.FormatUint(uint64(uid), 10)
	return core.ID("0000000000"[len(s):] + s)
}

// uidOf reads an ID; 0 = it is none of ours.
func uidOf(id core.ID) uint32 {
	n, err := strconv.ParseUint(string(id), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}
