package imap

import "lockstep/core"

// creation is a group of new messages on its way.
type creation struct {
	*group
	session *session // nil = no further connection could be had
	answers []answer
	stood   stand // before anything was stored
}

type answer struct {
	stub   core.Stub
	asSent bool
	err    error
	again  bool // to be stored by itself
}

// worthAnother connection: so many messages or bytes in one group.
const (
	worthMessages = 10
	worthBytes    = 256 << 10
)

// create begins to store a group of messages, and waits only if all
// connections are in use, or its mailbox is.
func (a *applying) create(g *group) {
	in := g.writes[0].Ref.Collection
	for a.busy[in] {
		a.await()
	}
	if _, err := a.connected(a.ctx, "imap.Apply"); err != nil && len(a.busy) == 0 {
		a.refuse(g, err)
		return
	}
	s := a.pool.take(in)
	if s == nil && (len(g.writes) >= worthMessages || g.size >= worthBytes) && a.pool.mayOpen() {
		a.busy[in] = true
		go func() {
			if s := a.pool.open(a.ctx); s != nil {
				a.store(s, g)
				return
			}
			a.ended <- creation{group: g}
		}()
		return
	}
	if s == nil {
		a.await()
		a.create(g)
		return
	}
	a.busy[in] = true
	go a.store(s, g)
}

// await takes the answers of one group that has ended.
func (a *applying) await() {
	c := <-a.ended
	delete(a.busy, c.writes[0].Ref.Collection)
	if c.session == nil { // it waits for one that there is
		a.create(c.group)
		return
	}
	a.pool.put(a.ctx, c.session)
	again := &group{refused: &c.stood}
	for i, w := range c.writes {
		if c.answers[i].again {
			again.writes, again.bodies = append(again.writes, w), append(again.bodies, c.bodies[i])
			again.size += c.bodies[i].size
			continue
		}
		c.bodies[i].close()
		a.answer(w, c.answers[i].stub, c.answers[i].asSent, c.answers[i].err)
	}
	switch {
	case len(again.writes) == 0:
	case a.stopped:
		again.close()
	default:
		a.create(again)
	}
}

// settle waits for all that is under way.
func (a *applying) settle() {
	for len(a.busy) > 0 {
		a.await()
	}
}
