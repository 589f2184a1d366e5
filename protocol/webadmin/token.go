package webadmin

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Token is what a JWT (RFC 7519) says about itself. Its signature is the
// server's to judge.
type Token struct {
	// Algorithm of the signature, "RS256".
	Algorithm string
	// Subject that it was given to.
	Subject string
	// Admin is the claim of that name, a boolean.
	Admin bool
	// Expires and NotBefore; zero = at no time.
	Expires, NotBefore time.Time

	err error // a claim that cannot be read
}

// parseToken reads a secret that looks like a JWT: three parts in base64url, the
// first of them a JSON object with an "alg" (RFC 7515, section 7.1). Anything
// else is a password.
func parseToken(secret string) (*Token, bool) {
	parts := strings.Split(secret, ".")
	if len(parts) != 3 {
		return nil, false
	}
	var header struct {
		Algorithm *string `json:"alg"`
	}
	if json.Unmarshal(decodePart(parts[0]), &header) != nil || header.Algorithm == nil {
		return nil, false
	}
	t := &Token{Algorithm: *header.Algorithm}
	var claims map[string]json.RawMessage
	if json.Unmarshal(decodePart(parts[1]), &claims) != nil {
		t.err = errors.New("its claims are not JSON")
		return t, true
	}
	// The string "true" is no claim: James wants the boolean.
	t.Admin = string(claims["admin"]) == "true"
	if raw, there := claims["sub"]; there && json.Unmarshal(raw, &t.Subject) != nil {
		t.err = errors.New(`its claim "sub" is not a string`)
	}
	t.Expires = t.date(claims, "exp")
	t.NotBefore = t.date(claims, "nbf")
	return t, true
}

func decodePart(part string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	if err != nil {
		return nil // which is no JSON
	}
	return b
}

// date reads a NumericDate: seconds, perhaps with a fraction (RFC 7519, section 2).
func (t *Token) date(claims map[string]json.RawMessage, name string) time.Time {
	raw, there := claims[name]
	if !there || string(raw) == "null" {
		return time.Time{}
	}
	var seconds float64
	if json.Unmarshal(raw, &seconds) != nil || seconds < 0 || seconds > 1<<40 {
		t.err = fmt.Errorf("its claim %q is not a date", name)
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// check tells why a server would refuse the token, and what to do about it.
func (t *Token) check(now time.Time) (remedy string, err error) {
	const anew = "have James' administrator make a new one"
	known := []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
	switch {
	case t.err != nil:
		return anew, fmt.Errorf("the JWT cannot be used: %w", t.err)
	case !slices.Contains(known, t.Algorithm):
		return "sign it with RS256", fmt.Errorf("the JWT is signed with %q, and James verifies signatures with a public key", printable(t.Algorithm))
	case t.Subject == "":
		return anew, errors.New(`the JWT names nobody: its claim "sub" is missing or empty`)
	case !t.Admin:
		return `it needs "admin": true, without quotes around true`, errors.New(`the JWT is not an administrator's: its claim "admin" is not true`)
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		return anew, fmt.Errorf("the JWT expired on %s, and now it is %s", t.Expires.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case now.Before(t.NotBefore):
		return "check the clock of this machine", fmt.Errorf("the JWT is not good before %s, and now it is %s", t.NotBefore.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return "", nil
}
