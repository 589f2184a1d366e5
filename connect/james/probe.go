package james

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/protocol/webadmin"
)

// soon is how long before its end a token is worth a word.
const soon = 14 * 24 * time.Hour

// Probe implements core.Prober. It changes nothing.
func (r *Replica) Probe(ctx context.Context) ([]core.Finding, error) {
	if _, err := r.Collections(ctx); err != nil {
		return nil, err
	}
	out := []core.Finding{r.connection(), r.login(), r.managed()}
	for _, look := range []func(context.Context) (core.Finding, error){r.names, r.accounts, r.leftovers, r.quotaLists, r.contactRoutes, r.identityRoutes} {
		f, err := look(ctx)
		if core.ClassOf(err) == core.Auth && err != nil {
			return out, err
		}
		if err != nil {
			f.Value, f.Effect, f.Bad = "cannot be told", err.Error(), true
		}
		if f.Name != "" {
			out = append(out, f)
		}
	}
	return append(out, r.renaming(), writes()), nil
}

func (r *Replica) connection() core.Finding {
	f := core.Finding{Name: "protection", Value: "TLS, its certificate verified"}
	u, err := url.Parse(r.config.URL)
	if err != nil || u.Scheme == "https" {
		return f
	}
	f.Value = "none"
	if host := u.Hostname(); host != "localhost" && !net.ParseIP(host).IsLoopback() {
		f.Bad, f.Effect = true, "everybody between can read the password, and change everything with it: use https"
	}
	return f
}

func (r *Replica) login() core.Finding {
	f := core.Finding{Name: "login"}
	token, secret := r.client.Login()
	switch {
	case !secret:
		f.Value, f.Effect, f.Bad = "none", "whoever reaches this port may change everything", true
	case token == nil:
		f.Value, f.Effect = "webadmin password", "the server is told the password with every request"
	case token.Expires.IsZero():
		f.Value, f.Effect = fmt.Sprintf("JWT of %s, an administrator", token.Subject), "it never expires"
	default:
		f.Value = fmt.Sprintf("JWT of %s, an administrator, until %s", token.Subject, token.Expires.Format(time.DateOnly))
		if left := token.Expires.Sub(r.config.Now()); left < soon {
			f.Bad, f.Effect = true, fmt.Sprintf("it expires in %d hours", int(left.Hours()))
		}
	}
	return f
}

func (r *Replica) managed() core.Finding {
	var all []string
	for domain := range r.domains {
		all = append(all, domain)
	}
	slices.Sort(all)
	f := core.Finding{Name: "domains", Value: fmt.Sprint(len(all))}
	if len(all) <= 10 {
		f.Value = strings.Join(all, ", ")
	}
	var missing []string
	for _, domain := range r.config.Domains {
		if !r.domains[strings.ToLower(domain)] {
			missing = append(missing, domain)
		}
	}
	if len(missing) > 0 {
		f.Bad, f.Effect = true, "contacts are wanted in domains that the server does not manage: "+strings.Join(missing, ", ")
	}
	return f
}

// names tells how the server reads names in paths, the only trace of its version.
func (r *Replica) names(ctx context.Context) (core.Finding, error) {
	f := core.Finding{Name: "names in paths", Value: "decoded once, as James 3.9 and later do"}
	rewriting, quotas, err := r.client.DecodesTwice(ctx)
	switch {
	case rewriting && quotas:
		f.Value, f.Effect = "decoded twice, as James up to 3.8 does", "a + and a % are escaped twice"
	case rewriting:
		f.Value, f.Effect = "decoded twice for aliases, forwards and mappings", "there a + and a % are escaped twice"
	case quotas:
		f.Value, f.Effect = "decoded twice for quotas", "there a + and a % are escaped twice"
	}
	return f, err
}

func (r *Replica) accounts(ctx context.Context) (core.Finding, error) {
	f := core.Finding{Name: "accounts"}
	users, err := r.allUsers(ctx)
	bad := 0
	for _, user := range users {
		if _, err := account(user); err != nil {
			bad++
		}
	}
	f.Value = fmt.Sprint(len(users))
	if bad > 0 {
		f.Effect = fmt.Sprintf("%d have a name that is no address: they are left alone", bad)
	}
	return f, err
}

// leftovers looks for what stands where no account is: James makes no account
// there, and what is found would be the new owner's.
func (r *Replica) leftovers(ctx context.Context) (core.Finding, error) {
	f := core.Finding{Name: "left behind", Value: "nothing"}
	users, err := r.allUsers(ctx)
	if err != nil {
		return f, err
	}
	mappings, err := r.allMappings(ctx)
	var left []string
	for _, m := range mappings {
		if _, there := slices.BinarySearch(users, m.Source); m.Type == webadmin.Forward && !there {
			left = append(left, m.Source)
		}
	}
	if left = slices.Compact(left); len(left) > 0 {
		f.Value = fmt.Sprintf("forwards of %d addresses without an account", len(left))
		f.Effect = "no account can be made there until they are removed: " + strings.Join(left[:min(len(left), 5)], ", ")
		if len(left) > 5 {
			f.Effect += "..."
		}
	}
	return f, err
}

func (r *Replica) quotaLists(ctx context.Context) (core.Finding, error) {
	if !slices.Contains(r.config.Resources, element.Quota) {
		return core.Finding{}, nil
	}
	f := core.Finding{Name: "quotas"}
	users, err := r.allUsers(ctx)
	if err != nil {
		return f, err
	}
	told, err := r.quotaPages(ctx, len(users))
	named := 0
	for _, user := range users {
		if _, is := told[user]; is {
			named++
		}
	}
	f.Value = fmt.Sprintf("the lists name %d of %d accounts", named, len(users))
	if named < len(users) {
		f.Effect = fmt.Sprintf("a pass asks for the other %d one by one", len(users)-named)
	}
	return f, err
}

func (r *Replica) contactRoutes(ctx context.Context) (core.Finding, error) {
	f := core.Finding{Name: "contacts", Value: "not on this server: only TMail has domain contacts"}
	addresses, err := r.contactAddresses(ctx)
	wanted := slices.Contains(r.config.Resources, element.Contact)
	switch {
	case webadmin.NoRoute(err):
		if wanted {
			f.Bad, f.Effect = true, "take the contacts table out of the link"
		}
		return f, nil
	case err == nil:
		f.Value = fmt.Sprint(len(addresses))
		if wanted {
			f.Effect = fmt.Sprintf("a pass reads the names of about %d again, and those of new ones", (len(addresses)+verifyPasses-1)/verifyPasses)
		}
	}
	return f, err
}

func (r *Replica) identityRoutes(ctx context.Context) (core.Finding, error) {
	f := core.Finding{Name: "identities", Value: "yes"}
	_, _, err := r.client.DefaultIdentity(ctx, "lockstep@localhost")
	if webadmin.NoRoute(err) {
		f.Value = "not on this server: James has them from 3.8 on"
		f.Bad = slices.Contains(r.config.Resources, element.Identity)
		return f, nil
	}
	return f, err
}

func (r *Replica) renaming() core.Finding {
	if *r.renames {
		return core.Finding{Name: "rename", Value: "yes",
			Effect: "mailboxes, forwards, filters, quota, aliases and address mappings go along; identities, vacation and the password do not"}
	}
	return core.Finding{Name: "rename", Value: "no", Effect: "another address makes another account; the old one and its mail stay where they are"}
}

func writes() core.Finding {
	return core.Finding{Name: "writes", Value: "read again right before",
		Effect: "an account is only made where none is; all else has a window of milliseconds, since webadmin takes no conditions"}
}
