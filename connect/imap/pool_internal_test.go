package imap

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/imapd"
	wire "lockstep/protocol/imap"
)

// dialled is a pool of connections to a server that nobody logs in to.
func dialled(t *testing.T, most int) (p *pool, refuse func(error)) {
	t.Helper()
	srv := imapd.New(imapd.Options{})
	t.Cleanup(func() { srv.Close() })
	address, err := srv.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var refusal error
	p = newPool(most, time.Now, func(ctx context.Context, first bool) (*wire.Conn, error) {
		if refusal != nil {
			return nil, refusal
		}
		return wire.Dial(ctx, wire.Options{Address: address, Security: wire.None})
	})
	t.Cleanup(func() { p.close() })
	return p, func(err error) { refusal = err }
}

func (p *pool) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all)
}

// TestPool: one connection to begin with, others one at a time up to the most,
// the one with the right mailbox first, and never one that is in use.
func TestPool(t *testing.T) {
	ctx := t.Context()
	p, _ := dialled(t, 3)
	first, err := p.first(ctx)
	if err != nil || p.count() != 1 {
		t.Fatal(err, p.count())
	}
	if again, err := p.first(ctx); err != nil || again != first || p.count() != 1 {
		t.Error("the first is another now")
	}
	if p.take("") != first || p.take("") != nil {
		t.Error("a connection is taken twice, or not at all")
	}
	if !p.mayOpen() || p.mayOpen() {
		t.Error("two are opened at a time")
	}
	second := p.open(ctx)
	if second == nil || !p.mayOpen() {
		t.Fatal("no third one")
	}
	third := p.open(ctx)
	if third == nil || p.mayOpen() || p.count() != 3 {
		t.Fatal("more than the most")
	}
	second.selected, third.selected = "b", "c"
	for _, s := range []*session{first, second, third} {
		p.put(ctx, s)
	}
	for want, prefer := range map[*session]core.CollectionID{third: "c", second: "b", first: "x"} {
		if got := p.take(prefer); got != want && prefer != "x" || got == nil {
			t.Errorf("for %s another is taken", prefer)
		} else {
			p.put(ctx, got)
		}
	}
	if err := p.alone(); err != nil || p.count() != 1 || p.take("") != first {
		t.Error("the first is not alone")
	}
}

// TestPoolRemembers: a refusal ends the growth; what was lost is replaced, until
// it is lost too often.
func TestPoolRemembers(t *testing.T) {
	ctx := t.Context()
	p, refuse := dialled(t, 4)
	if _, err := p.first(ctx); err != nil {
		t.Fatal(err)
	}
	refuse(errors.New("too many"))
	if !p.mayOpen() || p.open(ctx) != nil || p.mayOpen() || p.refused == nil {
		t.Error("a refusal is not remembered")
	}
	refuse(nil)
	if p.mayOpen() {
		t.Error("a refusal is forgotten")
	}

	p, _ = dialled(t, 2)
	first, err := p.first(ctx)
	if err != nil {
		t.Fatal(err)
	}
	p.take("")
	for n := range mostLosses {
		if !p.mayOpen() {
			t.Fatalf("after %d losses no other is opened", n)
		}
		s := p.open(ctx)
		s.Close()
		p.put(ctx, s)
	}
	if p.mayOpen() || p.count() != 1 {
		t.Error("losses are not counted")
	}
	first.Close() // the last one is always replaced
	p.put(ctx, first)
	if s, err := p.first(ctx); err != nil || s == first {
		t.Error(err)
	}
}

// TestFirstLost: when the first is found lost, those that nobody uses are not
// trusted either.
func TestFirstLost(t *testing.T) {
	ctx := t.Context()
	p, _ := dialled(t, 2)
	first, err := p.first(ctx)
	if err != nil {
		t.Fatal(err)
	}
	p.take("")
	p.mayOpen()
	second := p.open(ctx)
	p.put(ctx, first)
	p.put(ctx, second)
	first.Close()
	third, err := p.first(ctx)
	if err != nil || third == first || third == second || p.count() != 1 || second.Err() == nil {
		t.Errorf("%v, %d connections", err, p.count())
	}
}

// TestRoom: never more than there is, but for one that is larger than all; no
// one waits for ever; a context ends the wait.
func TestRoom(t *testing.T) {
	const most = 10
	r := newRoom(most)
	var mu sync.Mutex
	used, worst, alone := int64(0), int64(0), true
	var all sync.WaitGroup
	for n := range 200 {
		size := int64(n%13 + 1)
		all.Go(func() {
			if !r.take(t.Context(), size) {
				t.Error("no room")
				return
			}
			mu.Lock()
			used += size
			worst = max(worst, used)
			alone = alone && (used <= most || used == size)
			mu.Unlock()
			time.Sleep(time.Microsecond)
			mu.Lock()
			used -= size
			mu.Unlock()
			r.give(size)
		})
	}
	all.Wait()
	if !alone || worst == 0 || r.used != 0 {
		t.Errorf("at most %d bytes, %d at the end", worst, r.used)
	}
	if !r.take(t.Context(), most) {
		t.Fatal("no room")
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() { ended <- r.take(ctx, 1) }()
	cancel()
	if <-ended {
		t.Error("there is room where there was none")
	}
}
