package imap

import (
	"context"
	"errors"
	"strconv"

	"lockstep/core"
	"lockstep/format/roles"
	wire "lockstep/protocol/imap"
)

// Replica is one pass's view of an account.
type Replica struct {
	config  Config
	options wire.Options
	pool    *pool
	// conn is the first connection; what is not shared out happens here.
	conn *session
	// password of this pass; nil = nobody was asked for it yet.
	password *string
	// account keeps a connection when the pass ends; nil = none is kept.
	account *Account
	// sound: the last survey of this pass went well.
	sound bool
	// names as the server spells them, where our spelling would differ.
	raw map[core.CollectionID]string
	// surveyed is the last survey, by collection.
	surveyed map[core.CollectionID]core.Collection
	// limits are the sizes of the largest messages that mailboxes take, where
	// each has its own.
	limits map[core.CollectionID]int64
	spaces spaces
	// roles by name; nil = nobody has asked yet.
	roles *roles.Table
	// clashes are mailboxes that are left out because their path is another's;
	// left is how many of others are.
	clashes []core.CollectionID
	left    int
	// unread are mailboxes whose status was refused.
	unread []string
	// listing is what the last search of a mailbox found, while it is paged.
	listing listing
	recall  func([]core.Ref) map[core.Ref]core.Stub
	// suspects are messages at which a connection was lost, and how often.
	suspects map[core.Ref]int
}

var (
	_ core.Replica  = (*Replica)(nil)
	_ core.Tree     = (*Replica)(nil)
	_ core.Recaller = (*Replica)(nil)
	_ core.Header   = (*Replica)(nil)
	_ core.Flusher  = (*Replica)(nil)
	_ core.Prober   = (*Replica)(nil)
	_ core.Watcher  = (*Replica)(nil)
	_ core.Vetter   = (*Replica)(nil)
)

// Open connects and logs in. Nothing is kept after Close; Account.Open keeps.
func Open(ctx context.Context, config Config) (*Replica, error) {
	r, err := OpenToWatch(config)
	if err != nil {
		return nil, err
	}
	if _, err := r.connected(ctx, "imap.open"); err != nil {
		return nil, err
	}
	return r, nil
}

// OpenToWatch returns a Replica that is not connected: only Watch may be called
// of it, which makes connections of its own.
func OpenToWatch(config Config) (*Replica, error) {
	r := &Replica{config: config.withDefaults(), raw: map[core.CollectionID]string{}, surveyed: map[core.CollectionID]core.Collection{}, limits: map[core.CollectionID]int64{}, suspects: map[core.Ref]int{}}
	r.pool = newPool(r.config.MaxConnections, r.config.Now, r.dial)
	var err error
	if r.options, err = r.config.options(); err != nil {
		return nil, err
	}
	return r, nil
}

// connected returns the first connection, or a new one if all were lost. One
// that was kept is used for nothing before the server has answered on it.
func (r *Replica) connected(ctx context.Context, op string) (*session, error) {
	conn, err := r.oldest(ctx, op)
	if err != nil || !conn.unproven {
		return conn, err
	}
	if prove(ctx, conn, conn.Start(ctx, "NOOP")) == nil {
		return conn, nil
	}
	return r.oldest(ctx, op)
}

// oldest is connected, without the proof.
func (r *Replica) oldest(ctx context.Context, op string) (*session, error) {
	if err := ctx.Err(); err != nil {
		return nil, failure(op, "", reading, err)
	}
	conn, err := r.pool.first(ctx)
	if err != nil {
		return nil, failure(op, r.options.Address, reading, err)
	}
	r.conn = conn
	return conn, nil
}

// dial connects and logs in. The password of the first login of a pass serves the
// others: whoever keeps it is asked once.
func (r *Replica) dial(ctx context.Context, first bool) (*wire.Conn, error) {
	return r.dialWith(ctx, r.options, first)
}

func (r *Replica) dialWith(ctx context.Context, options wire.Options, first bool) (*wire.Conn, error) {
	const op = "imap.open"
	conn, err := wire.Dial(ctx, options)
	if err != nil {
		return nil, failure(op, r.options.Address, reading, err)
	}
	if err := r.enter(ctx, conn, first); err != nil {
		conn.Close()
		return nil, r.loginFailure(err)
	}
	return conn, nil
}

