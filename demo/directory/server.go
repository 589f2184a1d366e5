package directory

import (
	"errors"
	"regexp"
	"strings"

	"lockstep/peers/webadmind"
)

// password of the webadmin, which every request has to bear.
const password = "ghost-light"

// serve starts a server with what stood there before anybody synced.
func serve() (*webadmind.Server, string, error) {
	s := webadmind.New(webadmind.Options{Version: webadmind.V310, TMail: true, Domains: []string{domain},
		Auth: webadmind.Auth{Passwords: []string{password}}})
	err := errors.Join(
		s.AddUser(postmaster, "of-old"),
		// These three were made by hand. Amara's forward is her own, Nanami's
		// alias is one of the season before, Grzegorz calls himself Greg.
		s.AddUser(promoted+"@"+domain, "of-old"), s.AddForward(promoted+"@"+domain, own),
		s.AddUser("nanami.fujimoto@"+domain, "of-old"), s.AddAlias("nanami.fujimoto@"+domain, stale),
		s.AddUser("grzegorz.wojcik@"+domain, "of-old"), s.AddIdentity("grzegorz.wojcik@"+domain, "Greg", 0),
	)
	if err != nil {
		return nil, "", errors.Join(err, s.Close())
	}
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		return nil, "", errors.Join(err, s.Close())
	}
	return s, strings.TrimPrefix(url, "http://"), nil
}

// What stood on the server before.
const (
	postmaster = "postmaster@" + domain
	own        = "amara@okonkwo.example"
	stale      = "drums@" + domain
)

// made are the accounts that were made by hand and are people's, with the name
// that each has given itself ("" = none).
func made() map[string]string {
	return map[string]string{promoted: "", "nanami.fujimoto": "", "grzegorz.wojcik": "Greg"}
}

// holds tells all that the server has, one line each, without the IDs of
// identities. What it keeps of accounts that are no more is left out, and so are
// mailboxes, which belong to the mail.
func holds(s *webadmind.Server) (out []string) {
	there := map[string]bool{}
	of := regexp.MustCompile(`^(?:quota/)?users/([^/=]+)`)
	name := regexp.MustCompile(`/identities/[^=]+=\S+`)
	for _, l := range s.Truth() {
		m := of.FindStringSubmatch(l)
		if m != nil && l == "users/"+m[1] {
			there[m[1]] = true
		}
	}
	for _, l := range s.Truth() {
		if m := of.FindStringSubmatch(l); m != nil && !there[m[1]] || strings.Contains(l, "/mailboxes/") || strings.HasPrefix(l, "domains/") && !strings.Contains(l, "/contacts/") {
			continue
		}
		out = append(out, name.ReplaceAllString(l, "/identities"))
	}
	return out
}
