package james

import (
	"context"
	"net/http"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/protocol/webadmin"
)

// create makes an element that does not stand. One that does is a Conflict,
// whatever it holds: the next pass adopts it.
func (r *Replica) create(ctx context.Context, reader *reader, p place, w core.Write) (core.Stub, error) {
	const op = "james.Create"
	value, err := valueIn(op, w)
	if err != nil {
		return core.Stub{}, err
	}
	if p.resource == element.User {
		if err := r.createUser(ctx, op, p.owner, value.Password); err != nil {
			return core.Stub{}, err
		}
		return p.stub(element.Value{}), nil
	}
	_, there, err := reader.read(ctx, p)
	switch {
	case err != nil:
		return core.Stub{}, beforeWrite(err)
	case there:
		return core.Stub{}, conflict(op, string(w.Item.Key), "it is there already")
	}
	switch p.resource {
	case element.Quota:
		err = r.client.SetQuota(ctx, p.owner, value.Bytes)
	case element.Contact:
		err = noContacts(r.client.CreateContact(ctx, contactOf(p, value)))
	case element.Identity:
		err = r.client.CreateIdentity(ctx, p.owner, webadmin.Identity{Name: value.Name, Email: p.owner})
	case element.Alias:
		err = r.createAlias(ctx, reader, p.mapping())
	default:
		err = reader.add(ctx, p.mapping())
	}
	if err != nil {
		return core.Stub{}, err
	}
	return p.stub(value), nil
}

// createUser makes an account, with a password that nobody knows if none is
// wished. It fails if there is one, so no password that is there is touched.
func (r *Replica) createUser(ctx context.Context, op, user, password string) error {
	if password == "" {
		var err error
		if password, err = newPassword(r.config.Random); err != nil {
			return core.Errorf(op, core.Transient, "%w", err)
		}
	}
	err := r.client.CreateUser(ctx, user, password)
	if !is(err, http.StatusConflict) {
		return err
	}
	// 409 says that there is an account, or that an alias or a group has the
	// address; the first is for the next pass, the second for a person.
	there, failed := r.client.HasUser(ctx, user)
	switch {
	case failed != nil:
		return beforeWrite(failed)
	case there:
		return conflict(op, user, "the account is there already")
	}
	return &core.Error{Op: op, Class: core.Permanent, Thing: user, Err: err, Remedy: "remove what has the address (GET /mappings/user/" + user + " tells; of an account that was deleted by hand its mappings remain), or correct the directory"}
}

// createAlias makes an alias. What a rename leaves behind stands in its way: the
// old address is forwarded to the new account, which means the same as the alias
// that replaces it.
func (r *Replica) createAlias(ctx context.Context, reader *reader, m webadmin.Mapping) error {
	err := reader.add(ctx, m)
	if !is(err, http.StatusConflict) {
		return err
	}
	left := webadmin.Mapping{Source: m.Source, Type: webadmin.Forward, Target: m.Target}
	all, failed := reader.of(ctx, m.Source)
	if failed != nil || len(all) != 1 || all[0] != left {
		return err
	}
	if there, failed := r.client.HasUser(ctx, m.Source); failed != nil || there {
		return err
	}
	if err := reader.remove(ctx, left); err != nil {
		return err
	}
	return reader.add(ctx, m)
}

// valueIn reads the value that a write brings.
func valueIn(op string, w core.Write) (element.Value, error) {
	if w.Item.Body == nil {
		return element.Value{}, nil
	}
	defer w.Item.Body.Close()
	value, err := element.ReadValue(w.Item.Body)
	if err != nil {
		return element.Value{}, permanent(op, string(w.Item.Key), err.Error())
	}
	return value, nil
}

func contactOf(p place, v element.Value) webadmin.Contact {
	return webadmin.Contact{Address: p.owner, First: v.Given, Surname: v.Family}
}

// beforeWrite is for a read that failed before anything was written: the write
// has not happened, for certain.
func beforeWrite(err error) error {
	if core.ClassOf(err) != core.Unknown {
		return err
	}
	return core.Errorf("james.Apply", core.Transient, "%w", err)
}
