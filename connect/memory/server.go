package memory

import (
	"fmt"
	"maps"
	"slices"

	"lockstep/core"
)

// Server is a store in memory, with a log of what happened for its feeds.
type Server struct {
	Name  string
	Shape Shape
	// Mischief, if any, is asked at every call of a replica.
	Mischief Mischief
	// Now is the time of new items, Unix seconds.
	Now int64

	folders map[core.CollectionID]*folder
	log     []core.Ref
	serial  int
}

type folder struct {
	collection core.Collection
	items      map[core.ID]*Message
}

// Message is one item; with labels it can lie in several folders.
type Message struct {
	Body    []byte
	Sum     core.Sum
	Key     core.Key
	Marks   core.Marks
	Same    core.Same
	Owner   string
	Time    int64
	Version int
	// Named is the ID that its maker chose ("" = the server chooses).
	Named core.ID
	// Label and Where as a listing tells them.
	Label, Where string
	// Mailbox is what an account holds and no listing shows: it stays the same
	// when the account is renamed, and a new account has a new one.
	Mailbox  int
	position uint64
}

// NewServer makes an empty server.
func NewServer(name string, shape Shape) *Server {
	return &Server{Name: name, Shape: shape, folders: map[core.CollectionID]*folder{}}
}

// AddFolder makes a collection.
func (s *Server) AddFolder(path string, role core.Role, v core.Vocabulary) core.Collection {
	s.serial++
	id := core.CollectionID(path)
	c := core.Collection{ID: id, Path: path, Role: role, Feed: core.FeedID(path), Incarnation: core.Incarnation(fmt.Sprint("v", s.serial)), Vocabulary: v}
	if s.Shape.OneFeed {
		c.Feed = "all"
	}
	if s.Shape.TellsSame {
		c.Same = core.Same(fmt.Sprint("box", s.serial))
	}
	s.folders[id] = &folder{collection: c, items: map[core.ID]*Message{}}
	return c
}

// Folders returns the IDs of all collections in order.
func (s *Server) Folders() []core.CollectionID { return slices.Sorted(maps.Keys(s.folders)) }

// SetVocabulary changes the marks that a folder holds; others are dropped.
func (s *Server) SetVocabulary(c core.CollectionID, v core.Vocabulary) {
	f := s.folders[c]
	f.collection.Vocabulary = v
	for _, id := range slices.Sorted(maps.Keys(f.items)) {
		m := f.items[id]
		m.Marks = v.Cut(m.Marks)
		s.bump(core.Ref{Collection: c, ID: id})
	}
}

// Refs returns every place of every item, in order.
func (s *Server) Refs() []core.Ref {
	var out []core.Ref
	for c, f := range s.folders {
		for id := range f.items {
			out = append(out, core.Ref{Collection: c, ID: id})
		}
	}
	slices.SortFunc(out, core.Ref.Compare)
	return out
}

// At returns the item at a place, or nil.
func (s *Server) At(r core.Ref) *Message {
	if f := s.folders[r.Collection]; f != nil {
		return f.items[r.ID]
	}
	return nil
}

// bump writes a place into the log; with labels, all places of the item.
func (s *Server) bump(r core.Ref) {
	s.log = append(s.log, r)
	if !s.Shape.Ops.Shared {
		return
	}
	m := s.At(r)
	for _, c := range s.Folders() {
		if c != r.Collection && m != nil && s.folders[c].items[r.ID] == m {
			s.log = append(s.log, core.Ref{Collection: c, ID: r.ID})
		}
	}
}

func (s *Server) newID(c core.CollectionID, key core.Key) (core.ID, uint64) {
	f := s.folders[c]
	s.serial++
	switch {
	case s.Shape.NamedIDs:
		return core.ID(key), 0
	case s.Shape.Ordered: // another incarnation issues the same IDs again, as UIDs are
		f.collection.Position++
		return core.ID(fmt.Sprintf("%s.%05d", c, f.collection.Position)), f.collection.Position
	}
	return core.ID(fmt.Sprintf("%s%05d", s.Name, s.serial)), 0
}

