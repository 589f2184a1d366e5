package webadmin

import (
	"context"
	"net/http"
)

// Identity that a user writes mail as.
type Identity struct {
	Name, Email string
}

// DefaultIdentity of a user: of those that can be deleted, the first by its sort
// order. False = there is none; those that the server makes up for itself do not
// count. The user need not exist.
func (c *Client) DefaultIdentity(ctx context.Context, user string) (Identity, bool, error) {
	path, err := c.path(ctx, plain, "/users/*/identities", user)
	if err != nil {
		return Identity{}, false, err
	}
	what := call{op: "webadmin.DefaultIdentity", thing: user, method: http.MethodGet, path: path + "?default=true", want: []int{http.StatusOK, http.StatusNotFound}}
	a, err := c.read(ctx, what)
	if err != nil || a.status == http.StatusNotFound {
		return Identity{}, false, err
	}
	var says []struct {
		Name  string  `json:"name"`
		Email *string `json:"email"`
	}
	if err := decode(what, a, &says); err != nil {
		return Identity{}, false, err
	}
	if len(says) == 0 || says[0].Email == nil {
		return Identity{}, false, broken(what, &shapeError{"no identity is told"}, true)
	}
	return Identity{Name: says[0].Name, Email: *says[0].Email}, true, nil
}

// CreateIdentity makes an identity that comes first by its sort order. It does
// so again if it is asked twice. Refused with 500: the user may not write as
// that address.
func (c *Client) CreateIdentity(ctx context.Context, user string, identity Identity) error {
	path, err := c.path(ctx, plain, "/users/*/identities", user)
	if err != nil {
		return err
	}
	return c.send201(ctx, "webadmin.CreateIdentity", user, path, map[string]any{"name": identity.Name, "email": identity.Email, "sortOrder": 0})
}
