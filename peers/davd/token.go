package davd

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// token of the collection as it was after a change.
func (s *Server) token(c *collection, change int) string {
	if s.profile().StateTokens {
		return s.stateToken(c)
	}
	return fmt.Sprintf("%s%d-%d", s.profile().TokenPrefix, c.incarnation, change)
}

// stateToken is one for what the collection holds now, which it remembers.
func (s *Server) stateToken(c *collection) string {
	state := map[string]string{}
	hash := sha256.New()
	for _, name := range c.names() {
		state[name] = c.items[name].tag
		fmt.Fprintf(hash, "%s\n%s\n", name, state[name])
	}
	for _, name := range slices.SortedFunc(maps.Keys(c.props), compareNames) {
		fmt.Fprintf(hash, "%s %s\n%s\n", name.Space, name.Local, c.props[name].text)
	}
	token := fmt.Sprintf("%x", hash.Sum(nil)[:20]) // no URI, as it should be
	c.states[token] = state
	return token
}

// since reads a token: the change that it stands for, false = it is not known
// or has expired.
func (s *Server) since(c *collection, token string) (int, bool) {
	if s.profile().StateTokens {
		return 0, c.states[token] != nil
	}
	rest, ours := strings.CutPrefix(token, s.profile().TokenPrefix)
	var incarnation, change int
	if _, err := fmt.Sscanf(rest, "%d-%d", &incarnation, &change); err != nil || !ours {
		return 0, false
	}
	known := incarnation == c.incarnation && change >= c.from && change <= c.change && s.token(c, change) == token
	return change, known
}

// moved is an item that changed: there, or gone.
type moved struct {
	name   string
	change int
	item   *item // nil = gone
}

// changes since a change, oldest first; from the beginning nothing is gone.
func (c *collection) changes(since int, initial bool) []moved {
	var out []moved
	for name, i := range c.items {
		if i.change > since || initial {
			out = append(out, moved{name, i.change, i})
		}
	}
	for name, change := range c.gone {
		if change > since && !initial {
			out = append(out, moved{name: name, change: change})
		}
	}
	slices.SortFunc(out, func(a, b moved) int { return a.change - b.change })
	return out
}

// between are the changes since a state, by name.
func (c *collection) between(state map[string]string) []moved {
	var out []moved
	for name, i := range c.items {
		if state[name] != i.tag {
			out = append(out, moved{name, i.change, i})
		}
	}
	for name := range state {
		if c.items[name] == nil {
			out = append(out, moved{name: name})
		}
	}
	slices.SortFunc(out, func(a, b moved) int { return strings.Compare(a.name, b.name) })
	return out
}
