package config

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/core"
)

func secretIn(t *testing.T, mode os.FileMode, text string) Secret {
	t.Helper()
	file := filepath.Join(t.TempDir(), "word")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	return Secret{of: "[accounts.work]", from: fromFile, at: file, env: testEnv}
}

func command(text string) Secret { return Secret{of: "[accounts.work]", from: fromCommand, at: text} }

func TestSecrets(t *testing.T) {
	for _, c := range []struct {
		name   string
		secret Secret
		want   string
		err    string
	}{
		{"env", Secret{from: fromEnv, at: "WORK_PASSWORD", env: testEnv}, "s3cret", ""},
		{"env unset", Secret{of: "[accounts.work]", from: fromEnv, at: "NONE", env: testEnv}, "",
			"password of [accounts.work]: the environment variable NONE is not set (set it)"},
		{"none", Secret{of: "[accounts.work]"}, "", "none is configured"},
		{"file", secretIn(t, 0o600, "s3cret\n"), "s3cret", ""},
		{"file, spaces kept", secretIn(t, 0o400, " s3 cret \r\n"), " s3 cret ", ""},
		{"file for the group", secretIn(t, 0o640, "s3cret"), "", "may be read by others (mode 0640) (chmod 600 "},
		{"file for all", secretIn(t, 0o604, "s3cret"), "", "may be read by others (mode 0604)"},
		{"file empty", secretIn(t, 0o600, "\n"), "", "is empty"},
		{"file too long", secretIn(t, 0o600, strings.Repeat("s3cret", 20000)), "", "is longer than 65536 bytes"},
		{"file missing", Secret{from: fromFile, at: "/nonexistent/word", env: testEnv}, "", "/nonexistent/word cannot be read: no such file or directory"},
		{"folder", Secret{from: fromFile, at: t.TempDir(), env: testEnv}, "", "is not a regular file"},
		{"command", command("printf 's3cret\\nuser: me\\n'"), "s3cret", ""},
		{"command without a newline", command("printf s3cret"), "s3cret", ""},
		{"command that fails", command("echo s3cret; echo 'no key: s3cret\x1b[31m' >&2; exit 3"), "", "the command failed: exit status 3: no key: *** [31m (run it by hand)"},
		{"command that is not there", command("nonexistent-lockstep-test"), "", "the command failed: exit status 127"},
		{"command that is silent", command("echo nothing >&2"), "", "the command printed nothing: nothing"},
		{"command that floods", command("head -c 100000 /dev/zero | tr '\\0' x"), "", "printed more than 65536 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.secret.Resolve(t.Context())
			if c.err == "" {
				if err != nil || got != c.want {
					t.Errorf("%q %v", got, err)
				}
				return
			}
			if err == nil || got != "" || !strings.Contains(err.Error(), c.err) || core.ClassOf(err) != core.Auth {
				t.Errorf("%q, %v (%v), want %s", got, err, core.ClassOf(err), c.err)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Error("the error shows the password")
			}
		})
	}
}

// TestCredentialsOfAService: systemd lets a service read its credentials by an
// access list, which shows as the right of the group; elsewhere that is refused.
func TestCredentialsOfAService(t *testing.T) {
	s := secretIn(t, 0o440, "s3cret\n")
	in := func(folder string) Secret {
		s.env = func(name string) string { return map[string]string{"CREDENTIALS_DIRECTORY": folder}[name] }
		return s
	}
	if got, err := in(filepath.Dir(s.at)).Resolve(t.Context()); got != "s3cret" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, folder := range []string{"", "/run/credentials/other.service", filepath.Dir(filepath.Dir(s.at))} {
		if got, err := in(folder).Resolve(t.Context()); err == nil {
			t.Errorf("%q is read with credentials in %q", got, folder)
		}
	}
	for _, mode := range []os.FileMode{0o444, 0o460, 0o450} {
		s = secretIn(t, mode, "s3cret")
		if got, err := in(filepath.Dir(s.at)).Resolve(t.Context()); err == nil {
			t.Errorf("%q is read with mode %o", got, mode)
		}
	}
}

func TestSecretCommandEnds(t *testing.T) {
	begun := time.Now()
	if _, err := secretCommand(t.Context(), "sleep 3 & sleep 3", 50*time.Millisecond); err == nil || !strings.Contains(err.Error(), "took longer than 50ms") {
		t.Errorf("a command that hangs: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := command("sleep 3").Resolve(ctx)
	if !errors.Is(err, context.DeadlineExceeded) || core.ClassOf(err) != core.Transient {
		t.Errorf("a pass that ends: %v", err)
	}
	if took := time.Since(begun); took > 2900*time.Millisecond {
		t.Errorf("it took %s", took)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	s := command("echo s3cret")
	account := Account{Name: "work", Password: s}
	asJSON, err := json.Marshal(account)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "password", s)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "password", s)
	all := []string{
		s.String(), s.GoString(), string(asJSON), log.String(), s.source(),
		fmt.Sprint(s), fmt.Sprint(&s), fmt.Sprintf("%v %+v %#v %q %x %d", s, s, s, s, s, s),
		fmt.Sprintf("%v %+v %#v", account, account, &account),
	}
	for _, text := range all {
		if strings.Contains(text, "s3cret") || !strings.Contains(text, "***") {
			t.Errorf("printed as %s", text)
		}
	}
}