// Add puts an item into a folder, as a user or another program does.
func (s *Server) Add(c core.CollectionID, m Message) core.Ref {
	s.serial++
	if m.Same == "" && (s.Shape.TellsSame || s.Shape.Ops.Shared) {
		m.Same = core.Same(fmt.Sprint(s.Name, "e", s.serial))
	}
	m.Sum = s.Shape.Digest(m.Body)
	m.Version = s.serial
	if s.Shape.Fold != nil {
		m.Key = s.Shape.Fold(m.Key)
	}
	if c == s.Shape.Accounts && c != "" {
		m.Mailbox = s.serial
	}
	if m.Time == 0 {
		s.Now++
		m.Time = s.Now
	}
	m.Marks = s.folders[c].collection.Vocabulary.Cut(m.Marks)
	id, position := s.newID(c, m.Key)
	m.position = position
	if m.Named != "" {
		id = m.Named
	}
	if s.Shape.Ops.Shared {
		m.Same = core.Same(id)
	}
	s.folders[c].items[id] = &m
	ref := core.Ref{Collection: c, ID: id}
	s.bump(ref)
	return ref
}

// AddPlace puts an item into another folder too (labels).
func (s *Server) AddPlace(r core.Ref, c core.CollectionID) {
	m := s.At(r)
	s.folders[c].items[r.ID] = m
	s.bump(core.Ref{Collection: c, ID: r.ID})
}

// Remove takes an item out of a folder.
func (s *Server) Remove(r core.Ref) {
	s.serial++
	s.log = append(s.log, r)
	delete(s.folders[r.Collection].items, r.ID)
}

// Move puts an item from one folder into another.
func (s *Server) Move(r core.Ref, to core.CollectionID) core.Ref {
	m := s.At(r)
	s.Remove(r)
	n := core.Ref{Collection: to, ID: r.ID}
	if !s.Shape.Ops.Shared {
		n.ID, m.position = s.newID(to, m.Key)
	}
	s.folders[to].items[n.ID] = m
	s.bump(n)
	return n
}

// Mark changes the marks of an item.
func (s *Server) Mark(r core.Ref, marks core.Marks) {
	s.At(r).Marks = s.folders[r.Collection].collection.Vocabulary.Cut(marks)
	s.bump(r)
}

// Edit replaces the body of an item.
func (s *Server) Edit(r core.Ref, body []byte) {
	m := s.At(r)
	s.serial++
	m.Body, m.Sum, m.Version = body, s.Shape.Digest(body), s.serial
	s.bump(r)
}

// Rebirth gives a folder a new incarnation with new IDs, in an order that
// shuffle chooses, without the items that lose names.
func (s *Server) Rebirth(c core.CollectionID, shuffle func(n int, swap func(i, j int)), lose func(*Message) bool) {
	f := s.folders[c]
	ids := slices.Sorted(maps.Keys(f.items))
	shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	s.serial++
	f.collection.Incarnation = core.Incarnation(fmt.Sprint("v", s.serial))
	f.collection.Position = 0
	old := f.items
	f.items = map[core.ID]*Message{}
	for _, id := range ids {
		s.log = append(s.log, core.Ref{Collection: c, ID: id})
		m := old[id]
		if lose != nil && lose(m) {
			continue
		}
		var n core.ID
		n, m.position = s.newID(c, m.Key)
		f.items[n] = m
		s.bump(core.Ref{Collection: c, ID: n})
	}
}

// stub describes an item as a listing does.
func (s *Server) stub(r core.Ref) core.Stub {
	m := s.At(r)
	st := core.Stub{Ref: r, Key: m.Key, Marks: m.Marks, Size: int64(len(m.Body)), Time: m.Time, Owner: m.Owner, Position: m.position,
		Label: m.Label, Where: m.Where}
	if s.Shape.TellsSame || s.Shape.Ops.Shared {
		st.Same = m.Same
	}
	if s.Shape.TellsSum {
		st.Sum = m.Sum
	}
	if s.Shape.TellsRev {
		st.Rev = core.Rev(fmt.Sprint("r", m.Version))
	}
	if s.Shape.Bad != nil {
		st.Bad = s.Shape.Bad(st)
	}
	if s.Shape.Window != nil && !s.Shape.Window(st) {
		st.Out = true
	}
	return st
}

// ByKey returns the first place of an item with a Key.
func (s *Server) ByKey(key core.Key) (core.Ref, bool) {
	for _, r := range s.Refs() {
		if s.At(r).Key == key {
			return r, true
		}
	}
	return core.Ref{}, false
}

// VocabularyOf returns the marks that a folder holds.
func (s *Server) VocabularyOf(c core.CollectionID) core.Vocabulary {
	return s.folders[c].collection.Vocabulary
}
