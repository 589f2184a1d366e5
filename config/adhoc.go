package config

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"slices"
	"strings"

	"lockstep/core"
)

// Select finds what the arguments of plan and sync mean: nothing = all links;
// names of links; or two addresses or accounts, an ad-hoc link.
func (c *Config) Select(args []string) ([]*Link, error) {
	if len(args) == 0 {
		if len(c.Links) == 0 {
			return nil, problem("add [links.NAME] to the configuration, or give two addresses", "no links are configured")
		}
		return c.Links, nil
	}
	var links []*Link
	var unknown error
	for _, name := range args {
		l, ok := c.Link(name)
		if !ok {
			remedy := didYouMean(name, c.linkNames())
			if remedy == "" {
				remedy = "give the names of links, or two addresses"
			}
			unknown = problem(remedy, "there is no link %s", masked(name))
			break
		}
		links = append(links, l)
	}
	switch {
	case unknown == nil:
		return links, nil
	case len(args) != 2 || !c.meansEnds(args):
		return nil, unknown
	}
	l, err := c.AdHoc(args[0], args[1])
	if err != nil {
		return nil, err
	}
	return []*Link{l}, nil
}

// meansEnds tells whether two arguments, not both links, are meant as ends:
// both are accounts, or one cannot be a name.
func (c *Config) meansEnds(args []string) bool {
	accounts := 0
	for _, arg := range args {
		name, _, _ := strings.Cut(arg, "#")
		if !validName(name) || name != arg {
			return true
		}
		if _, ok := c.Account(name); ok {
			accounts++
		}
	}
	return accounts == len(args)
}

// AdHoc makes a link of two addresses or names of accounts, with all defaults.
func (c *Config) AdHoc(left, right string) (*Link, error) {
	l := newLink("")
	l.adHoc, l.Resources = true, adHocResources()
	var problems Problems
	for side, to := range [2]*End{&l.Left, &l.Right} {
		end, err := c.End(core.Side(side), [2]string{left, right}[side])
		if err != nil {
			problems = append(problems, asProblem(err))
			continue
		}
		*to = end
	}
	if len(problems) > 0 {
		return nil, problems
	}
	for _, m := range l.settle() {
		problems = append(problems, problem(m.remedy, "%s %s", m.key, m.text))
	}
	if len(problems) == 0 {
		for _, k := range leaks(c.Accounts, append(slices.Clone(c.Links), l)) {
			at := k.to.String()
			if k.link != l {
				at += " of " + k.link.place()
			}
			problems = append(problems, problem(k.remedy(), "%s %s", at, k.text()))
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	l.Name = l.Left.String() + " " + l.Right.String()
	return l, nil
}

// StandardProvisioning is a link without ends in which nothing is said, for a
// look at a directory or a mail server by itself.
func StandardProvisioning() *Link { return newLink("") }

// End finds what an argument of the command line stands for. The password of
// an address is LOCKSTEP_PASSWORD_LEFT or LOCKSTEP_PASSWORD_RIGHT; a directory,
// an address book or a calendar without a user, and a webadmin, may go without.
func (c *Config) End(side core.Side, text string) (End, error) {
	dir, err := os.Getwd()
	if err != nil {
		return End{}, problem("change to a folder that exists", "the current folder is not known: %v", err)
	}
	end, err := c.end(text, dir)
	if err != nil || end.Account.Name != "" || end.Account.Address.Local() {
		return end, err
	}
	name := "LOCKSTEP_PASSWORD_LEFT"
	if side == core.Right {
		name = "LOCKSTEP_PASSWORD_RIGHT"
	}
	if a := end.Account.Address; a.User == "" && (a.Type == LDAP || serviceOf(a.Type).dav()) || a.Type == James && c.env(name) == "" {
		return end, nil // an anonymous login, or a webadmin that lets everybody in
	}
	end.Account.Password = Secret{of: end.String(), from: fromEnv, at: name, env: c.env}
	return end, nil
}

// StateKey names the link's state: that of an ad-hoc link by its two places,
// so that the same addresses find it again. It is fit for a file name.
func (l *Link) StateKey() string {
	if !l.adHoc {
		return "link-" + l.Name
	}
	sum := sha256.Sum256([]byte(l.Left.identity() + "\n" + l.Right.identity()))
	return "adhoc-" + hex.EncodeToString(sum[:16])
}

// identity of the place. A directory in a vdir is another place than the vdir whose own
// items are called so.
func (e End) identity() string {
	if whole, one := e.Whole(); whole != e {
		return whole.Address().Normalised() + "/#" + one
	}
	return e.Address().Normalised()
}
