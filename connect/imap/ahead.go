package imap

import (
	"context"
	"io"
	"sync"
)

// room bounds the bytes of bodies that were read and not yet handed over.
type room struct {
	mu    sync.Mutex
	freed *sync.Cond
	used  int64
	most  int64
	// turn is held by the one that waits for room, so that a large body is not
	// overtaken by small ones for ever.
	turn sync.Mutex
}

func newRoom(most int64) *room {
	r := &room{most: most}
	r.freed = sync.NewCond(&r.mu)
	return r
}

// take waits until there is room for some bytes; a body that is larger than
// all the room there is waits until nothing else is there. false = the context
// ended first.
func (r *room) take(ctx context.Context, size int64) bool {
	r.turn.Lock()
	defer r.turn.Unlock()
	defer context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.freed.Broadcast()
	})()
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.used > 0 && r.used+size > r.most && ctx.Err() == nil {
		r.freed.Wait()
	}
	if ctx.Err() != nil {
		return false
	}
	r.used += size
	return true
}

func (r *room) give(size int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used -= size
	r.freed.Broadcast()
}

// keep reads a body to its end: small ones into memory, large ones into a file.
// from is an error of the connection, local one of this machine.
func keep(body io.Reader) (s *spooled, from, local error) {
	s = &spooled{}
	buf := make([]byte, 32<<10)
	for {
		n, err := body.Read(buf)
		if local := s.write(buf[:n]); local != nil {
			return nil, nil, s.give(local)
		}
		s.size += int64(n)
		if err == io.EOF {
			return s, nil, nil
		}
		if err != nil {
			return nil, s.give(err), nil
		}
	}
}

// Read and Close make a spooled message a body.
func (s *spooled) Read(p []byte) (int, error) {
	if s.body == nil {
		s.body = s.reader()
	}
	return s.body.Read(p)
}

func (s *spooled) Close() error {
	s.close()
	return nil
}
