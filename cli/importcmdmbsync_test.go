package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/cli"
)

// TestImportMbsync: the configuration goes to stdout, what has no equal to
// stderr, and the exit code tells whether there is any.
func TestImportMbsync(t *testing.T) {
	run := func(args ...string) (out, errors string, code int) {
		var o, e bytes.Buffer
		sys := system(cli.System{Args: append([]string{"import", "mbsync"}, args...), Stdout: &o, Stderr: &e, Getenv: func(string) string { return "" }})
		code = cli.Main(context.Background(), sys)
		return o.String(), e.String(), code
	}
	const samples = "../migrate/mbsync/testdata/"
	read := func(name string) string {
		text, err := os.ReadFile(samples + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	folder := t.TempDir()
	file := filepath.Join(folder, ".mbsyncrc")
	for _, c := range []struct {
		name string
		code int
	}{{"all", 0}, {"refused", 5}} {
		if err := os.WriteFile(file, []byte(read(c.name+".mbsyncrc")), 0o600); err != nil {
			t.Fatal(err)
		}
		bare := func(s string) string { return strings.ReplaceAll(s, file, c.name+".mbsyncrc") }
		words := func(s string) string { return strings.Join(strings.Fields(strings.ReplaceAll(s, "#", "")), " ") }
		out, errors, code := run(folder)
		if code != c.code || words(bare(out)) != words(read(c.name+".toml")) || bare(errors) != read(c.name+".untranslated") {
			t.Errorf("%s: exit code %d\n%s%s", c.name, code, out, errors)
		}
	}
	out, errors, code := run("--output", "json", file)
	var object struct {
		Type         string
		Files        []string
		TOML         string
		Untranslated []struct {
			File, What, Why string
			Line            int
		}
	}
	if err := json.Unmarshal([]byte(out), &object); err != nil {
		t.Fatal(err, out, errors)
	}
	if n := strings.Count(errors, "\n"); code != 5 || object.Type != "imported" || len(object.Files) != 1 || len(object.Untranslated) != n || n == 0 ||
		object.Untranslated[0].Line == 0 || !strings.Contains(object.TOML, "[links.flat]") {
		t.Errorf("exit code %d, %+v", code, object)
	}
	for _, c := range []struct {
		path, why string
		code      int
	}{
		{filepath.Join(folder, "none"), "none: cannot be read: no such file", 2},
		{t.TempDir(), ".mbsyncrc: cannot be read", 2},
		{samples + "../doc.go", "doc.go:", 1},
	} {
		if out, errors, code := run(c.path); code != c.code || out != "" || !strings.Contains(errors, c.why) {
			t.Errorf("%s: exit code %d\n%s%s", c.path, code, errors, out)
		}
	}
}
