package memory

import "lockstep/core"

// Replica is one pass's view of a server.
type Replica struct {
	server *Server
	colors map[core.CollectionID]string // as last looked at
}

var (
	_ core.Replica = (*Replica)(nil)
	_ core.Header  = (*Replica)(nil)
	_ core.Tree    = (*Replica)(nil)
	_ core.Painter = (*Replica)(nil)
	_ core.Finder  = (*Replica)(nil)
	_ core.Renamer = (*Replica)(nil)
	_ core.Vetter  = (*Replica)(nil)
)

// Open returns a replica of a server.
func Open(s *Server) *Replica { return &Replica{server: s, colors: map[core.CollectionID]string{}} }

// Operations implements core.Replica.
func (r *Replica) Operations() core.Operations {
	ops := r.server.Shape.Ops
	ops.AsSent = r.server.Shape.Exact
	return ops
}

// Close implements core.Replica.
func (r *Replica) Close() error { return nil }

// call is every call's first act: others may act in the meantime.
func (r *Replica) call() {
	if m := r.server.Mischief; m != nil {
		m.Call(r.server)
	}
}

func (r *Replica) chance(n int) bool {
	return r.server.Mischief != nil && r.server.Mischief.Chance(n)
}