// loginFailure tells what to do about a refused login, which for a token is
// something else than for a password.
func (r *Replica) loginFailure(err error) error {
	err = failure("imap.open", r.config.User, loggingIn, err)
	var e *core.Error
	var status *wire.StatusError
	if errors.As(err, &e) && e.Class == core.Auth && errors.As(err, &status) && r.config.Mechanism.Token() {
		e.Remedy = "get a new token: it may have expired, or not allow IMAP"
	}
	return err
}

// enter logs in and learns what is told after it.
func (r *Replica) enter(ctx context.Context, conn *wire.Conn, first bool) error {
	if first || r.password == nil {
		password, err := r.config.Password(ctx)
		if err != nil {
			return &core.Error{Op: "imap.open", Class: core.Auth, Thing: r.config.User, Err: err, Remedy: "check where the password is kept"}
		}
		r.password = &password
	}
	if err := conn.Login(ctx, r.config.User, *r.password, r.config.Mechanism); err != nil {
		return err
	}
	polite := []*wire.Command{conn.StartIdentify(ctx, "lockstep", r.config.Version)}
	if names := enables(conn); len(names) > 0 {
		polite = append(polite, conn.StartEnable(ctx, names...))
	}
	spaces := r.askSpaces(ctx, conn, first)
	if conn.Has(compression) && !conn.Loopback() {
		polite = append(polite, conn.StartCompress(ctx)) // the last: nothing can follow it
	}
	if err := spaces(); err != nil {
		return err
	}
	for _, cmd := range polite {
		if err := ignoreStatus(conn.Wait(ctx, cmd)); err != nil {
			return err
		}
	}
	return nil
}

// compression is the capability of RFC 4978.
const compression = "COMPRESS=DEFLATE"

// enables names the extensions that have to be turned on (RFC 5161).
func enables(conn *wire.Conn) (names []string) {
	if !conn.Has("ENABLE") {
		return nil
	}
	switch {
	case !conn.Has("CONDSTORE"):
	case conn.Has("QRESYNC"):
		names = append(names, "QRESYNC")
	default: // or NOTIFY does not tell of flags (RFC 5465, section 5.3)
		names = append(names, "CONDSTORE")
	}
	if conn.Has("UTF8=ACCEPT") || conn.Has("UTF8=ONLY") { // RFC 6855, section 3
		names = append(names, "UTF8=ACCEPT")
	}
	return names
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
func (r *Replica) Recall(known func([]core.Ref) map[core.Ref]core.Stub) { r.recall = known }

// Flush implements core.Flusher: an answer of the server is its word.
func (r *Replica) Flush(context.Context) error { return nil }

// Close implements core.Replica.
func (r *Replica) Close() error {
	if r.account != nil {
		r.account.keep(r)
	}
	return r.pool.close()
}

// name of a mailbox for a command.
func (r *Replica) name(id core.CollectionID) wire.Arg {
	if raw, odd := r.raw[id]; odd {
		return wire.RawMailbox(raw)
	}
	return wire.Mailbox(id)
}

// open selects a mailbox on the first connection.
func (r *Replica) open(ctx context.Context, op string, id core.CollectionID, write, fresh bool) (*session, *wire.MailboxState, error) {
	conn, err := r.connected(ctx, op)
	if err != nil {
		return nil, nil, err
	}
	m, err := r.openOn(ctx, conn, op, id, write, fresh)
	return conn, m, err
}

// openOn selects a mailbox; fresh = anew, so that nothing is from before. A
// mailbox that is open for writing is good for reading.
func (r *Replica) openOn(ctx context.Context, s *session, op string, id core.CollectionID, write, fresh bool) (*wire.MailboxState, error) {
	if m := s.Mailbox(); !fresh && m != nil && s.selected == id && (!write || !s.readOnly) {
		return m, nil
	}
	s.selected = ""
	m, err := s.Select(ctx, r.name(id), !write)
	return m, s.opened(op, id, write, m, err)
}

// opened takes note of the mailbox that a session has open now.
func (s *session) opened(op string, id core.CollectionID, write bool, m *wire.MailboxState, err error) error {
	if err != nil {
		return failure(op, string(id), reading, err)
	}
	if m.UIDValidity == 0 {
		return &core.Error{Op: op, Class: core.Permanent, Thing: string(id), Remedy: "its messages have no lasting UIDs"}
	}
	s.selected, s.readOnly = id, !write
	return nil
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
