package imap

import (
	"context"
	"sync"
	"time"

	wire "lockstep/protocol/imap"
)

// Account outlives passes: it keeps the first connection of one for the next,
// logged in and with no mailbox open. It keeps one at most, and logs it out when
// nobody has used it for Config.KeepFor; others, which a pass opens for much work, end
// with it. Nothing else goes from one pass to the next but the namespaces, which
// are told after a login.
//
// Passes may be open at the same time: only one of them gets the connection.
type Account struct {
	config Config
	mu     sync.Mutex
	kept   *kept
	closed bool
	// leaving connections say goodbye.
	leaving sync.WaitGroup
}

// kept is a connection that nobody uses.
type kept struct {
	conn   *wire.Conn
	spaces spaces
	since  time.Time // of its login
	used   time.Time // last
	timer  *time.Timer
}

const (
	// mostAge that a kept connection has: what a server says after the login (what
	// it can do, its namespaces), and whether it still lets us in, is asked again at times.
	mostAge = 30 * time.Minute
	// answerTime is how long a kept connection has to show that it lives. One
	// whose network is gone never answers, and a new one takes no longer than this.
	answerTime = 10 * time.Second
	// tidyTime is how long the mailbox of a pass may take to be closed.
	tidyTime = time.Second
)

// NewAccount connects nothing.
func NewAccount(config Config) *Account { return &Account{config: config.withDefaults()} }

// Open begins a pass with the connection that was kept, or connects and logs in.
// A kept one is asked for a sign of life with the first question, or before
// anything else is sent on it: if it is lost, a new one takes its place.
func (a *Account) Open(ctx context.Context) (*Replica, error) {
	r, err := OpenToWatch(a.config)
	if err != nil {
		return nil, err
	}
	r.account = a
	if k := a.take(); k != nil {
		r.spaces = k.spaces
		r.conn = &session{Conn: k.conn, unproven: true, since: k.since}
		r.pool.all = append(r.pool.all, r.conn)
		return r, nil
	}
	if _, err := r.connected(ctx, "imap.open"); err != nil {
		return nil, err
	}
	return r, nil
}

// Held is how many connections are kept for the next pass: 0 or 1.
func (a *Account) Held() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kept == nil {
		return 0
	}
	return 1
}

// Close logs out. Passes that are open go on, and keep nothing.
func (a *Account) Close() error {
	a.mu.Lock()
	a.closed = true
	a.drop()
	a.mu.Unlock()
	a.leaving.Wait()
	return nil
}

// now is wall time: a machine that sleeps does not use its connections.
func (a *Account) now() time.Time { return a.config.Now().Round(0) }

// take returns what is kept; nil = nothing that is fit to be used.
func (a *Account) take() *kept {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := a.kept
	if k == nil {
		return nil
	}
	if unused := a.now().Sub(k.used); unused < 0 || unused > a.config.KeepFor {
		a.drop()
		return nil
	}
	k.timer.Stop()
	a.kept = nil
	return k
}

// keep takes the first connection of a pass that ends, if it is clean.
func (a *Account) keep(r *Replica) {
	s := r.pool.release()
	if s == nil {
		return
	}
	if !a.clean(r, s) {
		r.pool.restore(s)
		return
	}
	k := &kept{conn: s.Conn, spaces: r.spaces, since: s.since, used: a.now()}
	k.spaces.told = 0 // of a listing
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed || a.kept != nil || a.config.KeepFor < 0 {
		a.leave(k)
		return
	}
	a.kept = k
	k.timer = time.AfterFunc(a.config.KeepFor, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.kept == k {
			a.drop()
		}
	})
}

// clean closes the mailbox of a connection, and tells whether nothing of the
// pass is left on it.
func (a *Account) clean(r *Replica, s *session) bool {
	age := a.now().Sub(s.since)
	if !r.sound || s.Err() != nil || s.Waiting() || age < 0 || age > mostAge {
		return false
	}
	if s.Mailbox() == nil {
		return true
	}
	if !s.Has("UNSELECT") { // CLOSE would remove what is marked \Deleted (RFC 9051, section 6.4.1)
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), tidyTime)
	defer cancel()
	return s.Wait(ctx, s.StartUnselect(ctx)) == nil && s.Err() == nil
}

// drop logs the kept connection out; the caller holds the lock.
func (a *Account) drop() {
	if k := a.kept; k != nil {
		a.kept = nil
		k.timer.Stop()
		a.leave(k)
	}
}

// leave says goodbye in the background. The caller holds the lock.
func (a *Account) leave(k *kept) {
	a.leaving.Go(func() { _ = k.conn.Logout(context.Background()) })
}

// prove waits for the answer to a NOOP on a kept connection, and closes it if
// there is none in time.
func prove(ctx context.Context, s *session, noop *wire.Command) error {
	short, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := s.Wait(short, noop); err != nil {
		s.Close()
		return err
	}
	s.unproven = false
	return nil
}
