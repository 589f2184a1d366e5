package imap

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// mostIdle mailboxes are watched one by one: each takes a connection.
const mostIdle = 5

// Watch implements core.Watcher. With NOTIFY one connection tells of all of the
// account's own mailboxes, else each mailbox of Config.Idle has one. The first
// hint comes as soon as the watch stands, and is about everything: what happened
// before is not told. Permanent: the server can tell nothing, or a mailbox
// cannot be watched.
func (r *Replica) Watch(ctx context.Context) iter.Seq2[core.FeedID, error] {
	return func(yield func(core.FeedID, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		all, err := r.watches(ctx)
		_ = r.pool.close() // nobody else uses it meanwhile, and it would only wait
		w := &hints{feeds: map[core.FeedID]bool{}, stirred: make(chan struct{}, 1), ended: make(chan error, len(all))}
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel() // closes the connections
		for _, one := range all {
			running.Go(func() {
				defer one.conn.Close()
				if err == nil {
					w.ended <- r.idle(ctx, one, w)
				}
			})
		}
		if err == nil {
			w.add("")
		}
		for err == nil {
			for _, feed := range w.take() {
				if !yield(feed, nil) {
					return
				}
			}
			select {
			case err = <-w.ended:
			case <-w.stirred:
			case <-ctx.Done():
				return
			}
		}
		for _, feed := range w.take() {
			if !yield(feed, nil) {
				return
			}
		}
		if ctx.Err() == nil {
			yield("", err)
		}
	}
}

// watch is a connection that waits, for one mailbox or ("") for all.
type watch struct {
	conn *wire.Conn
	id   core.CollectionID
}

// watches opens the connections. Those that were opened are returned with an
// error, too.
func (r *Replica) watches(ctx context.Context) (all []watch, err error) {
	const op = "imap.Watch"
	if len(r.config.Idle) > mostIdle {
		return nil, &core.Error{Op: op, Class: core.Permanent, Thing: "idle", Err: fmt.Errorf("%d folders; at most %d can be watched", len(r.config.Idle), mostIdle), Remedy: "name fewer folders in idle"}
	}
	conn, err := r.dialWatch(ctx, true)
	if err != nil {
		return nil, err
	}
	all = append(all, watch{conn: conn})
	if !conn.Has("IDLE") {
		return all, &core.Error{Op: op, Class: core.Permanent, Thing: r.options.Address, Err: errors.New("the server does not tell what happens (it has no IDLE)"), Remedy: "it can only be looked at from time to time"}
	}
	if conn.Has("NOTIFY") {
		err := conn.Notify(ctx)
		if err == nil {
			return all, nil
		}
		if err := ignoreStatus(err); err != nil {
			return all, failure(op, "NOTIFY", reading, err)
		}
	}
	for i, path := range r.config.Idle {
		if i > 0 {
			if conn, err = r.dialWatch(ctx, false); err != nil {
				break // there are no more to be had; the other mailboxes are seen at the next look
			}
			all = append(all, watch{conn: conn})
		}
		if all[i].id, err = r.attend(ctx, conn, path); err != nil {
			return all, err
		}
	}
	return all, ctx.Err()
}

// watchBuffer in bytes holds what a server tells of a change; a watch waits for
// hours, beside many others.
const watchBuffer = 512

// dialWatch is dial for a connection that waits: what comes on it is little, and
// would not be worth the memory of a compression.
func (r *Replica) dialWatch(ctx context.Context, first bool) (*wire.Conn, error) {
	o := r.options
	o.Buffer = watchBuffer
	o.Hide = append([]string{compression}, o.Hide...)
	return r.dialWith(ctx, o, first)
}

// attend opens a mailbox to watch it.
func (r *Replica) attend(ctx context.Context, conn *wire.Conn, path string) (core.CollectionID, error) {
	const op = "imap.Watch"
	name := inbox
	if !strings.EqualFold(path, inbox) {
		if r.spaces.delimiter() == 0 {
			if _, err := r.survey(ctx, op, "*"); err != nil {
				return "", err
			}
		}
		var err error
		if name, err = r.spaces.name(path); err != nil {
			return "", failure(op, path, writing, err)
		}
	}
	id := core.CollectionID(name)
	if _, err := conn.Select(ctx, r.name(id), true); err != nil {
		err = failure(op, path, reading, err)
		var status *wire.StatusError
		var out *core.Error
		if errors.As(err, &status) && errors.As(err, &out) && status.Status != "BYE" {
			out.Class, out.Remedy = core.Permanent, "take it out of idle, or make it readable"
		}
		return "", err
	}
	return id, nil
}

// idle waits on a connection until it fails.
func (r *Replica) idle(ctx context.Context, one watch, w *hints) error {
	news := wire.News{
		Moved:  func() { w.add(core.FeedID(one.id)) },
		Status: func(d wire.StatusData) { w.add(core.FeedID(key(d.Name))) },
		Listed: func(wire.ListData) { w.add("") },
	}
	for {
		if err := one.conn.Idle(ctx, r.config.IdleFor, news); err != nil {
			return failure("imap.Watch", string(one.id), reading, err)
		}
	}
}

// hints are what is to be looked at, each once until it is taken.
type hints struct {
	mu    sync.Mutex
	feeds map[core.FeedID]bool
	// stirred: there are some. ended: why a connection failed.
	stirred chan struct{}
	ended   chan error
}

// mostHints are kept apart; of more, everything is to be looked at.
const mostHints = 1000

func (h *hints) add(feed core.FeedID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.feeds) >= mostHints {
		clear(h.feeds)
		feed = ""
	}
	if !h.feeds[""] {
		h.feeds[feed] = true
	}
	select {
	case h.stirred <- struct{}{}:
	default:
	}
}

// take returns the hints in order; "" is the only one if it is among them.
func (h *hints) take() []core.FeedID {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := slices.Sorted(maps.Keys(h.feeds))
	if h.feeds[""] {
		out = out[:1]
	}
	clear(h.feeds)
	return out
}
