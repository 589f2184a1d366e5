package imap

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"sync"

	"lockstep/core"
)

// mostAhead is the bytes of bodies that are read before the consumer asks for
// them, over all connections; 1 MiB of each at most is in memory.
const mostAhead = 32 << 20

// Fetch implements core.Replica. Bodies are read ahead, on several connections
// if there are many: INBOX first, and the newest of each mailbox first. What a
// lost connection did not answer is asked on another one; only what none
// answers fails. A message at which a connection was lost comes last and alone
// from then on, so that one that the server cannot bear does not keep the
// others from being read.
func (r *Replica) Fetch(ctx context.Context, refs []core.Ref) iter.Seq2[core.Item, error] {
	return func(yield func(core.Item, error) bool) {
		short, cancel := context.WithCancel(ctx)
		f := &fetching{Replica: r, ctx: short, room: newRoom(mostAhead), out: make(chan fetched), gone: make(chan struct{}), queue: r.chunks(refs)}
		_, err := r.connected(ctx, "imap.Fetch")
		var all sync.WaitGroup
		all.Go(func() { f.run(err) })
		defer all.Wait()
		defer close(f.gone)
		defer cancel()
		for one := range f.out {
			more := yield(one.item, one.err)
			one.end()
			if !more {
				return
			}
		}
	}
}

// chunk is messages of one mailbox that are asked for together.
type chunk struct {
	in   core.CollectionID
	refs []core.Ref
}

// chunks puts messages in the order in which they are wanted.
func (r *Replica) chunks(refs []core.Ref) (out []chunk) {
	elsewhere := func(ref core.Ref) int {
		if ref.Collection == inbox {
			return 0
		}
		return 1
	}
	refs = slices.SortedFunc(slices.Values(refs), func(a, b core.Ref) int {
		return cmp.Or(cmp.Compare(r.suspects[a], r.suspects[b]), cmp.Compare(elsewhere(a), elsewhere(b)),
			cmp.Compare(a.Collection, b.Collection), cmp.Compare(b.ID, a.ID))
	})
	refs = slices.Compact(refs)
	for len(refs) > 0 {
		n := 1
		for n < len(refs) && n < r.config.Batch && refs[n].Collection == refs[0].Collection && r.suspects[refs[n]] == 0 {
			n++
		}
		out = append(out, chunk{in: refs[0].Collection, refs: refs[:n]})
		refs = refs[n:]
	}
	return out
}

// fetching is one Fetch: workers, one to a connection, take chunks from a queue
// and put bodies out.
type fetching struct {
	*Replica
	ctx  context.Context
	room *room
	out  chan fetched
	gone chan struct{} // closed when the consumer wants no more

	mu      sync.Mutex
	queue   []chunk
	workers int
	lost    error // why the last connection was lost
	losses  int   // of connections; with too many no other is opened
	running sync.WaitGroup
}

// fetched is an item on its way to the consumer.
type fetched struct {
	item core.Item
	err  error
	end  func() // lets its room go
}

// run works the queue off, as long as there is a connection.
func (f *fetching) run(err error) {
	defer close(f.out)
	for err == nil && len(f.queue) > 0 {
		s := f.pool.take(f.queue[0].in)
		if s == nil {
			err = f.lost
			break
		}
		f.workers++
		f.running.Go(func() { f.work(s, true) })
		f.running.Wait()
		if f.ctx.Err() != nil {
			err = failure("imap.Fetch", "", reading, f.ctx.Err())
		}
	}
	for _, c := range f.queue { // nobody could ask for them
		for _, ref := range c.refs {
			f.give(core.Item{Stub: core.Stub{Ref: ref}}, err, func() {})
		}
	}
}

// work takes chunks until there are none, or the connection is lost. oldest: it
// is the one connection at a time that may ask for what is suspected.
func (f *fetching) work(s *session, oldest bool) {
	defer f.pool.put(f.ctx, s)
	for {
		c, more := f.next(s, oldest)
		if !more {
			return
		}
		w := &worker{fetching: f, s: s, in: c.in}
		w.mailbox(c)
	}
}

// next takes a chunk for a worker, whose work ends without one. Where more wait
// than there are workers, another connection is opened.
func (f *fetching) next(s *session, oldest bool) (chunk, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.Err() != nil {
		f.losses++
	}
	if len(f.queue) == 0 || s.Err() != nil || f.ctx.Err() != nil || !oldest && f.suspected(f.queue[0]) {
		f.workers--
		return chunk{}, false
	}
	c := f.queue[0]
	f.queue = f.queue[1:]
	if len(f.queue) > f.workers && f.losses < f.config.MaxConnections && f.pool.mayOpen() {
		f.workers++
		f.running.Go(f.join)
	}
	return c, true
}

// join is another worker, on a connection of its own, if that can be had.
func (f *fetching) join() {
	s := f.pool.open(f.ctx)
	if s == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.workers--
		return
	}
	f.work(s, false)
}

// suspected chunks hold one message, and come last; the caller holds the lock.
func (f *fetching) suspected(c chunk) bool { return f.suspects[c.refs[0]] > 0 }

// following takes the next chunk if it can be asked for at once: it is of the
// same mailbox, and no connection was lost yet. After that commands go out one
// by one, so that what a server sent before it hung up arrives.
func (f *fetching) following(in core.CollectionID) (chunk, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queue) == 0 || f.queue[0].in != in || len(f.suspects) > 0 || f.ctx.Err() != nil {
		return chunk{}, false
	}
	c := f.queue[0]
	f.queue = f.queue[1:]
	return c, true
}

// again puts what a lost connection did not answer back to the front. The one
// that was to come next is suspected; one that was suspected before fails.
func (f *fetching) again(in core.CollectionID, refs []core.Ref, atFault bool, err error) {
	f.mu.Lock()
	f.lost = err
	var next core.Ref
	failed := false
	if atFault && len(refs) > 0 {
		next = slices.MinFunc(refs, core.Ref.Compare) // servers answer in order of UIDs
		refs = slices.DeleteFunc(slices.Clone(refs), func(r core.Ref) bool { return r == next })
		failed = f.suspects[next] > 0
		if f.suspects[next]++; !failed {
			f.queue = append(f.queue, chunk{in: in, refs: []core.Ref{next}})
		}
	}
	if len(refs) > 0 {
		f.queue = append([]chunk{{in: in, refs: refs}}, f.queue...)
	}
	f.mu.Unlock()
	if failed {
		f.give(core.Item{Stub: core.Stub{Ref: next}}, err, func() {})
	}
}

// give hands an item to the consumer; end is called when it is done with it.
func (f *fetching) give(item core.Item, err error, end func()) {
	select {
	case f.out <- fetched{item, err, end}:
	case <-f.gone:
		end()
	}
}
