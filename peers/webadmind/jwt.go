package webadmind

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Token signs claims as James wants them: a JWT with RS256 (RFC 7519, RFC 7518,
// section 3.3). An administrator's claims are "sub", not empty, and "admin":
// true; "exp" and "nbf", in Unix seconds, are optional.
func Token(key *rsa.PrivateKey, claims map[string]any) (string, error) {
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := segment([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + segment(body)
	hash := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, hash[:])
	return text + "." + segment(signature), err
}

// Admin is a token of an administrator that never ends.
func Admin(key *rsa.PrivateKey) (string, error) {
	return Token(key, map[string]any{"sub": "admin@localhost", "admin": true})
}

func segment(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// verify checks a token and returns its claims.
func verify(token string, key *rsa.PublicKey, now time.Time) (map[string]any, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("a JWT has three parts")
	}
	var header struct {
		Alg string `json:"alg"`
	}
	if err := read(parts[0], &header); err != nil || header.Alg != "RS256" {
		return nil, errors.New("not signed with RS256")
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, hash[:], signature); err != nil {
		return nil, err
	}
	var claims map[string]any
	if err := read(parts[1], &claims); err != nil {
		return nil, err
	}
	if sub, _ := claims["sub"].(string); sub == "" {
		return nil, errors.New("nobody is named")
	}
	if end, is := claims["exp"].(float64); is && now.Unix() >= int64(end) {
		return nil, errors.New("expired")
	}
	if begin, is := claims["nbf"].(float64); is && now.Unix() < int64(begin) {
		return nil, errors.New("not yet valid")
	}
	return claims, nil
}

func read(part string, into any) error {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
