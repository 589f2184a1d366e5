package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Bare requests, by their names in the report.
const (
	rawFirst   = "all ETags: sync-collection without a token"
	rawCurrent = "nothing changed: sync-collection with the token"
	rawDepth   = "all ETags: PROPFIND with Depth 1"
	rawBodies  = "all cards: one addressbook-multiget"
	rawPutsOn  = "uploads: PUTs, one after the other"
	rawPutsOff = "uploads: PUTs, a new connection for each"
)

func rawNames() []string {
	return []string{rawFirst, rawCurrent, rawDepth, rawBodies, rawPutsOn, rawPutsOff}
}

// rawMeasure is what some bare requests took.
type rawMeasure struct {
	Wall time.Duration
	// Down is the bytes of the answers, unpacked.
	Down int64
}

// rawBook is for bare requests. It is in the home of vdirsyncer's user, which
// vdirsyncer looks at only when nothing is timed.
func rawBook() book { return book{"bob", "raw"} }

// rawRound makes the requests of the jobs without any program.
func (b *bench) rawRound(ctx context.Context, address string, one func(name string, m rawMeasure)) error {
	keeping := &http.Transport{}
	defer keeping.CloseIdleConnections()
	c := client{http: &http.Client{Transport: keeping}, address: address, user: rawBook().user}
	timed := func(name string, do func() (int64, error)) error {
		if err := b.pause(ctx); err != nil {
			return err
		}
		start := time.Now()
		down, err := do()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		one(name, rawMeasure{Wall: time.Since(start), Down: down})
		return nil
	}
	if err := b.server.fill(ctx, rawBook(), full); err != nil {
		return err
	}
	if err := b.rawReads(ctx, c, timed); err != nil {
		return err
	}
	off := client{http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, address: address, user: c.user}
	for _, puts := range []struct {
		name string
		from client
	}{{rawPutsOn, c}, {rawPutsOff, off}} {
		if err := b.server.fill(ctx, rawBook(), empty); err != nil {
			return err
		}
		if err := timed(puts.name, func() (int64, error) { return b.rawPuts(ctx, puts.from) }); err != nil {
			return err
		}
		got, err := snap(b.server.book(rawBook()))
		if err != nil {
			return err
		}
		want, err := snapCards(b.uploaded())
		if err != nil {
			return err
		}
		if n := want.differs(got); n > 0 {
			return fmt.Errorf("void: %s: %d cards differ", puts.name, n)
		}
	}
	return nil
}

// rawReads asks for lists and bodies of a full address book.
func (b *bench) rawReads(ctx context.Context, c client, timed func(string, func() (int64, error)) error) error {
	var first multistatus
	for _, ask := range []struct {
		name, method string
		what         func() []byte
		rows         int
	}{
		{rawFirst, "REPORT", func() []byte { return changes("") }, len(b.cards)},
		{rawCurrent, "REPORT", func() []byte { return changes(first.Token) }, 0},
		{rawDepth, "PROPFIND", tags, len(b.cards) + 1}, // and the address book
		{rawBodies, "REPORT", func() []byte { return bodies(first) }, len(b.cards)},
	} {
		err := timed(ask.name, func() (int64, error) {
			list, n, err := c.list(ctx, ask.method, rawBook(), ask.what())
			if err == nil && len(list.Rows) != ask.rows {
				err = fmt.Errorf("the answer has %d rows, not %d", len(list.Rows), ask.rows)
			}
			if ask.name == rawFirst {
				first = list
			}
			return n, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rawPuts uploads cards one after the other.
func (b *bench) rawPuts(ctx context.Context, c client) (down int64, err error) {
	head := http.Header{"Content-Type": {"text/vcard; charset=utf-8"}, "If-None-Match": {"*"}}
	for _, card := range b.uploaded() {
		n, err := c.do(ctx, http.MethodPut, rawBook().path()+card.uid+".vcf", head, card.body, nil)
		if err != nil {
			return 0, err
		}
		down += n
	}
	return down, nil
}

func (b *bench) rawColumn(name string) (out []float64) {
	for _, m := range b.raw[name] {
		out = append(out, m.Wall.Seconds())
	}
	return out
}

// rawDown is the bytes of the last answer.
func (b *bench) rawDown(name string) int64 {
	if len(b.raw[name]) == 0 {
		return 0
	}
	return b.raw[name][len(b.raw[name])-1].Down
}
