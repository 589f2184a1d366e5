package cli

import (
	"context"
	"errors"
	"fmt"

	"lockstep/config"
	"lockstep/core"
)

// opener opens the state of a link: open, read or imagine.
type opener func(context.Context, *config.Link) (*session, error)

// each does something with each link in turn and ends with the link's report;
// a link that fails stops no other.
func (a *app) each(ctx context.Context, links []*config.Link, open opener, do func(*session, *tally) error) error {
	for _, l := range links {
		if len(links) > 1 {
			a.out.line("%s", a.out.paint(bold, safe(l.Name)))
		}
		t := newTally(l.Name)
		err := errNotBegun
		if ctx.Err() == nil {
			err = apart(l)
		}
		if err == nil {
			err = a.with(ctx, l, open, func(s *session) error { return do(s, t) })
		}
		t.end(a, err)
		if err != nil {
			a.fail(l.Name, err)
		}
	}
	return nil
}

// with does something with a link's session; without a state it does nothing.
func (a *app) with(ctx context.Context, l *config.Link, open opener, do func(*session) error) (err error) {
	s, err := open(ctx, l)
	if err != nil || s == nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return do(s)
}

// eachKnown does something with each link that has a state. Links that fail
// are reported; they stop no other.
func (a *app) eachKnown(ctx context.Context, names []string, open opener, do func(*session) error) error {
	links, err := a.known(names)
	if err != nil {
		return err
	}
	for _, l := range links {
		if err := a.with(ctx, l, open, do); err != nil {
			a.failed(l.Name, err)
		}
	}
	return nil
}

// wanted is something that one link has: by which command it is looked for,
// what it is ("conflict 3"), and how to find what there is.
type wanted struct{ command, what, remedy string }

// findOne looks through links for the one that has what is wanted, and opens
// it for do.
func (a *app) findOne(ctx context.Context, names []string, w wanted, has func(*session) (bool, error), open opener, do func(*session) error) error {
	var at []*config.Link
	var found []string
	err := a.eachKnown(ctx, names, a.read, func(s *session) error {
		yes, err := has(s)
		if yes {
			at, found = append(at, s.link), append(found, s.link.Name)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case len(at) == 1:
		if err := a.with(ctx, at[0], open, do); err != nil {
			a.failed(at[0].Name, err)
		}
		return nil
	case len(at) > 1:
		return usage("%s each have %s; say which with --link", list(found), w.what)
	case a.code != exitDone:
		return nil // one that could not be looked at may have it, and that was told
	}
	return &core.Error{Op: w.command, Class: core.Missing, Err: fmt.Errorf("there is no %s", w.what), Remedy: w.remedy}
}
