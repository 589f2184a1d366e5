package cli

import (
	"context"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// values are what may be given for a flag or argument; none for a file, a
// number, or whatever the shell knows better.
func (a *app) values(ctx context.Context, v *kong.Value) []string {
	if v.Enum != "" {
		return strings.Split(v.Enum, ",")
	}
	switch v.Name {
	case "link":
		return append(a.linkNames(), a.accountNames()...)
	case "account":
		return a.accountNames()
	case "run":
		return a.ofLinks(ctx, func(s *session) (ids []string, err error) {
			runs, err := s.store.Runs(ctx)
			for _, r := range runs {
				ids = append(ids, r.ID)
			}
			return ids, err
		})
	case "id":
		return a.ofLinks(ctx, func(s *session) (ids []string, err error) {
			conflicts, err := s.store.Conflicts(ctx)
			for _, c := range conflicts {
				if unsettled(c) {
					ids = append(ids, strconv.FormatInt(c.ID, 10))
				}
			}
			return ids, err
		})
	}
	return nil
}

// ofLinks collects something of every link that can be read; what cannot is
// told by other commands.
func (a *app) ofLinks(ctx context.Context, list func(*session) ([]string, error)) (all []string) {
	links, err := a.known(nil)
	if err != nil {
		return nil
	}
	for _, l := range links {
		a.with(ctx, l, a.read, func(s *session) error {
			some, err := list(s)
			all = append(all, some...)
			return err
		})
	}
	return all
}

// linkNames are the links of the configuration; none if it is broken.
func (a *app) linkNames() (names []string) {
	c, err := a.config()
	if err != nil {
		return nil
	}
	for _, l := range c.Links {
		names = append(names, l.Name)
	}
	return names
}

func (a *app) accountNames() (names []string) {
	c, err := a.config()
	if err != nil {
		return nil
	}
	for _, account := range c.Accounts {
		names = append(names, account.Name)
	}
	return names
}
