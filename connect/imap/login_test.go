package imap_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"lockstep/connect/imap"
	"lockstep/core"
	"lockstep/peers/imapd"
	wire "lockstep/protocol/imap"
)

// logins records how clients log in, without what they say.
type logins struct {
	mu  sync.Mutex
	all []string
}

func (l *logins) note(ask imapd.Ask) imapd.Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch words := strings.Fields(ask.Args); ask.Command {
	case "LOGIN":
		l.all = append(l.all, "LOGIN")
	case "AUTHENTICATE":
		what := "AUTHENTICATE " + words[0]
		if len(words) > 1 {
			what += " at once"
		}
		l.all = append(l.all, what)
	}
	return imapd.Fault{}
}

func auths(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, n := range names {
		if n != "SASL-IR" {
			n = "AUTH=" + n
		}
		set[n] = true
	}
	return set
}

// TestLogins: each mechanism works, with and without an initial response; the
// strongest one that is offered is taken; a wrong secret is refused with what
// to do about it, and tells nobody the secret.
func TestLogins(t *testing.T) {
	for name, c := range map[string]struct {
		offers map[string]bool
		how    wire.Mechanism
		want   string // "" = it is not offered
		remedy string
	}{
		"all":                   {auths("SASL-IR", "SCRAM-SHA-256", "PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"), wire.Best, "AUTHENTICATE SCRAM-SHA-256 at once", "password"},
		"SCRAM without SASL-IR": {auths("SCRAM-SHA-256", "PLAIN"), wire.Best, "AUTHENTICATE SCRAM-SHA-256", "password"},
		"PLAIN":                 {auths("SASL-IR", "PLAIN", "LOGIN"), wire.Best, "AUTHENTICATE PLAIN at once", "password"},
		"PLAIN without SASL-IR": {auths("PLAIN", "LOGIN"), wire.Best, "AUTHENTICATE PLAIN", "password"},
		"AUTH=LOGIN":            {auths("SASL-IR", "LOGIN"), wire.Best, "AUTHENTICATE LOGIN", "password"},
		"the command":           {auths(), wire.Best, "LOGIN", "password"},
		"PLAIN is wanted":       {auths("SASL-IR", "SCRAM-SHA-256", "PLAIN"), wire.Plain, "AUTHENTICATE PLAIN at once", "password"},
		"XOAUTH2":               {auths("SASL-IR", "PLAIN", "XOAUTH2"), wire.XOAuth2, "AUTHENTICATE XOAUTH2 at once", "new token"},
		"XOAUTH2, no SASL-IR":   {auths("XOAUTH2"), wire.XOAuth2, "AUTHENTICATE XOAUTH2", "new token"},
		"OAUTHBEARER":           {auths("SASL-IR", "OAUTHBEARER"), wire.OAuthBearer, "AUTHENTICATE OAUTHBEARER at once", "new token"},
		"OAUTHBEARER, no IR":    {auths("OAUTHBEARER"), wire.OAuthBearer, "AUTHENTICATE OAUTHBEARER", "new token"},
		"no XOAUTH2":            {auths("PLAIN"), wire.XOAuth2, "", "remove auth"},
		"no SCRAM":              {auths("PLAIN"), wire.Scram, "", "set auth"},
	} {
		t.Run(name, func(t *testing.T) {
			var seen logins
			a := serve(t, imapd.Options{Capabilities: c.offers, Faults: seen.note})
			a.SetToken("secret")
			a.config.Mechanism = c.how
			for _, secret := range []string{"secret", "not-the-word"} {
				a.config.Password = func(context.Context) (string, error) { return secret, nil }
				r, err := imap.Open(t.Context(), a.config)
				if good := err == nil; good != (secret == "secret" && c.want != "") {
					t.Fatalf("with %s: %v", secret, err)
				}
				if err == nil {
					must(t, r.Close())
					continue
				}
				if core.ClassOf(err) != core.Auth || !strings.Contains(err.Error(), c.remedy) || strings.Contains(err.Error(), secret) {
					t.Errorf("%s: %v", core.ClassOf(err), err)
				}
				if c.how.Token() && c.want != "" && !strings.Contains(err.Error(), "401") {
					t.Errorf("the reason that the server gives is lost: %v", err)
				}
			}
			want := []string{c.want, c.want}
			if c.want == "" {
				want = nil
			}
			if got := strings.Join(seen.all, ", "); got != strings.Join(want, ", ") {
				t.Errorf("it logs in by %s, want %s", got, want)
			}
		})
	}
}

// TestOddNamesAndPasswords log in by every mechanism.
func TestOddNamesAndPasswords(t *testing.T) {
	for _, how := range []wire.Mechanism{wire.Scram, wire.Plain, wire.Login, wire.XOAuth2, wire.OAuthBearer} {
		for user, password := range map[string]string{
			`a=b,c@example.org`: `p,=a"ss\`, "jürgen@example.org": "pässwörd", "x y": "two  words ", "100%": "%2F{5}",
		} {
			a := serve(t, imapd.Options{})
			a.server.AddUser(user, password).SetToken(password)
			a.config.User, a.config.Mechanism = user, how
			a.config.Password = func(context.Context) (string, error) { return password, nil }
			r, err := imap.Open(t.Context(), a.config)
			if err != nil {
				t.Errorf("%s, %q: %v", how, user, err)
				continue
			}
			must(t, r.Close())
		}
	}
	for _, password := range []string{"a\x00b", "a\r\nA1 DELETE INBOX"} { // what cannot be sent is an error, and nothing else
		a := serve(t, imapd.Options{Capabilities: imapd.Only()})
		a.config.Password = func(context.Context) (string, error) { return password, nil }
		if _, err := imap.Open(t.Context(), a.config); err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("%v", err)
		}
	}
}

// TestOnlyTokens: a server that takes no password says what to do.
func TestOnlyTokens(t *testing.T) {
	r, err := openLiar(t, "LOGINDISABLED AUTH=XOAUTH2", nil)
	if err == nil {
		r.Close()
		t.Fatal("it opens")
	}
	if core.ClassOf(err) != core.Auth || !strings.Contains(err.Error(), `auth = "xoauth2"`) {
		t.Errorf("%v", err)
	}
}
