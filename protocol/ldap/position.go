package ldap

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Position is a text that changes with every change to what the server holds at
// and below the suffix of base; "" = the server proves no such thing. It is
// that suffix's contextCSN (one for each provider), of a server that keeps it
// (RFC 4533) and where no entry is newer than it.
//
// Equal positions prove equal entries. They do not prove equal rights: what an
// administrator lets the account see may change without it.
func (c *Client) Position(ctx context.Context, base string) (string, error) {
	root, err := c.RootDSE(ctx)
	if err != nil {
		return "", err
	}
	suffix := root.suffix(base)
	if suffix == "" || !slices.Contains(root.Controls, oidSync) {
		return "", nil
	}
	e, _, err := c.entry(ctx, suffix, "contextCSN")
	if isMissing(err) {
		return "", nil
	}
	if err != nil {
		return "", failure("ldap.Position", thing(suffix), asking, err)
	}
	list := slices.Sorted(slices.Values(e.Attributes["contextcsn"]))
	if len(list) == 0 {
		return "", nil
	}
	kept, err := c.kept(ctx, suffix, list[len(list)-1])
	if err != nil || !kept {
		return "", err
	}
	return plain(strings.Join(list, " ")), nil
}

// kept tells whether no entry is newer than the newest contextCSN. The control
// is the whole server's, and a contextCSN may have come with a restored backup
// into a database that does not keep it. Where the server does not answer, it
// counts as not kept.
func (c *Client) kept(ctx context.Context, suffix, newest string) (bool, error) {
	at := EscapeFilter(newest)
	s := Search{Base: suffix, Filter: "(&(entryCSN>=" + at + ")(!(entryCSN=" + at + ")))", Attributes: []string{"1.1"}, limit: 1}
	newer := 0
	for _, err := range c.Search(ctx, s) {
		var refused *ResultError
		switch {
		case errors.As(err, &refused):
			return false, nil
		case err != nil:
			return false, err
		}
		newer++
	}
	return newer == 0, nil
}
