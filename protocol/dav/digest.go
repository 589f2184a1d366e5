package dav

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
)

// digest is a challenge of the Digest scheme (RFC 7616, and RFC 2617 before it)
// and how often its nonce was used.
type digest struct {
	realm, nonce, opaque string
	// algorithm as the server writes it; "" = MD5, and it is not repeated.
	algorithm string
	// qop is "auth", or "" for servers of RFC 2069.
	qop   string
	stale bool
	count uint32
}

// challenge is one of the WWW-Authenticate header.
type challenge struct {
	scheme string
	params map[string]string
}

// algorithms that are understood, the best first.
func algorithms() []string { return []string{"SHA-512-256", "SHA-256", "MD5"} }

func hashOf(algorithm string) func() hash.Hash {
	switch algorithm {
	case "SHA-512-256":
		return sha512.New512_256
	case "SHA-256":
		return sha256.New
	}
	return md5.New // what most servers of this scheme know
}

// bestDigest takes the strongest challenge that can be answered; unusable tells why
// there is none although some are offered.
func bestDigest(all []challenge) (best *digest, unusable error) {
	rank := len(algorithms())
	for _, c := range all {
		if c.scheme != "digest" {
			continue
		}
		algorithm, _ := strings.CutSuffix(strings.ToUpper(c.params["algorithm"]), "-SESS")
		if algorithm == "" {
			algorithm = "MD5"
		}
		i := slices.Index(algorithms(), algorithm)
		qops := strings.FieldsFunc(strings.ToLower(c.params["qop"]), func(r rune) bool { return r == ',' || r == ' ' })
		switch {
		case i < 0:
			unusable = fmt.Errorf("the server wants the Digest algorithm %q, which is not known", printable(algorithm))
			continue
		case len(qops) > 0 && !slices.Contains(qops, "auth"):
			unusable = errors.New("the server wants Digest with qop=auth-int, which is not known")
			continue
		case c.params["nonce"] == "":
			unusable = errors.New("the server wants a Digest login and sends no nonce")
			continue
		case i >= rank:
			continue
		}
		rank = i
		best = &digest{realm: c.params["realm"], nonce: c.params["nonce"], opaque: c.params["opaque"], algorithm: c.params["algorithm"], stale: strings.EqualFold(c.params["stale"], "true")}
		if len(qops) > 0 {
			best.qop = "auth"
		}
	}
	return best, unusable
}

// answer makes the Authorization of one request (RFC 7616, section 3.4).
func (d *digest) answer(method, uri, user, password string, random io.Reader) (string, error) {
	raw := make([]byte, 16)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("no random numbers: %w", err)
	}
	cnonce := hex.EncodeToString(raw)
	d.count++
	nc := fmt.Sprintf("%08x", d.count)
	response := d.response(method, uri, user, password, nc, cnonce)
	quote := func(s string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	out := "Digest username=" + quote(user) + ", realm=" + quote(d.realm) + ", nonce=" + quote(d.nonce) + ", uri=" + quote(uri) + `, response="` + response + `"`
	if d.algorithm != "" {
		out += ", algorithm=" + d.algorithm
	}
	if d.opaque != "" {
		out += ", opaque=" + quote(d.opaque)
	}
	if d.qop != "" {
		out += ", qop=" + d.qop + ", nc=" + nc + ", cnonce=" + quote(cnonce)
	} else if strings.HasSuffix(strings.ToUpper(d.algorithm), "-SESS") {
		out += ", cnonce=" + quote(cnonce)
	}
	return out, nil
}

// response is what proves that the password is known (RFC 7616, section 3.4.1).
func (d *digest) response(method, uri, user, password, nc, cnonce string) string {
	name, session := strings.CutSuffix(strings.ToUpper(d.algorithm), "-SESS")
	sum := func(parts ...string) string {
		h := hashOf(name)()
		io.WriteString(h, strings.Join(parts, ":"))
		return hex.EncodeToString(h.Sum(nil))
	}
	ha1 := sum(user, d.realm, password)
	if session {
		ha1 = sum(ha1, d.nonce, cnonce)
	}
	ha2 := sum(method, uri)
	if d.qop == "" { // RFC 2069
		return sum(ha1, d.nonce, ha2)
	}
	return sum(ha1, d.nonce, nc, cnonce, d.qop, ha2)
}

// parseChallenges reads WWW-Authenticate headers (RFC 9110, section 11.6.1), in
// which a comma separates both challenges and their parameters.
func parseChallenges(headers []string) (out []challenge) {
	for _, h := range headers {
		for len(h) > 0 {
			h = strings.TrimLeft(h, ", \t")
			word := token(h)
			if word == "" {
				break
			}
			rest := strings.TrimLeft(h[len(word):], " \t")
			if strings.HasPrefix(rest, "=") && len(out) > 0 { // a parameter of the last one
				value, after := paramValue(strings.TrimLeft(rest[1:], " \t"))
				out[len(out)-1].params[strings.ToLower(word)] = value
				h = after
				continue
			}
			out = append(out, challenge{scheme: strings.ToLower(word), params: map[string]string{}})
			h = rest
		}
	}
	return out
}

// parseParams reads parameters without a scheme.
func parseParams(header string) map[string]string {
	if all := parseChallenges([]string{"x " + header}); len(all) > 0 {
		return all[0].params
	}
	return nil
}

// token is the word (RFC 9110, section 5.6.2) that a text begins with.
func token(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
	if end < 0 {
		return s
	}
	return s[:end]
}

// paramValue reads a token or a quoted string.
func paramValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ", \t")
		if end < 0 {
			return s, ""
		}
		return s[:end], s[end:]
	}
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i < len(s) {
				out.WriteByte(s[i])
			}
		case '"':
			return out.String(), s[i+1:]
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String(), ""
}
