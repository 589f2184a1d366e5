package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"lockstep/cli"
	"lockstep/peers/ldapd"
	"lockstep/peers/webadmind"
)

const samplesOfLSC = "../migrate/lsc/testdata/"

// importLSC runs lockstep import lsc.
func importLSC(args ...string) (out, errors string, code int) {
	var o, e bytes.Buffer
	sys := system(cli.System{Args: append([]string{"import", "lsc"}, args...), Stdout: &o, Stderr: &e, Getenv: func(string) string { return "" }})
	code = cli.Main(context.Background(), sys)
	return o.String(), e.String(), code
}

func TestImportLSC(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(samplesOfLSC + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	bare := func(s string) string { return strings.ReplaceAll(s, samplesOfLSC, "") }
	lines := func(s string) string { return strings.Join(strings.Fields(strings.ReplaceAll(s, "#", "")), " ") }

	out, errors, code := importLSC(samplesOfLSC + "all.xml")
	if code != 0 || errors != "" || lines(bare(out)) != lines(read("all.toml")) {
		t.Errorf("exit code %d\n%s%s", code, errors, out)
	}
	out, errors, code = importLSC(samplesOfLSC + "refused.xml")
	if code != 5 || bare(errors) != read("refused.untranslated") || lines(bare(out)) != lines(read("refused.toml")) {
		t.Errorf("exit code %d\n%s%s", code, errors, out)
	}
	if out, _, code = importLSC("--local-copy", "--domains", "a.example, b.example,", samplesOfLSC+"all.xml"); code != 0 ||
		!strings.Contains(out, "local_copy = true\n") || !strings.Contains(out, "domains = [\"a.example\", \"b.example\"]\n") {
		t.Errorf("exit code %d\n%s", code, out)
	}

	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "lsc.xml"), []byte(read("all.xml")), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errors, code = importLSC("--output", "json", folder, samplesOfLSC+"refused.xml")
	var object struct {
		Type         string
		Files        []string
		TOML         string
		Untranslated []struct {
			File, What, Why, Script string
			Line                    int
		}
	}
	if err := json.Unmarshal([]byte(out), &object); err != nil {
		t.Fatal(err, out, errors)
	}
	if n := strings.Count(errors, "\n"); code != 5 || object.Type != "imported" || len(object.Files) != 2 || len(object.Untranslated) != n || n == 0 ||
		object.Untranslated[0].Line == 0 || !strings.Contains(object.TOML, "[links.staff.users]") {
		t.Errorf("exit code %d, %+v", code, object)
	}

	for _, c := range []struct {
		path, why string
		code      int
	}{
		{filepath.Join(folder, "none.xml"), "none.xml: cannot be read: no such file", 2},
		{t.TempDir(), "lsc.xml: cannot be read", 2},
		{samplesOfLSC + "all.toml", "all.toml:", 1},
	} {
		out, errors, code := importLSC(c.path)
		if code != c.code || out != "" || !strings.Contains(errors, c.why) {
			t.Errorf("%s: exit code %d\n%s%s", c.path, code, errors, out)
		}
	}
}

// TestMigrateLSC runs every command of docs/migrate-lsc.md, in order, on a
// directory, a mail server and the lsc.xml of testdata that names them.
func TestMigrateLSC(t *testing.T) {
	page, err := os.ReadFile("../docs/migrate-lsc.md")
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	n := 0
	for _, line := range strings.Split(string(page), "\n") {
		command, is := strings.CutPrefix(line, "    $ lockstep ")
		if !is {
			continue
		}
		n++
		command, to, piped := strings.Cut(command, " > ")
		if command == "plan" { // which ends with 3, says the page
			script.WriteString("exits 3 ")
		} else {
			script.WriteString("exec ")
		}
		script.WriteString("lockstep " + command + "\n! stderr .\n")
		if piped {
			script.WriteString("cp stdout " + to + "\n")
		}
	}
	if n < 8 {
		t.Errorf("the page shows %d commands", n)
	}
	script.WriteString("exec lockstep sync\nstdout '^nothing to do'\n")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "migrate.txtar"), []byte(script.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	directory, mail := peopleOfLSC(t)
	address, err := directory.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url, err := mail.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sample, err := os.ReadFile(samplesOfLSC + "all.xml")
	if err != nil {
		t.Fatal(err)
	}
	config := strings.NewReplacer("ldaps://ldap.example.net", "ldap://"+address, "https://mail.example.net:8443", url).Replace(string(sample))
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			env.Setenv("LOCKSTEP_STATE_DIR", filepath.Join(env.WorkDir, "state"))
			env.Setenv("LOCKSTEP_CONFIG", filepath.Join(env.WorkDir, "lockstep.toml"))
			for name, text := range map[string]string{"lsc.xml": config, "corp.password": "clear-ldap-secret\n", "tmail.token": "webadmin-password\n"} {
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), []byte(text), 0o600); err != nil {
					return err
				}
			}
			return nil
		},
	})
	t.Cleanup(func() {
		truth := "\n" + strings.Join(mail.Truth(), "\n") + "\n"
		for _, wanted := range []string{
			"users/ann@example.net", "users/bob@example.net", "address/aliases/ann@example.net/sources/ann.other@example.net",
			"address/aliases/ann@example.net/sources/a@example.net", "mappings/address/ann@example.net/targets/ann@elsewhere.example",
			"address/forwards/bob@example.net/targets/bob@elsewhere.example", "quota/users/ann@example.net/size=4000000000",
			"users/stays@example.net",
		} {
			if !strings.Contains(truth, "\n"+wanted+"\n") {
				t.Errorf("%s is missing in%s", wanted, truth)
			}
		}
	})
}

// peopleOfLSC makes a directory with people and a mail server that knows some.
func peopleOfLSC(t *testing.T) (*ldapd.Server, *webadmind.Server) {
	directory := ldapd.New(ldapd.Options{Suffixes: []string{"dc=example,dc=net"}, Users: map[string]string{"cn=reader,dc=example,dc=net": "clear-ldap-secret"}})
	for _, e := range []ldapd.Entry{
		{DN: "dc=example,dc=net", Attributes: map[string][]string{"objectClass": {"domain"}, "dc": {"example"}}},
		{DN: "ou=staff,dc=example,dc=net", Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {"staff"}}},
		{DN: "uid=ann,ou=staff,dc=example,dc=net", Attributes: map[string][]string{
			"objectClass": {"person"}, "mail": {"Ann@Example.net"}, "mailAlternateAddress": {"ann.other@example.net;A@example.net"},
			"mailRoutingAddress": {"ann@elsewhere.example"}, "mailQuota": {"4000000000"}, "givenName": {"Ann"}, "sn": {"Other"}, "displayName": {"Ann Other"},
		}},
		{DN: "uid=bob,ou=staff,dc=example,dc=net", Attributes: map[string][]string{
			"objectClass": {"person"}, "mail": {"bob@example.net"}, "mailForwardingAddress": {"bob@elsewhere.example"}, "sn": {"Bob"}, "cn": {"Bob"},
		}},
	} {
		if err := directory.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	mail := webadmind.New(webadmind.Options{Version: webadmind.V310, TMail: true, Domains: []string{"example.net"}})
	if err := mail.AddUser("stays@example.net", "secret"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		directory.Close()
		mail.Close()
	})
	return directory, mail
}
