package webadmin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"lockstep/core"
)

// family of routes that decode the names in their paths alike.
type family uint8

const (
	// plain routes decode a name once.
	plain family = iota
	// rewriting routes (aliases, forwards, address mappings) decode it twice
	// up to James 3.8 (JAMES-3936).
	rewriting
	// quota routes do so, too; they were mended at another time.
	quota
)

// decoding is what was found out about a server's families.
type decoding struct {
	sync.Mutex
	known, twice [quota + 1]bool
}

// segment escapes a name as one segment of a path. What could be taken for more
// than one, or for another, is refused: no name that we write holds such things.
func segment(name string) (string, error) {
	if name == "" || name == "." || name == ".." || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '/' || r == '\\' }) {
		return "", fmt.Errorf("%s cannot be part of a path", printable(fmt.Sprintf("%q", name)))
	}
	var out strings.Builder
	for i := range len(name) {
		switch b := name[i]; {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', strings.IndexByte("-._~@", b) >= 0:
			out.WriteByte(b)
		default:
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String(), nil
}

// path fills the names into a pattern: each * stands for one.
func (c *Client) path(ctx context.Context, f family, pattern string, names ...string) (string, error) {
	var out strings.Builder
	for i, fixed := range strings.Split(pattern, "*") {
		if i > 0 {
			name := names[i-1]
			// Only these two mean something to the second decoding.
			if f != plain && strings.ContainsAny(name, "+%") {
				twice, err := c.decodesTwice(ctx, f)
				if err != nil {
					return "", err
				}
				if twice {
					name = strings.NewReplacer("%", "%25", "+", "%2B").Replace(name)
				}
			}
			s, err := segment(name)
			if err != nil {
				return "", &core.Error{Op: "webadmin.Path", Class: core.Permanent, Thing: printable(pattern), Err: err}
			}
			out.WriteString(s)
		}
		out.WriteString(fixed)
	}
	return out.String(), nil
}

// DecodesTwice tells whether the server decodes names twice: for aliases,
// forwards and mappings, and for quotas.
func (c *Client) DecodesTwice(ctx context.Context) (rewrite, quotas bool, err error) {
	if rewrite, err = c.decodesTwice(ctx, rewriting); err == nil {
		quotas, err = c.decodesTwice(ctx, quota)
	}
	return rewrite, quotas, err
}

// decodesTwice finds out, once, by reads that change nothing and ask about
// nobody. A name that is written "a%2Bb" is read as "a b" by who decodes twice,
// which is no address: 400 instead of an empty list. "x%25zz" is read as an
// escape that is none: 400 instead of a user who is not there.
func (c *Client) decodesTwice(ctx context.Context, f family) (bool, error) {
	d := &c.paths
	d.Lock()
	defer d.Unlock()
	if d.known[f] {
		return d.twice[f], nil
	}
	once, twice := "/address/aliases/a%2Bb@localhost", "/address/aliases/a%252Bb@localhost"
	if f == quota {
		once, twice = "/quota/users/x%25zz@localhost", "/quota/users/x%2525zz@localhost"
	}
	const op = "webadmin.DecodesTwice"
	first, err := c.status(ctx, op, once)
	if err != nil {
		return false, err
	}
	if first == http.StatusBadRequest {
		second, err := c.status(ctx, op, twice)
		if err != nil {
			return false, err
		}
		switch {
		case second != http.StatusBadRequest:
			d.twice[f] = true
		case f == rewriting:
			return false, &core.Error{Op: op, Class: core.Permanent, Thing: c.base,
				Err: errors.New("the server takes no + in an address, however it is escaped")}
		}
		// A server that takes no escaped % at all cannot decode twice.
	}
	d.known[f] = true
	return d.twice[f], nil
}

// status of a read whose refusal is an answer, too: 200, 400 or 404.
func (c *Client) status(ctx context.Context, op, path string) (int, error) {
	a, err := c.read(ctx, call{op: op, method: http.MethodGet, path: path, want: []int{http.StatusOK, http.StatusBadRequest, http.StatusNotFound}})
	return a.status, err
}
