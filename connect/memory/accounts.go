package memory

import "lockstep/core"

// Readdress gives an item another Key and owner, as a rename does. Where IDs are
// Keys its handle changes too; it returns the handle.
func (s *Server) Readdress(r core.Ref, key core.Key, owner string) core.Ref {
	m := s.At(r)
	s.serial++
	to := r
	if s.Shape.NamedIDs && m.Named == "" {
		to.ID = core.ID(key)
		delete(s.folders[r.Collection].items, r.ID)
		s.log = append(s.log, r)
	}
	m.Key, m.Owner, m.Version = key, owner, s.serial
	s.folders[r.Collection].items[to.ID] = m
	s.bump(to)
	return to
}

// rename gives an account another name, in the steps that a mail server takes:
// a new account, what it holds and what follows it, and then the old one goes. A
// step that is cut off leaves both; without If.Absent it is gone on with.
func (r *Replica) rename(w core.Write) (core.Result, error) {
	s := r.server
	to := core.Ref{Collection: w.Ref.Collection, ID: core.ID(w.Item.Key)}
	switch made := s.At(to); {
	case made != nil && w.If.Absent:
		return core.Result{}, core.Errorf("memory.Rename", core.Conflict, "%s is there already", w.Item.Key)
	case made == nil:
		if s.Shape.Refuses != nil {
			if why := s.Shape.Refuses(s, to.Collection, w.Item); why != "" {
				return core.Result{}, core.Errorf("memory.Rename", core.Permanent, "%s", why)
			}
		}
		s.Add(to.Collection, Message{Key: w.Item.Key, Owner: w.Item.Owner, Body: s.At(w.Ref).Body})
	}
	if cut := r.cutOff(); cut != nil {
		return core.Result{}, cut
	}
	old, made := s.At(w.Ref), s.At(to)
	if old == nil || made == nil { // somebody was quicker
		return core.Result{}, core.Errorf("memory.Rename", core.Unknown, "%s is no longer there", w.Ref.ID)
	}
	if old.Mailbox != 0 {
		made.Mailbox, old.Mailbox = old.Mailbox, 0
	}
	for _, ref := range s.Refs() {
		if m := s.At(ref); m.Owner == old.Owner && ref.Collection != w.Ref.Collection {
			if n, key, follows := r.Follow(s.stub(ref), w.Item.Owner); follows {
				if s.At(n) != nil { // it is there already: they fall together
					s.Remove(n)
				}
				s.Readdress(ref, key, w.Item.Owner)
			}
		}
	}
	if cut := r.cutOff(); cut != nil {
		return core.Result{}, cut
	}
	if s.At(w.Ref) == nil || s.At(to) == nil {
		return core.Result{}, core.Errorf("memory.Rename", core.Unknown, "%s is no longer there", w.Ref.ID)
	}
	s.Remove(w.Ref)
	return r.answer(to, true), nil
}

// cutOff is between two steps: others may act, and the next step may never come.
func (r *Replica) cutOff() error {
	r.call()
	if r.chance(8) {
		return core.Errorf("memory.Rename", core.Unknown, "the task was cut off")
	}
	return nil
}

// Follow implements core.Renamer.
func (r *Replica) Follow(s core.Stub, owner string) (core.Ref, core.Key, bool) {
	if r.server.Shape.Follow == nil {
		return core.Ref{}, "", false
	}
	return r.server.Shape.Follow(s, owner)
}

// Vet implements core.Vetter.
func (r *Replica) Vet(w core.Write) error {
	if r.server.Shape.Vet != nil {
		if why := r.server.Shape.Vet(w); why != "" {
			return core.Errorf("memory.Vet", core.Permanent, "%s", why)
		}
	}
	return nil
}
