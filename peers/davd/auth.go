package davd

import (
	"cmp"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// wellKnown leads to the root (RFC 6764, section 5), without a login.
func wellKnown(q *request, p Profile) *answer {
	if p.NoWellKnown {
		return nil
	}
	if q.path == "/.well-known/carddav" || q.path == "/.well-known/caldav" {
		return text(cmp.Or(p.WellKnownStatus, http.StatusMovedPermanently), "It is at "+p.Root).with("Location", p.Root)
	}
	return nil
}

// admit finds out who asks: nil = come in.
func (s *Server) admit(q *request) *answer {
	header := q.Header.Get("Authorization")
	stale := false
	switch s.opt.Auth {
	case Basic:
		name, password, _ := q.BasicAuth()
		if u := s.users[name]; u != nil && !u.revoked && same(u.password, password) {
			q.user = name
		}
	case Digest:
		q.user, stale = s.digest(q.Method, q.RequestURI, header)
	case Bearer:
		token, is := strings.CutPrefix(header, "Bearer ")
		for _, u := range s.users {
			if is && !u.revoked && slices.ContainsFunc(u.tokens, func(t string) bool { return same(t, token) }) {
				q.user = u.name
			}
		}
	}
	if q.user != "" {
		return nil
	}
	a := text(http.StatusUnauthorized, "Who are you?")
	switch s.opt.Auth {
	case Basic:
		return a.with("WWW-Authenticate", `Basic realm="`+realm+`"`)
	case Bearer:
		return a.with("WWW-Authenticate", `Bearer realm="`+realm+`", error="invalid_token"`)
	}
	s.nonce++
	challenge := fmt.Sprintf(`Digest realm="%s", qop="auth", nonce="n%d", algorithm=MD5`, realm, s.nonce)
	if stale {
		challenge += ", stale=true"
	}
	return a.with("WWW-Authenticate", challenge)
}

const realm = "davd"

// nonceLife is for how many newer challenges a nonce is good.
const nonceLife = 100

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// digest checks a login (RFC 7616, section 3.4) and returns whose it is; stale
// = only the nonce is too old.
func (s *Server) digest(method, uri, header string) (name string, stale bool) {
	rest, is := strings.CutPrefix(header, "Digest ")
	if !is {
		return "", false
	}
	field := map[string]string{}
	for _, m := range regexp.MustCompile(`(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))`).FindAllStringSubmatch(rest, -1) {
		field[m[1]] = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(m[2]) + m[3]
	}
	u := s.users[field["username"]]
	hash := func(parts ...string) string {
		text := []byte(strings.Join(parts, ":"))
		if field["algorithm"] == "SHA-256" {
			sum := sha256.Sum256(text)
			return hex.EncodeToString(sum[:])
		}
		sum := md5.Sum(text)
		return hex.EncodeToString(sum[:])
	}
	if u == nil || u.revoked || field["realm"] != realm || field["uri"] != uri || field["qop"] != "auth" || field["cnonce"] == "" || len(field["nc"]) != 8 {
		return "", false
	}
	want := hash(hash(u.name, realm, u.password), field["nonce"], field["nc"], field["cnonce"], "auth", hash(method, uri))
	if !same(want, field["response"]) {
		return "", false
	}
	var n int
	if _, err := fmt.Sscanf(field["nonce"], "n%d", &n); err != nil || n < 1 || n > s.nonce || s.nonce-n > nonceLife {
		return "", true
	}
	return u.name, false
}
