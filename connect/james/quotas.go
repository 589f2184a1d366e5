package james

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/protocol/webadmin"
)

const (
	// quotaPage is how many accounts a page of quotas has. James computes what
	// each of them uses, so a page takes it a while.
	quotaPage = 1000
	// smallPage is how far a page that James fails at is taken apart.
	smallPage = 16
	// mostFailedPages is how many such pages show that pages are of no use here
	// (a search engine stops at its 10,000th account).
	mostFailedPages = 64
	// mostUntold is how many accounts James may fail to tell the quota of (it
	// cannot if there is an & in the name) before the listing counts as failed.
	mostUntold = 100
)

// listQuotas reads the size that each account has of its own: in pages, and one
// by one for those that no page names, since only an answer about an account
// proves that it has none.
func (r *Replica) listQuotas(ctx context.Context) ([]listed, error) {
	users, err := r.allUsers(ctx)
	if err != nil {
		return nil, err
	}
	told, err := r.quotaPages(ctx, len(users))
	if err != nil {
		return nil, err
	}
	all := make([]listed, len(users)) // without an owner: it has none
	var unknown []int
	for i, user := range users {
		q, named := told[user]
		_, unwritable := account(user)
		switch {
		case named && q.Set:
			all[i] = listed{place: place{resource: element.Quota, owner: user}, bytes: q.Size}
		case !named && unwritable == nil: // others have a Bad stub as accounts
			unknown = append(unknown, i)
		}
	}
	var untold int
	var last error
	var lock sync.Mutex
	err = parallel(ctx, r.config.MaxConnections, len(unknown), func(ctx context.Context, n int) error {
		i := unknown[n]
		p := place{resource: element.Quota, owner: users[i]}
		q, err := r.client.Quota(ctx, p.owner)
		switch {
		case err == nil && q.Set:
			all[i] = listed{place: p, bytes: q.Size}
		case err == nil:
		case fails(err):
			e, _ := p.element()
			bad := p.bad(e.Owner, "James cannot tell this quota: "+err.Error())
			all[i] = listed{place: p, known: &bad}
			lock.Lock()
			defer lock.Unlock()
			if untold, last = untold+1, err; untold > mostUntold {
				return fmt.Errorf("%d quotas cannot be told, the last: %w", untold, last)
			}
		case core.ClassOf(err) != core.Missing: // the account went in the meantime
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(l listed) bool { return l.owner == "" }), nil
}

// quotaPages reads the pages that together name so many accounts. What they do
// not name is asked for otherwise, so a page that James fails at is only slow.
func (r *Replica) quotaPages(ctx context.Context, accounts int) (map[string]webadmin.Quota, error) {
	out := make(map[string]webadmin.Quota, accounts)
	var lock sync.Mutex
	failed := 0
	var read func(ctx context.Context, offset, limit int) error
	read = func(ctx context.Context, offset, limit int) error {
		lock.Lock()
		enough := failed > mostFailedPages
		lock.Unlock()
		if enough {
			return nil
		}
		page, err := r.client.Quotas(ctx, offset, limit)
		switch {
		case err == nil:
			lock.Lock()
			defer lock.Unlock()
			for _, q := range page {
				out[q.User] = q
			}
			return nil
		case !fails(err):
			return err
		}
		lock.Lock()
		failed++
		lock.Unlock()
		if limit <= smallPage {
			return nil
		}
		half := limit / 2
		if err := read(ctx, offset, half); err != nil {
			return err
		}
		return read(ctx, offset+half, limit-half)
	}
	pages := (accounts + quotaPage - 1) / quotaPage
	err := parallel(ctx, r.config.MaxConnections, pages, func(ctx context.Context, i int) error {
		return read(ctx, i*quotaPage, quotaPage)
	})
	return out, err
}
