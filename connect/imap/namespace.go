package imap

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// spaces tells which mailboxes are the account's own, and turns names into
// paths and back: the prefix of its own mailboxes is no part of a path. What
// lies elsewhere keeps its whole name.
type spaces struct {
	wire.Namespaces
	// shared: those of others are wanted, too.
	shared bool
	// told is the delimiter of a LIST, where no namespace has one.
	told byte
}

// askSpaces asks for the namespaces, once a pass; what it returns waits for the
// answer. A server that has them and does not tell is an error: without its
// prefix every path would be another.
func (r *Replica) askSpaces(ctx context.Context, conn *wire.Conn, first bool) func() error {
	if !first || r.spaces.Personal != nil {
		return func() error { return nil }
	}
	var found wire.Namespaces
	told := false
	var cmd *wire.Command
	if conn.Has("NAMESPACE") {
		cmd = conn.StartNamespaces(ctx, func(n wire.Namespaces) { found, told = n, true })
	}
	return func() error {
		if cmd != nil {
			err := conn.Wait(ctx, cmd)
			var status *wire.StatusError
			switch {
			case errors.As(err, &status) && status.Status == "BAD": // it has none after all
			case err == nil && !told:
				return core.Errorf("imap.open", core.Transient, "the server does not tell its namespaces")
			case err != nil:
				return failure("imap.open", "NAMESPACE", reading, err)
			}
		}
		if len(found.Personal) == 0 {
			found.Personal = []wire.Namespace{{}}
		}
		r.spaces = spaces{Namespaces: found, shared: r.config.Shared}
		return nil
	}
}

// owner of a mailbox.
type owner uint8

const (
	nobody owner = iota // no namespace that was told holds it
	others
	ours
)

// find returns the namespace that a name lies in: that of the longest prefix.
func (s spaces) find(name string) (space wire.Namespace, who owner) {
	look := func(all []wire.Namespace, o owner) {
		for _, n := range all {
			if holds(n, name) && (who == nobody || len(n.Prefix) > len(space.Prefix)) {
				space, who = n, o
			}
		}
	}
	look(s.Personal, ours)
	look(s.Others, others)
	look(s.Shared, others)
	return space, who
}

// holds tells whether a name begins with the prefix; INBOX in it may be written
// in any case (RFC 9051, section 5.1).
func holds(n wire.Namespace, name string) bool {
	if len(name) <= len(n.Prefix) {
		return false
	}
	head := name[:len(n.Prefix)]
	return head == n.Prefix || len(head) > len(inbox) && strings.EqualFold(head[:len(inbox)], inbox) &&
		strings.EqualFold(n.Prefix[:len(inbox)], inbox) && head[len(inbox):] == n.Prefix[len(inbox):]
}

// path of a mailbox, and whose it is.
func (s spaces) path(d wire.ListData) (string, owner) {
	if strings.EqualFold(d.Name, inbox) {
		return inbox, ours
	}
	space, who := s.find(d.Name)
	name := d.Name
	if who == ours && space == s.Personal[0] {
		name = name[len(space.Prefix):]
	}
	return pathOf(name, d.Delimiter), who
}

// delimiter of the account's own mailboxes; 0 = it was not told, or there are
// no levels.
func (s spaces) delimiter() byte {
	if d := s.Personal[0].Delimiter; d != 0 {
		return d
	}
	return s.told
}

// name of the mailbox at a path. It is refused if it would be read back as
// another.
func (s spaces) name(path string) (string, error) {
	if strings.EqualFold(path, inbox) {
		return inbox, nil
	}
	name, err := nameOf(path, s.delimiter())
	if err != nil {
		return "", err
	}
	if space, who := s.find(name); who != ours && !s.shared || who == nobody || space == s.Personal[0] {
		name = s.Personal[0].Prefix + name
	}
	back, who := s.path(wire.ListData{Name: name, Delimiter: s.delimiter()})
	if back != path || who == others && !s.shared {
		return "", &wire.ArgError{Text: fmt.Sprintf("%q cannot be a mailbox here: %q is not among the account's own", path, name)}
	}
	return name, nil
}

// own leaves out the mailboxes of others, unless they are wanted, and those
// whose path is another's: what lies in a namespace of ours goes first.
func (r *Replica) own(lists []wire.ListData) (out []wire.ListData) {
	r.clashes, r.left = nil, 0
	taken := map[string]bool{}
	for _, now := range []owner{ours, others, nobody} {
		for _, d := range lists {
			path, who := r.spaces.path(d)
			if strings.EqualFold(path, inbox) {
				path = inbox
			}
			switch {
			case who != now:
				continue
			case who == others && !r.spaces.shared:
				r.left++
				continue
			case taken[path]:
				r.clashes = append(r.clashes, core.CollectionID(d.Name))
				continue
			case who == ours && d.Delimiter != 0:
				r.spaces.told = d.Delimiter
			}
			taken[path] = true
			out = append(out, d)
		}
	}
	return out
}
