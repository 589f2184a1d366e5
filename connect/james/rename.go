package james

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/protocol/webadmin"
)

// mostAwaits is how often the end of a rename is waited for, half a minute each.
const mostAwaits = 40

// Follow implements core.Renamer: everything that mail needs goes with the
// account. James moves forwards and quotas, rename moves aliases and address
// mappings. A contact and an identity stay behind.
func (r *Replica) Follow(s core.Stub, owner string) (core.Ref, core.Key, bool) {
	e, ok := element.Parse(s.Key)
	if !ok {
		return core.Ref{}, "", false
	}
	switch e.Resource {
	case element.Contact, element.Identity:
		return core.Ref{}, "", false
	case element.Forward:
		if e.Name == e.Owner { // the local copy
			e.Name = owner
		}
	}
	e.Owner = owner
	return placeAt(e).ref(), e.Key(), true
}

// rename gives an account another name. Webadmin can only move what an account
// has to another one, so it takes steps, each of which can be made again:
//
//	the new account is made
//	James moves the mailboxes, forwards, filters, delegation and the quota
//	aliases and address mappings are set to the new account
//	the old account is deleted
//	what James forwards from the old address is no longer forwarded
//
// From the first step to the last both accounts stand, and mail to either
// arrives. Broken off after the first, the class is Unknown; asked again without
// If.Absent it goes on. The new account has the password that the write brings, or
// one that nobody knows: the old one cannot be read.
func (r *Replica) rename(ctx context.Context, reader *reader, p place, w core.Write) (core.Stub, error) {
	const op = "james.Rename"
	to, ok := element.Parse(w.Item.Key)
	if !ok || to.Resource != element.User || p.resource != element.User {
		return core.Stub{}, permanent(op, string(w.Ref.ID), "only an account can be renamed, to another account")
	}
	value, err := valueIn(op, w)
	if err != nil {
		return core.Stub{}, err
	}
	there, err := r.client.HasUser(ctx, p.owner)
	switch {
	case err != nil:
		return core.Stub{}, beforeWrite(err)
	case !there:
		return core.Stub{}, missing(op, string(w.Ref.ID))
	}
	err = r.createUser(ctx, op, to.Owner, value.Password)
	again := !w.If.Absent && core.ClassOf(err) == core.Conflict
	if err != nil && !again {
		return core.Stub{}, err
	}
	if again {
		err = r.clearWay(ctx, p.owner, to.Owner)
	}
	if err == nil {
		err = r.moveTo(ctx, reader, p.owner, to.Owner)
	}
	if err != nil {
		return core.Stub{}, halfDone(op, string(w.Ref.ID), err)
	}
	return placeAt(to).stub(element.Value{}), nil
}

// moveTo makes all steps but the first.
func (r *Replica) moveTo(ctx context.Context, reader *reader, from, to string) error {
	if err := r.moveMail(ctx, from, to); err != nil {
		return err
	}
	if err := r.moveMappings(ctx, reader, from, to); err != nil {
		return err
	}
	if err := r.client.DeleteUser(ctx, from); err != nil {
		return err
	}
	left, err := r.forwards(ctx, from)
	if m, there := left[to]; err == nil && there {
		err = r.client.RemoveMapping(ctx, m)
	}
	return err
}

// clearWay takes away what makes James fail at a rename that it was given before:
// a forward that both accounts have, and the one that it made itself from the old
// address to the new one.
func (r *Replica) clearWay(ctx context.Context, from, to string) error {
	there, err := r.forwards(ctx, to)
	if err != nil {
		return err
	}
	old, err := r.forwards(ctx, from)
	if err != nil {
		return err
	}
	for _, target := range slices.Sorted(maps.Keys(old)) {
		m := old[target]
		if target == from {
			target = to
		}
		_, both := there[target]
		if both || target == to && len(old) == 1 {
			if err := r.client.RemoveMapping(ctx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// forwards of an account, by where they lead.
func (r *Replica) forwards(ctx context.Context, owner string) (map[string]webadmin.Mapping, error) {
	all, err := r.client.MappingsOf(ctx, owner)
	out := map[string]webadmin.Mapping{}
	for _, m := range all {
		if m.Type == webadmin.Forward {
			out[m.Target] = m
		}
	}
	return out, err
}

// moveMail runs the task of James to its end.
func (r *Replica) moveMail(ctx context.Context, from, to string) error {
	id, err := r.client.Rename(ctx, from, to)
	if err != nil {
		return err
	}
	for range mostAwaits {
		task, err := r.client.Await(ctx, id)
		switch {
		case err != nil:
			return err
		case task.Completed() && len(task.Steps) == 0:
			return nil
		case task.Done():
			return fmt.Errorf("the task %s of James is %s: %s", id, task.Status, strings.Join(task.Steps, ", "))
		}
	}
	return fmt.Errorf("the task %s of James still runs", id)
}

// moveMappings sets to the new account what James leaves with the old one. The
// new one is made before the old one goes: an address that goes to both goes to
// one mailbox all the same.
func (r *Replica) moveMappings(ctx context.Context, reader *reader, from, to string) error {
	all, err := r.ownedBy(ctx, from)
	if err != nil {
		return err
	}
	for _, old := range all {
		at, _ := ofMapping(old)
		at.owner = to
		if at.name != to { // an address does not go to itself
			if err := reader.add(ctx, at.mapping()); err != nil {
				return err
			}
		}
		if err := reader.remove(ctx, old); err != nil {
			return err
		}
	}
	return nil
}

// ownedBy returns the aliases and address mappings of an account: as they stand
// now, and aliases in other spellings as they stood when they were listed.
func (r *Replica) ownedBy(ctx context.Context, owner string) (out []webadmin.Mapping, err error) {
	add := func(m webadmin.Mapping, resource element.Resource) {
		at, ours := ofMapping(m)
		if e, err := at.element(); ours && err == nil && at.resource == resource && e.Owner == owner {
			out = append(out, m)
		}
	}
	sources, err := r.client.Aliases(ctx, owner)
	if err != nil {
		return nil, err
	}
	for _, source := range sources {
		add(webadmin.Mapping{Source: source, Type: webadmin.Alias, Target: owner}, element.Alias)
	}
	own, err := r.client.MappingsOf(ctx, owner)
	if err != nil {
		return nil, err
	}
	for _, m := range own {
		add(m, element.Mapping)
	}
	listed, err := r.allMappings(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range listed {
		if m.Target != owner {
			add(m, element.Alias)
		}
	}
	return out, nil
}
