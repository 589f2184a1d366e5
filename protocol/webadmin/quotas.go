package webadmin

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"lockstep/core"
)

// Unlimited is the size of a quota without a limit.
const Unlimited int64 = -1

// Quota of one account.
type Quota struct {
	User string
	// Size in bytes that was set for this account, or Unlimited; what its domain
	// or the server has for all is not told here.
	Size int64
	// Set: the account has a size of its own. Otherwise Size is 0.
	Set bool
}

// quotaDetail as webadmin writes it: what was set, by where it was set.
type quotaDetail struct {
	User *struct {
		Size *int64 `json:"size"`
	} `json:"user"`
	// Computed is there in every one: without it, it is something else.
	Computed *struct{} `json:"computed"`
}

func (d quotaDetail) quota(user string) (Quota, error) {
	q := Quota{User: user}
	switch {
	case d.Computed == nil:
		return q, &shapeError{"a quota has no details"}
	case d.User == nil || d.User.Size == nil:
		return q, nil
	case *d.User.Size < Unlimited:
		return q, &shapeError{"a quota is below zero"}
	}
	q.Size, q.Set = *d.User.Size, true
	return q, nil
}

// Quotas lists one page of the quotas of the accounts, by user name. A server
// with a search engine lists only the accounts that it has indexed, and 10,000
// at most; who is not named may have a quota all the same. A user whose name
// James cannot compute a quota of (there is an & in it) fails the page: 500.
func (c *Client) Quotas(ctx context.Context, offset, limit int) (out []Quota, err error) {
	path := "/quota/users?limit=" + strconv.Itoa(limit) + "&offset=" + strconv.Itoa(offset)
	what := call{op: "webadmin.Quotas", thing: path, method: http.MethodGet, path: path, want: []int{http.StatusOK}}
	what.list = func(d *decoder) error {
		out = nil
		err := array(d, func(v struct {
			Name   *string     `json:"username"`
			Detail quotaDetail `json:"detail"`
		}) error {
			if v.Name == nil {
				return &shapeError{"a quota has no user"}
			}
			q, err := v.Detail.quota(*v.Name)
			out = append(out, q)
			return err
		})
		if err != nil {
			return err
		}
		return d.end()
	}
	_, err = c.read(ctx, what)
	return out, err
}

// Quota of one account. Missing: there is no such account.
func (c *Client) Quota(ctx context.Context, user string) (Quota, error) {
	// Not .../size, which answers with what the domain or the server has where
	// the account has none of its own.
	path, err := c.path(ctx, quota, "/quota/users/*", user)
	if err != nil {
		return Quota{}, err
	}
	what := call{op: "webadmin.Quota", thing: user, method: http.MethodGet, path: path, want: []int{http.StatusOK}}
	a, err := c.read(ctx, what)
	if err != nil {
		return Quota{}, err
	}
	var detail quotaDetail
	if err := decode(what, a, &detail); err != nil {
		return Quota{}, err
	}
	q, err := detail.quota(user)
	if err != nil {
		return Quota{}, broken(what, err, true)
	}
	return q, nil
}

// SetQuota gives an account a size of its own, in bytes, or Unlimited. Missing:
// there is no such account.
func (c *Client) SetQuota(ctx context.Context, user string, size int64) error {
	const op = "webadmin.SetQuota"
	if size < Unlimited {
		return &core.Error{Op: op, Class: core.Permanent, Thing: user, Err: errors.New("a quota is not below zero"), Remedy: "-1 is unlimited"}
	}
	path, err := c.path(ctx, quota, "/quota/users/*/size", user)
	if err != nil {
		return err
	}
	_, err = c.write(ctx, call{op: op, thing: user, method: http.MethodPut, path: path, text: []byte(strconv.FormatInt(size, 10)), want: []int{http.StatusNoContent}})
	return err
}

// UnsetQuota takes an account's own size away; none is no error. Missing: there
// is no such account.
func (c *Client) UnsetQuota(ctx context.Context, user string) error {
	return c.change(ctx, "webadmin.UnsetQuota", quota, http.MethodDelete, "/quota/users/*/size", user)
}
