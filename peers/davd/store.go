package davd

import (
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"lockstep/core"
)

// user is somebody with a home.
type user struct {
	name, password string
	tokens         []string
	revoked        bool
}

// collection is an address book or a calendar.
type collection struct {
	path     string // as hrefs spell it, with a slash at the end
	owner    string
	kind     core.Kind
	readOnly bool
	// incarnation of the path: tokens of another one are not known.
	incarnation int
	// props that clients or tests have set.
	props map[xml.Name]*node
	items map[string]*item    // by name
	uids  map[string][]string // the names of the items that have a UID, sorted
	// gone items and when they went; changes count from 1.
	gone   map[string]int
	change int
	// from: tokens before it have expired.
	from int
	// states that a token was given out for: the ETags by name (Profile.StateTokens).
	states map[string]map[string]string
	// etag of the collection moves with its properties too.
	version int
}

// item is a card or a calendar object.
type item struct {
	name string
	body string
	uid  string
	tag  string // of the ETag
	// scheduleTag of an invitation; "" = it is none.
	scheduleTag string
	change      int // when it came to be as it is
	modified    time.Time
}

// space is the namespace of what the collection is.
func (c *collection) space() string {
	if c.kind == core.Contact {
		return nsCardDAV
	}
	return nsCalDAV
}

func (c *collection) mime() string {
	if c.kind == core.Contact {
		return "text/vcard"
	}
	return "text/calendar"
}

// names of the items, sorted.
func (c *collection) names() []string { return slices.Sorted(maps.Keys(c.items)) }

// holder is the item with a UID that is not of this name; nil = there is none.
func (c *collection) holder(uid, but string) *item {
	for _, name := range c.uids[uid] {
		if name != but {
			return c.items[name]
		}
	}
	return nil
}

// index keeps the names by UID when one name changes from one item to another;
// nil = there was none, or will be none.
func (c *collection) index(name string, from, to *item) {
	if from != nil && from.uid != "" {
		c.uids[from.uid] = slices.DeleteFunc(c.uids[from.uid], func(n string) bool { return n == name })
		if len(c.uids[from.uid]) == 0 {
			delete(c.uids, from.uid)
		}
	}
	if to != nil && to.uid != "" {
		at, _ := slices.BinarySearch(c.uids[to.uid], name)
		c.uids[to.uid] = slices.Insert(c.uids[to.uid], at, name)
	}
}

// put stores a body as it is.
func (s *Server) put(c *collection, name, body string) *item {
	content := s.profile().ContentETags
	if old := c.items[name]; content && old != nil && old.body == body {
		return old
	}
	s.serial++
	c.change++
	c.version++
	uid, _ := skim(c.kind, body) // "" where it cannot be read
	verb := "+"
	if c.items[name] != nil {
		verb = "="
	}
	tag := fmt.Sprintf("e%d", s.serial)
	if content {
		tag = fmt.Sprintf("%x", sha256.Sum256([]byte(body)))
	}
	i := &item{name: name, body: body, uid: uid, tag: tag, change: c.change, modified: s.opt.Now().UTC()}
	if s.scheduled(c, body) {
		i.scheduleTag = fmt.Sprintf("s%d", s.serial)
	}
	c.index(name, c.items[name], i)
	c.items[name] = i
	delete(c.gone, name)
	s.note(verb, c.path+name)
	return i
}

// remove takes an item away and remembers that it was there.
func (s *Server) remove(c *collection, name string) {
	c.change++
	c.version++
	c.index(name, c.items[name], nil)
	delete(c.items, name)
	c.gone[name] = c.change
	s.note("-", c.path+name)
}

// make adds an empty collection.
func (s *Server) make(owner string, kind core.Kind, path string) *collection {
	s.serial++
	c := &collection{path: path, owner: owner, kind: kind, incarnation: s.serial, props: map[xml.Name]*node{},
		items: map[string]*item{}, uids: map[string][]string{}, gone: map[string]int{}, states: map[string]map[string]string{}}
	s.collections[path] = c
	s.note("+", path)
	return c
}

// unmake deletes a collection with what is in it.
func (s *Server) unmake(c *collection) {
	delete(s.collections, c.path)
	s.note("-", c.path)
}

// set a property; nil = remove it.
func (s *Server) set(c *collection, name xml.Name, value *node) {
	c.version++
	if value == nil {
		delete(c.props, name)
		return
	}
	if isColor(name) && s.profile().AppleColors && len(value.text) == len("#rrggbb") {
		value = leaf(name.Space, name.Local, strings.ToUpper(value.text)+"FF")
	}
	c.props[name] = value
}
