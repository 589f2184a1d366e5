package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/roles"
	wire "lockstep/protocol/imap"
)

// Collections implements core.Replica.
func (r *Replica) Collections(ctx context.Context) (core.Survey, error) {
	found, err := r.survey(ctx, "imap.Collections", "*")
	if err != nil {
		return core.Survey{}, err
	}
	clear(r.surveyed)
	for _, c := range found {
		r.surveyed[c.ID] = c
	}
	// INBOX is always there (RFC 9051, section 5.1): a list without it is short.
	// So is one from which a mailbox was left out because of another.
	_, whole := r.surveyed[inbox]
	return core.Survey{Collections: found, Complete: whole && len(r.clashes) == 0}, nil
}

// survey lists mailboxes with their status.
func (r *Replica) survey(ctx context.Context, op, pattern string) ([]core.Collection, error) {
	r.sound = false
	conn, lists, told, err := r.list(ctx, op, pattern)
	if err != nil {
		return nil, err
	}
	lists = slices.DeleteFunc(lists, func(d wire.ListData) bool {
		return slices.Contains(d.Attributes, `\noselect`) || slices.Contains(d.Attributes, `\nonexistent`) ||
			d.Raw == "" || strings.ContainsAny(d.Name, "\x00\r\n") // no command can name it
	})
	slices.SortStableFunc(lists, func(a, b wire.ListData) int { return strings.Compare(key(a.Raw), key(b.Raw)) })
	lists = slices.CompactFunc(lists, func(a, b wire.ListData) bool { return key(a.Raw) == key(b.Raw) })
	lists = r.own(lists)
	refused, err := r.askStatus(ctx, conn, op, lists, told)
	if err != nil {
		return nil, err
	}
	var out []core.Collection
	r.unread = nil
	for _, d := range lists {
		s, known := told[key(d.Raw)]
		if !known && core.ClassOf(refused[d.Raw]) == core.Missing {
			continue // deleted since it was listed
		}
		if !known {
			r.unread = append(r.unread, d.Name)
		}
		c, err := r.collection(op, d, s, known)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	r.guessRoles(out)
	unshared(out)
	r.sound = true
	return out, nil
}

// list asks for the names, and for what their status is as far as the server
// tells it with them. On a connection that was kept the question is the proof that it
// lives: one that was lost between two looks is no failure of this one.
func (r *Replica) list(ctx context.Context, op, pattern string) (conn *session, lists []wire.ListData, told map[string]wire.StatusData, err error) {
	conn, err = r.oldest(ctx, op)
	if err != nil {
		return nil, nil, nil, err
	}
	if conn.selected != "" { // the status of an open mailbox is that of its view
		conn.selected = ""
		if err := conn.Wait(ctx, conn.StartUnselect(ctx)); err != nil {
			return nil, nil, nil, failure(op, "", reading, err)
		}
	}
	ask := func() func() error {
		lists, told = nil, map[string]wire.StatusData{}
		return conn.StartListStatus(ctx, pattern, func(d wire.ListData) { lists = append(lists, d) },
			func(d wire.StatusData) { told[key(d.Raw)] = d })
	}
	if !conn.unproven {
		err = ask()()
		return conn, lists, told, failure(op, "", reading, err)
	}
	noop := conn.Start(ctx, "NOOP") // both go in one packet: the proof costs no round trip
	answer := ask()
	if prove(ctx, conn, noop) != nil {
		if conn, err = r.oldest(ctx, op); err != nil {
			return nil, nil, nil, err
		}
		answer = ask()
	}
	err = answer()
	return conn, lists, told, failure(op, "", reading, err)
}

// unshared drops identities that are told of more than one mailbox: they are
// none.
func unshared(all []core.Collection) {
	told := map[core.Same]int{}
	for _, c := range all {
		told[c.Same]++
	}
	for i := range all {
		if told[all[i].Same] > 1 {
			all[i].Same = ""
		}
	}
}

// guessRoles gives roles by name where the server told none (RFC 6154): at the
// top only, and only if no other mailbox has the role or such a name.
func (r *Replica) guessRoles(all []core.Collection) {
	held := map[core.Role]int{}
	guess := make([]core.Role, len(all))
	for i, c := range all {
		if guess[i] = c.Role; c.Role == core.RoleNone && r.atTop(c) {
			guess[i] = r.roleNamed(c.Path)
		}
		held[guess[i]]++
	}
	for i := range all {
		if held[guess[i]] == 1 {
			all[i].Role = guess[i]
		}
	}
}

// roleNamed looks a name up in a table that is made for it: it is large, and most
// accounts tell what their mailboxes are for.
func (r *Replica) roleNamed(name string) core.Role {
	if r.roles == nil {
		t := roles.NewTable()
		r.roles = &t
	}
	return r.roles.Of(name)
}

// atTop tells whether a mailbox is the account's own and below no other.
func (r *Replica) atTop(c core.Collection) bool {
	_, who := r.spaces.find(string(c.ID))
	return who == ours && !strings.Contains(c.Path, "/")
}

// key of a name: INBOX is the same in any case.
func key(raw string) string {
	if strings.EqualFold(raw, inbox) {
		return inbox
	}
	return raw
}

// askStatus asks for what the list did not tell, many at a time.
func (r *Replica) askStatus(ctx context.Context, conn *session, op string, lists []wire.ListData, told map[string]wire.StatusData) (map[string]error, error) {
	refused := map[string]error{}
	var rest []wire.ListData
	for _, d := range lists {
		if _, known := told[key(d.Raw)]; !known {
			rest = append(rest, d)
		}
	}
	for part := range slices.Chunk(rest, r.config.Batch) {
		var commands []*wire.Command
		for _, d := range part {
			commands = append(commands, conn.StartStatus(ctx, wire.RawMailbox(d.Raw), func(s wire.StatusData) { told[key(s.Raw)] = s }))
		}
		for i, cmd := range commands {
			err := conn.Wait(ctx, cmd)
			var status *wire.StatusError
			switch {
			case err == nil:
			case errors.As(err, &status) && conn.Err() == nil:
				refused[part[i].Raw] = failure(op, part[i].Name, reading, err)
			default:
				return nil, failure(op, part[i].Name, reading, err)
			}
		}
	}
	return refused, nil
}

func vocabulary() core.Vocabulary {
	return core.Vocabulary{Any: true, Marks: core.NewMarks(core.Seen, core.Answered, core.Flagged, core.Deleted, core.Draft)}
}

func (r *Replica) collection(op string, d wire.ListData, s wire.StatusData, known bool) (core.Collection, error) {
	id := core.CollectionID(d.Name)
	path, _ := r.spaces.path(d)
	c := core.Collection{ID: id, Path: path, Role: roleOf(d.Attributes), Count: -1, Vocabulary: vocabulary()}
	delete(r.raw, id)
	switch {
	case strings.EqualFold(d.Name, inbox):
		c.ID, c.Role = inbox, core.RoleInbox
	case !d.Exact:
		r.raw[id] = d.Raw
	}
	if !known {
		return c, nil // it cannot be read: no feed
	}
	if s.Messages < 0 || s.UIDNext <= 0 || s.UIDValidity <= 0 || s.UIDNext > 1<<32 || s.UIDValidity >= 1<<32 {
		return c, core.Errorf(op, core.Transient, "the server does not tell the status of %s", d.Name)
	}
	c.Feed = core.FeedID(c.ID)
	c.Count = int(s.Messages)
	c.Position = uint64(s.UIDNext - 1)
	c.Incarnation = incarnation(uint32(s.UIDValidity))
	c.Same = core.Same(s.MailboxID)
	if delete(r.limits, c.ID); s.AppendLimit >= 0 {
		r.limits[c.ID] = s.AppendLimit
	}
	if s.HighestMod > 0 { // RFC 7162, section 3.1.2.1
		c.Rev = core.Rev(fmt.Sprintf("%d:%d:%d", s.HighestMod, s.UIDNext, s.Messages))
	}
	return c, nil
}
