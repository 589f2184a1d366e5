package directory

import (
	"context"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/internal/mapping"
	"lockstep/protocol/ldap"
)

// reading is what one read of all sources gave.
type reading struct {
	// entries with their elements, the first of which is the account; sorted by
	// handle.
	entries mapping.Book
	// tallies of the sources, in their order.
	tallies []*tally
	// unlisted: resources of which not all elements could be told.
	unlisted map[element.Resource]bool
	// failed are the sources that were not read completely, and why, in their
	// order.
	failed []failedSource
}

type failedSource struct {
	name string
	err  error
}

// whole tells whether all sources were read completely.
func (now *reading) whole() bool { return len(now.failed) == 0 }

// read reads all sources, once in a pass. A source that fails does not keep the
// others from being read. An error is a login that is refused, or a failure that
// may pass when it is tried again; after some tries what was read has to do.
func (r *Replica) read(ctx context.Context) (*reading, error) {
	if r.now != nil {
		return r.now, nil
	}
	r.reads++
	now := &reading{unlisted: map[element.Resource]bool{}}
	for _, s := range r.config.Sources {
		t := newTally(s.Name(), r.config.Rules)
		now.tallies = append(now.tallies, t)
		err := r.readSource(ctx, s, t, now)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			now.failed = append(now.failed, failedSource{s.Name(), err})
		}
	}
	if err := now.gravest(); gravity(err) > 0 && (r.reads < mostReads || core.ClassOf(err) == core.Auth) {
		return nil, err
	}
	now.entries.Check()
	now.entries.Sort()
	r.now = now
	return now, nil
}

// gravest is the failure that counts; nil = there is none.
func (now *reading) gravest() (worst error) {
	for _, f := range now.failed {
		if worst == nil || gravity(f.err) > gravity(worst) {
			worst = f.err
		}
	}
	return worst
}

// failures lists the sources that were not read completely as bad accounts, so
// that a pass that could not see all of a directory says so. No entry's handle
// ends in "!".
func (now *reading) failures() (out []core.Stub) {
	for _, f := range now.failed {
		id := core.ID(f.name + "!")
		out = append(out, core.Stub{Ref: core.Ref{Collection: element.User.Collection(), ID: id}, Key: core.Key("users/" + f.name), Same: core.Same(id),
			Size: -1, Where: f.name, Bad: f.err.Error()})
	}
	return out
}

// readSource reads one source. What is found counts even with an error, but
// for a source of which every entry lacks what all of them must have: there the
// reader's rights or the configuration are wrong, not every entry.
func (r *Replica) readSource(ctx context.Context, s Source, t *tally, now *reading) error {
	var wrong faults
	var all mapping.Book
	for e, err := range s.Read(ctx, r.config.Rules.Attributes()) {
		if err != nil {
			wrong.add(err)
			continue
		}
		reason := r.canonical(&e)
		found := r.config.Rules.Elements(e)
		t.count(e, found)
		for i := range found {
			if reason != "" {
				found[i].Bad = ""
				found[i].Mark(reason)
			}
			if found[i].Unlisted {
				now.unlisted[found[i].Resource] = true
			}
		}
		all.Add(found)
	}
	if err := t.useless(r.config.Rules); err != nil {
		wrong.add(err)
	} else {
		now.entries.Append(&all)
	}
	return wrong.failure(s.Name())
}

// canonical writes what identifies an entry in its usual form. It returns why
// that cannot be done; then the entry has none.
func (r *Replica) canonical(e *mapping.Entry) (reason string) {
	for _, name := range r.config.identifiers() {
		values := e.Attributes[name]
		for i, v := range values {
			id, err := ldap.UUID(cased(name, r.config.Rules.ID.String()), v)
			if err != nil {
				reason = err.Error()
				delete(e.Attributes, name)
				break
			}
			values[i] = id
		}
	}
	return reason
}

// cased is the name as the rules write it, for people.
func cased(name, written string) string {
	if strings.EqualFold(name, written) {
		return written
	}
	return name
}

// find returns an element by its ID.
func (now *reading) find(ref core.Ref) *mapping.Found {
	resource := element.Resource(ref.Collection)
	handle, name := split(resource, ref.ID)
	for _, f := range now.entries.Find(handle) {
		if f.Resource == resource && f.Name == name {
			return &f
		}
	}
	return nil
}
