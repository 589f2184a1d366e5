package imap

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

// TestScramServerMustProve: a server that does not know the password is left,
// whatever it says.
func TestScramServerMustProve(t *testing.T) {
	encode := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	for name, play := range map[string]func(f *fake, tag, nonce string) string{
		"a wrong signature": func(f *fake, tag, nonce string) string {
			f.say("+ " + encode("r="+nonce+"x,s=c2FsdA==,i=4096") + "\r\n")
			f.line()
			f.say("+ " + encode("v="+encode("nothing")) + "\r\n")
			final, _ := f.line()
			f.say(tag + " OK in\r\n")
			return final
		},
		"no signature": func(f *fake, tag, nonce string) string {
			f.say("+ " + encode("r="+nonce+"x,s=c2FsdA==,i=4096") + "\r\n")
			f.line()
			f.say(tag + " OK in\r\n")
			return "*"
		},
		"OK at once": func(f *fake, tag, _ string) string {
			f.say(tag + " OK in\r\n")
			return "*"
		},
		"another nonce": func(f *fake, tag, _ string) string {
			f.say("+ " + encode("r=mine,s=c2FsdA==,i=4096") + "\r\n")
			final, _ := f.line()
			f.say(tag + " OK in\r\n")
			return final
		},
		"too many rounds": func(f *fake, tag, nonce string) string {
			f.say("+ " + encode("r="+nonce+"x,s=c2FsdA==,i=2000000000") + "\r\n")
			final, _ := f.line()
			f.say(tag + " OK in\r\n")
			return final
		},
		"too few rounds": func(f *fake, tag, nonce string) string {
			f.say("+ " + encode("r="+nonce+"x,s=c2FsdA==,i=1") + "\r\n")
			final, _ := f.line()
			f.say(tag + " OK in\r\n")
			return final
		},
	} {
		t.Run(name, func(t *testing.T) {
			final := ""
			done := make(chan struct{})
			o := listen(t, func(f *fake) {
				defer close(done)
				f.say("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256] hello\r\n")
				tag, rest := f.line()
				first, err := base64.StdEncoding.DecodeString(rest[strings.LastIndexByte(rest, ' ')+1:])
				if err != nil {
					return
				}
				_, nonce, _ := strings.Cut(string(first), ",r=")
				final = play(f, tag, nonce)
			})
			c, err := Dial(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.Login(t.Context(), "me", "secret", Best); err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("the login works, or tells the password: %v", err)
			}
			c.Close()
			if <-done; final != "*" {
				t.Errorf("the dialogue ends with %q", final)
			}
		})
	}
}

// TestChoose: the strongest mechanism that a password is enough for, and none
// that is not offered.
func TestChoose(t *testing.T) {
	for _, c := range []struct {
		caps string
		how  Mechanism
		want Mechanism // "" = none
	}{
		{"AUTH=PLAIN AUTH=LOGIN AUTH=SCRAM-SHA-256 AUTH=XOAUTH2", Best, Scram},
		{"AUTH=LOGIN AUTH=PLAIN", Best, Plain},
		{"AUTH=LOGIN", Best, Login},
		{"AUTH=LOGIN LOGINDISABLED", Best, Login},
		{"", Best, Login},
		{"AUTH=XOAUTH2", Best, Login},
		{"AUTH=PLAIN LOGINDISABLED", Best, Plain},
		{"LOGINDISABLED", Best, ""},
		{"AUTH=XOAUTH2 LOGINDISABLED", Best, ""},
		{"AUTH=PLAIN", XOAuth2, ""},
		{"AUTH=XOAUTH2", OAuthBearer, ""},
		{"AUTH=XOAUTH2 AUTH=OAUTHBEARER", OAuthBearer, OAuthBearer},
		{"AUTH=PLAIN", Scram, ""},
		{"AUTH=SCRAM-SHA-256 AUTH=PLAIN", Plain, Plain},
		{"AUTH=SCRAM-SHA-256 LOGINDISABLED", Login, ""},
	} {
		caps := map[string]bool{}
		for _, name := range strings.Fields(c.caps) {
			caps[name] = true
		}
		got, err := choose(caps, c.how)
		var none *MechanismError
		var disabled *StatusError
		if c.want == "" && (err == nil || !errors.As(err, &none) && !errors.As(err, &disabled)) || c.want != "" && (err != nil || got != c.want) {
			t.Errorf("%q of %q: %s, %v", c.how, c.caps, got, err)
		}
	}
}
