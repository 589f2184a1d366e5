package memory

import (
	"context"
	"fmt"

	"lockstep/core"
)

// Collections implements core.Replica. Revs are told with deltas only.
func (r *Replica) Collections(ctx context.Context) (core.Survey, error) {
	r.call()
	if err := ctx.Err(); err != nil {
		return core.Survey{}, err
	}
	if r.chance(40) {
		return core.Survey{}, transient("memory.Collections")
	}
	s := core.Survey{Complete: true}
	for _, id := range r.server.Folders() {
		if overlooked := r.server.Shape.Overlooked; overlooked == nil || !overlooked(id) {
			c := r.collection(id)
			s.Collections = append(s.Collections, c)
			r.colors[id] = c.Color
		}
	}
	return s, nil
}

func (r *Replica) collection(id core.CollectionID) core.Collection {
	f := r.server.folders[id]
	c := f.collection
	c.Count = len(f.items)
	c.Color = core.ColorOf(c.Color)
	c.Lazy = r.server.Shape.Lazy != nil && r.server.Shape.Lazy(id)
	if r.server.Shape.Deltas {
		c.Rev = core.Rev(fmt.Sprint(r.last(c.Feed, id)))
	}
	if !r.server.Shape.Ordered {
		c.Position = uint64(r.last(c.Feed, id)) // something that moves with every arrival
	}
	return c
}

// last returns the position of the last event of a feed in the log.
func (r *Replica) last(feed core.FeedID, id core.CollectionID) int {
	for i := len(r.server.log) - 1; i >= 0; i-- {
		if r.server.Shape.OneFeed || r.server.log[i].Collection == id {
			return i + 1
		}
	}
	return 0
}

// CreateCollection implements core.Tree.
func (r *Replica) CreateCollection(_ context.Context, path string, role core.Role) (core.Collection, error) {
	r.call()
	id := core.CollectionID(path)
	if r.server.folders[id] == nil {
		v := core.Vocabulary{Any: true}
		for _, f := range r.server.folders {
			v = f.collection.Vocabulary
			break
		}
		r.server.AddFolder(path, role, v)
	}
	return r.collection(id), nil
}

// RenameCollection implements core.Tree.
func (r *Replica) RenameCollection(_ context.Context, id core.CollectionID, path string) (core.Collection, error) {
	r.call()
	f, to := r.server.folders[id], core.CollectionID(path)
	if f == nil {
		return core.Collection{}, missing("memory.RenameCollection", string(id))
	}
	if r.server.folders[to] != nil {
		return core.Collection{}, core.Errorf("memory.RenameCollection", core.Conflict, "%s is there already", path)
	}
	r.server.RenameFolder(id, path)
	return r.collection(to), nil
}

// SetColor implements core.Painter.
func (r *Replica) SetColor(_ context.Context, id core.CollectionID, color string) error {
	r.call()
	f := r.server.folders[id]
	if f == nil {
		return missing("memory.SetColor", string(id))
	}
	is := f.collection.Color
	switch was, looked := r.colors[id]; {
	case color == "" || core.ColorOf(color) != color:
		return core.Errorf("memory.SetColor", core.Permanent, "%q is no colour", color)
	case is != "" && core.ColorOf(is) == "":
		return core.Errorf("memory.SetColor", core.Permanent, "%s has the colour %q, which is not written as #rrggbb", id, is)
	case looked && was != core.ColorOf(is):
		return core.Errorf("memory.SetColor", core.Conflict, "%s has another colour by now", id)
	}
	if paints := r.server.Shape.Paints; paints != nil {
		var err error
		if color, err = paints(color); err != nil {
			return err
		}
	}
	r.server.Paint(id, color)
	return nil
}

// Paint gives a folder a colour, as a user does, in whatever form.
func (s *Server) Paint(id core.CollectionID, color string) { s.folders[id].collection.Color = color }

// Colour is what a folder was painted with.
func (s *Server) Colour(id core.CollectionID) string { return s.folders[id].collection.Color }

// DeleteCollection implements core.Tree.
func (r *Replica) DeleteCollection(_ context.Context, id core.CollectionID, count int) error {
	r.call()
	f := r.server.folders[id]
	switch {
	case f == nil:
		return missing("memory.DeleteCollection", string(id))
	case len(f.items) != count:
		return core.Errorf("memory.DeleteCollection", core.Conflict, "%s holds %d items, not %d", id, len(f.items), count)
	}
	r.server.RemoveFolder(id)
	return nil
}

// RenameFolder renames a folder, as a user does; the items keep their IDs.
func (s *Server) RenameFolder(id core.CollectionID, path string) {
	f, to := s.folders[id], core.CollectionID(path)
	for item := range f.items {
		s.log = append(s.log, core.Ref{Collection: id, ID: item}, core.Ref{Collection: to, ID: item})
	}
	delete(s.folders, id)
	f.collection.ID, f.collection.Path = to, path
	if !s.Shape.OneFeed {
		f.collection.Feed = core.FeedID(path)
	}
	s.folders[to] = f
}

// RemoveFolder deletes a folder with all that is in it, as a user does.
func (s *Server) RemoveFolder(id core.CollectionID) {
	for item := range s.folders[id].items {
		s.log = append(s.log, core.Ref{Collection: id, ID: item})
	}
	delete(s.folders, id)
}
