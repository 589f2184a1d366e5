package webadmin

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
)

// Domains lists the domains that the server manages, in order.
func (c *Client) Domains(ctx context.Context) ([]string, error) {
	return c.names(ctx, "webadmin.Domains", "/domains")
}

// names reads a list of strings.
func (c *Client) names(ctx context.Context, op, path string) (out []string, err error) {
	_, err = c.read(ctx, call{op: op, thing: path, method: http.MethodGet, path: path, want: []int{http.StatusOK}, list: func(d *decoder) error {
		out = nil
		if err := array(d, func(name string) error { out = append(out, name); return nil }); err != nil {
			return err
		}
		return d.end()
	}})
	slices.Sort(out)
	return out, err
}

// Users lists the names of all accounts, in order. James stores them in lower
// case; what other repositories hold is listed as it is.
func (c *Client) Users(ctx context.Context) (out []string, err error) {
	_, err = c.read(ctx, call{op: "webadmin.Users", thing: "/users", method: http.MethodGet, path: "/users", want: []int{http.StatusOK}, list: func(d *decoder) error {
		out = nil
		err := array(d, func(u struct {
			Name *string `json:"username"`
		}) error {
			if u.Name == nil {
				return &shapeError{"a user has no name"}
			}
			out = append(out, *u.Name)
			return nil
		})
		if err != nil {
			return err
		}
		return d.end()
	}})
	slices.Sort(out)
	return out, err
}

// HasUser tells whether there is an account of this name.
func (c *Client) HasUser(ctx context.Context, user string) (bool, error) {
	const op = "webadmin.HasUser"
	path, err := c.path(ctx, plain, "/users/*", user)
	if err != nil {
		return false, err
	}
	a, err := c.read(ctx, call{op: op, thing: user, method: http.MethodHead, path: path, want: []int{http.StatusOK, http.StatusNotFound}})
	return a.status == http.StatusOK, err
}

// CreateUser makes an account. Refused with 409: there is one, or an alias or a
// group has the address; nothing was changed.
func (c *Client) CreateUser(ctx context.Context, user, password string) error {
	path, err := c.path(ctx, plain, "/users/*", user)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"password": password})
	if err != nil {
		return err
	}
	// Not ?force, which would set the password of an account that is there.
	_, err = c.write(ctx, call{op: "webadmin.CreateUser", thing: user, method: http.MethodPut, path: path, json: body, want: []int{http.StatusNoContent}, secret: password})
	return err
}

// DeleteUser removes an account; its mailboxes and mappings stay. One that is
// not there is no error.
func (c *Client) DeleteUser(ctx context.Context, user string) error {
	return c.change(ctx, "webadmin.DeleteUser", plain, http.MethodDelete, "/users/*", user)
}

// change is a write without a body.
func (c *Client) change(ctx context.Context, op string, f family, method, pattern string, names ...string) error {
	path, err := c.path(ctx, f, pattern, names...)
	if err != nil {
		return err
	}
	_, err = c.write(ctx, call{op: op, thing: names[len(names)-1], method: method, path: path, want: []int{http.StatusNoContent}})
	return err
}
