package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// session is a connection that is logged in, and the mailbox that it has open.
// One goroutine uses it at a time.
type session struct {
	*wire.Conn
	// selected mailbox; "" = none.
	selected core.CollectionID
	readOnly bool
	busy     bool // taken; guarded by pool.mu
	// unproven: kept since another pass, and not heard of in this one.
	unproven bool
	since    time.Time // when it logged in
}

// pool is the connections of an account. It begins with one and opens others
// where there is work for them. A server that refuses another one, or ends one
// while others live, is not asked for more in this pass: what it allows is
// learnt, not configured.
type pool struct {
	// dial connects and logs in; first = there is no other connection.
	dial func(ctx context.Context, first bool) (*wire.Conn, error)
	now  func() time.Time

	mu   sync.Mutex
	all  []*session // in the order in which they were opened
	most int        // connections at a time; at least 1
	// opening: another one is being opened.
	opening bool
	// refused tells why there were not more; nil = there could be.
	refused error
	// losses of a connection while others lived.
	losses int
}

// mostLosses of connections that the server ends without a word, until it is
// taken for a refusal.
const mostLosses = 3

func newPool(most int, now func() time.Time, dial func(context.Context, bool) (*wire.Conn, error)) *pool {
	return &pool{dial: dial, now: now, most: most}
}

// first returns the oldest connection, which nobody else uses meanwhile, for
// what is not shared out; if there is none, it opens one.
func (p *pool) first(ctx context.Context) (*session, error) {
	p.mu.Lock()
	if len(p.all) > 0 && p.all[0].Err() != nil { // so are, most likely, the others
		p.drop(p.all)
	}
	p.forget()
	if len(p.all) > 0 {
		defer p.mu.Unlock()
		return p.all[0], nil
	}
	p.mu.Unlock()
	conn, err := p.dial(ctx, true)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, &session{Conn: conn, since: p.now()})
	return p.all[0], nil
}

// forget drops lost connections that nobody uses; the caller holds the lock.
func (p *pool) forget() {
	p.all = slices.DeleteFunc(p.all, func(s *session) bool { return !s.busy && s.Err() != nil })
}

// drop closes those of some connections that nobody uses; the caller holds the
// lock.
func (p *pool) drop(some []*session) {
	for _, s := range some {
		if !s.busy {
			s.Close()
		}
	}
}

// take returns a connection that is free, if possible one that has a mailbox
// open; nil = all are in use.
func (p *pool) take(prefer core.CollectionID) (found *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget()
	for _, s := range p.all {
		if !s.busy && (found == nil || s.selected == prefer && found.selected != prefer) {
			found = s
		}
	}
	if found != nil {
		found.busy = true
	}
	return found
}

// mayOpen reserves the right to open another connection; one is opened at a
// time, so that one refusal is all there is.
func (p *pool) mayOpen() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget()
	if p.opening || len(p.all) >= p.most {
		return false
	}
	p.opening = true
	return true
}

// open opens another connection and takes it; it needs mayOpen. nil = it could
// not be had, and is not tried again.
func (p *pool) open(ctx context.Context) *session {
	conn, err := p.dial(ctx, false)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opening = false
	if err != nil {
		if ctx.Err() == nil {
			p.limit(err)
		}
		return nil
	}
	s := &session{Conn: conn, busy: true, since: p.now()}
	p.all = append(p.all, s)
	return s
}

// put gives a connection back. If it was lost, the further ones that nobody uses
// are not trusted either.
func (p *pool) put(ctx context.Context, s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.busy = false
	err := s.Err()
	if err == nil {
		return
	}
	others := len(p.all) > 1
	p.drop(p.all[1:])
	p.forget()
	if !others || ctx.Err() != nil {
		return
	}
	p.losses++
	var bye *wire.StatusError
	if errors.As(err, &bye) || p.losses >= mostLosses {
		p.limit(err)
	}
}

// limit remembers that more connections than there are cannot be had; the
// caller holds the lock.
func (p *pool) limit(why error) {
	p.most, p.refused = max(len(p.all), 1), why
}

// alone closes all connections but the first, so that none has a mailbox open
// that is to be renamed or deleted.
func (p *pool) alone() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget()
	if len(p.all) < 2 {
		return nil
	}
	rest := p.all[1:]
	p.all = p.all[:1:1]
	return leave(rest)
}

// release takes the oldest connection out of the pool, if nobody uses it.
func (p *pool) release() *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.all) == 0 || p.all[0].busy {
		return nil
	}
	s := p.all[0]
	p.all = p.all[1:]
	return s
}

// restore undoes release.
func (p *pool) restore(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = slices.Insert(p.all, 0, s)
}

// close ends all connections.
func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.all
	p.all = nil
	return leave(all)
}

// leave says goodbye on several connections at once.
func leave(all []*session) error {
	errs := make([]error, len(all))
	var each sync.WaitGroup
	for i, s := range all {
		each.Go(func() { errs[i] = s.Logout(context.Background()) })
	}
	each.Wait()
	return errors.Join(errs...)
}

// probe opens as many connections as there may be and tells how many there can
// be.
func (p *pool) probe(ctx context.Context) core.Finding {
	for p.mayOpen() {
		if s := p.open(ctx); s != nil {
			p.put(ctx, s)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	f := core.Finding{Name: "connections", Value: fmt.Sprintf("%d at a time", len(p.all))}
	if p.refused != nil {
		f.Effect = fmt.Sprintf("another one was refused: %v", p.refused)
	}
	return f
}
