package webadmind

import (
	"net/http"
	"slices"
	"strings"
)

// admit tells who may not ask: nil = come in. The bodies are plain text, though
// they say that they are JSON.
func (s *Server) admit(r *http.Request) *answer {
	a := s.opt.Auth
	switch {
	case len(a.Passwords)+len(a.ReadOnly)+len(a.NoDelete) > 0 && s.from(V39):
		return s.admitPassword(r)
	case a.JWT != nil:
		return s.admitToken(r)
	}
	return nil
}

func refused(status int, why string) *answer { return &answer{status: status, body: []byte(why)} }

func (s *Server) admitToken(r *http.Request) *answer {
	token, is := bearer(r)
	if !is {
		return refused(http.StatusUnauthorized, "No Bearer header.")
	}
	claims, err := verify(token, s.opt.Auth.JWT, s.opt.Now())
	if err != nil {
		return refused(http.StatusUnauthorized, "Invalid Bearer header.")
	}
	if admin, _ := claims["admin"].(bool); !admin {
		return refused(http.StatusUnauthorized, "Non authorized user.")
	}
	return nil
}

// admitPassword: the header "Password", from 3.10 also "Authorization: Bearer".
func (s *Server) admitPassword(r *http.Request) *answer {
	a := s.opt.Auth
	given := r.Header.Get("Password")
	if token, is := bearer(r); given == "" && is && s.from(V310) {
		given = token
	}
	readOnly, noDelete := s.from(V310) && slices.Contains(a.ReadOnly, given), s.from(V310) && slices.Contains(a.NoDelete, given)
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case given == "":
		return refused(http.StatusUnauthorized, "No Password header.")
	case slices.Contains(a.Passwords, given), noDelete && r.Method != http.MethodDelete, readOnly && read:
		return nil
	case readOnly || noDelete:
		return refused(http.StatusForbidden, "This password does not allow "+r.Method+".")
	}
	return refused(http.StatusUnauthorized, "Wrong Password header.")
}

// bearer reads the header; its name of the scheme is case-sensitive here.
func bearer(r *http.Request) (token string, is bool) {
	token, is = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return strings.TrimSpace(token), is
}
