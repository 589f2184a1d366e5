package webadmin_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/webadmind"
	"lockstep/protocol/webadmin"
)

const secret = "s3cret-of-webadmin"

// TestAttack06BadCertificate: nothing, the secret first, is sent to a server
// whose certificate nobody vouches for.
func TestAttack06BadCertificate(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("something was sent") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	c, _ := clientOf(t, s.URL, secret)
	_, err := c.Users(context.Background())
	wantClass(t, err, core.Permanent)
	c, _ = clientOf(t, strings.Replace(s.URL, "https:", "http:", 1), secret)
	if _, err = c.Users(context.Background()); err == nil {
		t.Error("plain text to a TLS port works")
	}
}

// TestAttack08RedirectIsNotFollowed, so the secret goes nowhere else.
func TestAttack08RedirectIsNotFollowed(t *testing.T) {
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer thief.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		c, _ := serve(t, secret, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, thief.URL+"/users?leak="+secret, status)
		})
		_, err := c.Users(context.Background())
		wantClass(t, err, core.Permanent)
		if !strings.Contains(err.Error(), thief.URL) || strings.Contains(err.Error(), secret) {
			t.Error(err)
		}
		wantClass(t, c.DeleteUser(context.Background(), "a@d"), core.Permanent)
	}
}

// TestAttack11SecretsAreNotRepeated: a server that sends back what it got gets
// none of it into an error.
func TestAttack11SecretsAreNotRepeated(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 409, 500, 503} {
		c, _ := serve(t, secret, func(w http.ResponseWriter, r *http.Request) {
			body := make([]byte, 1000)
			n, _ := r.Body.Read(body)
			echo := fmt.Sprintf("%s %s\x1b[2J", r.Header.Get("Authorization"), strings.ReplaceAll(string(body[:n]), `"`, "'"))
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"statusCode":%d,"type":%q,"message":%q,"details":%q}`, status, secret, echo, echo)
		})
		err := c.CreateUser(context.Background(), "a@d", "password-of-ann")
		if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "password-of-ann") || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%d: %q", status, err)
		}
	}
}

// TestAttack19Paths: an address is one segment of a path, or refused; whatever it
// holds, no other route is asked.
func TestAttack19Paths(t *testing.T) {
	for _, version := range []webadmind.Version{webadmind.V38, webadmind.V39} {
		s := webadmind.New(webadmind.Options{Version: version})
		url, err := s.Start("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		ctx := context.Background()
		c, _ := clientOf(t, url, "pw")
		if err := s.AddUser("victim@example.com", "x"); err != nil {
			t.Fatal(err)
		}
		truth := fmt.Sprint(s.Truth())
		for _, name := range []string{
			"a/../victim@example.com", "../users/victim@example.com", "..", ".", "", "a\nb@example.com", "a\x00@example.com", "a b@example.com", `a\b@example.com`, "a/b@example.com",
		} {
			wantClass(t, c.DeleteUser(ctx, name), core.Permanent)
			wantClass(t, c.RemoveMapping(ctx, webadmin.Mapping{Source: name, Type: webadmin.Forward, Target: "x@y"}), core.Permanent)
			wantClass(t, c.SetQuota(ctx, name, 1), core.Permanent)
			wantClass(t, c.SetContact(ctx, webadmin.Contact{Address: "x@" + name}), core.Permanent)
		}
		if s.Counts()["DELETE /users/{user}"] != 0 {
			t.Error("something was sent")
		}
		// These are names like others: each asks for what it names.
		for _, name := range []string{
			"%2e%2e@example.com", "%2e", "victim@example.com?force", "victim@example.com#x", "a;b@example.com", "%2Fvictim@example.com", "victim@example.com%2F..%2Fx", "a&b@example.com", "..;@example.com",
		} {
			before := len(s.Requests())
			if err := c.DeleteUser(ctx, name); err != nil && core.ClassOf(err) != core.Permanent {
				t.Errorf("%s, %q: %v", version, name, err)
			}
			for _, r := range s.Requests()[before:] {
				if r.Route != "DELETE /users/{user}" && r.Route != "" {
					t.Errorf("%q asked for %s", name, r.Route)
				}
			}
			_ = c.RemoveMapping(ctx, webadmin.Mapping{Source: "victim@example.com", Type: webadmin.Forward, Target: name})
			_ = c.UnsetQuota(ctx, name)
		}
		if now := fmt.Sprint(s.Truth()); now != truth {
			t.Errorf("%s: %s became %s", version, truth, now)
		}
		// A name with + and % is found again under exactly this name.
		for _, alias := range []string{"a+b@example.com", "100%25@example.com", "%2b@example.com", "a+%2B@example.com", "o'neil@example.com", "#?&=@example.com"} {
			m := webadmin.Mapping{Source: alias, Type: webadmin.Alias, Target: "victim@example.com"}
			if err := c.AddMapping(ctx, m); err != nil {
				t.Errorf("%s, %s: %v", version, alias, err)
			}
			if got, err := c.MappingsOf(ctx, alias); err != nil || len(got) != 1 || got[0].Source != alias || got[0].Target != m.Target {
				t.Errorf("%s: %s is found as %v, %v", version, alias, got, err)
			}
			if got, err := c.Aliases(ctx, "victim@example.com"); err != nil || len(got) != 1 || got[0] != strings.ToLower(alias) {
				t.Errorf("%s: %s is listed as %v, %v", version, alias, got, err)
			}
			if err := c.RemoveMapping(ctx, m); err != nil {
				t.Error(err)
			}
		}
		if now := fmt.Sprint(s.Truth()); now != truth {
			t.Errorf("%s: %s became %s", version, truth, now)
		}
	}
}

// TestAttack26HugeAnswers: neither one endless element nor an endless list is
// taken into memory.
func TestAttack26HugeAnswers(t *testing.T) {
	block := strings.Repeat("a", 1<<16)
	for name, part := range map[string]string{"element": block, "blanks": strings.Repeat(" ", 1<<16), "object": `{"a":` + strings.Repeat("[", 1<<16)} {
		t.Run(name, func(t *testing.T) {
			c, _ := serve(t, secret, func(w http.ResponseWriter, _ *http.Request) {
				jsonBody(w, `[{"username":"`)
				if name == "blanks" {
					jsonBody(w, `x"}`)
				}
				for range 4096 { // 256 MiB
					if _, err := w.Write([]byte(part)); err != nil {
						return
					}
				}
			})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := c.Users(context.Background())
			wantClass(t, err, core.Permanent)
			runtime.ReadMemStats(&after)
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
				t.Errorf("%d MiB were allocated", grown>>20)
			}
		})
	}
	t.Run("short body", func(t *testing.T) {
		c, _ := serve(t, secret, func(w http.ResponseWriter, _ *http.Request) {
			jsonBody(w, `{"x":"`)
			for range 4096 {
				if _, err := w.Write([]byte(block)); err != nil {
					return
				}
			}
		})
		_, err := c.Quota(context.Background(), "a@d")
		wantClass(t, err, core.Permanent)
	})
	t.Run("refusal", func(t *testing.T) {
		c, _ := serve(t, secret, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			for range 4096 {
				if _, err := w.Write([]byte(block)); err != nil {
					return
				}
			}
		})
		_, err := c.Users(context.Background())
		wantClass(t, err, core.Permanent)
		if len(err.Error()) > 2000 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	})
}

// TestAttack27Floods: headers without end, and numbers that no quota is.
func TestAttack27Floods(t *testing.T) {
	c, _ := serve(t, secret, func(w http.ResponseWriter, _ *http.Request) {
		for i := range 20000 {
			w.Header().Set(fmt.Sprintf("X-%d", i), "flood")
		}
		jsonBody(w, "[]")
	})
	if _, err := c.Users(context.Background()); err == nil {
		t.Error("endless headers are read")
	}
	for _, size := range []string{"-2", "1e400", "99999999999999999999", `"5"`, "1.5", "{}"} {
		c, _ := serve(t, secret, func(w http.ResponseWriter, _ *http.Request) {
			jsonBody(w, `{"user":{"size":`+size+`},"computed":{}}`)
		})
		if q, err := c.Quota(context.Background(), "a@d"); err == nil {
			t.Errorf("%s is taken for %+v", size, q)
		}
	}
}
