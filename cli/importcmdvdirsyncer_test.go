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

// TestImportVdirsyncer: the configuration goes to stdout, what has no equal to
// stderr, and the exit code tells whether there is any.
func TestImportVdirsyncer(t *testing.T) {
	run := func(args ...string) (out, errors string, code int) {
		var o, e bytes.Buffer
		sys := system(cli.System{Args: append([]string{"import", "vdirsyncer"}, args...), Stdout: &o, Stderr: &e, Getenv: func(string) string { return "" }})
		code = cli.Main(context.Background(), sys)
		return o.String(), e.String(), code
	}
	const samples = "../migrate/vdirsyncer/testdata/"
	read := func(name string) string {
		text, err := os.ReadFile(samples + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	folder := t.TempDir()
	file := filepath.Join(folder, "config")
	for _, c := range []struct {
		name string
		code int
	}{{"all", 0}, {"refused", 5}} {
		if err := os.WriteFile(file, []byte(read(c.name+".config")), 0o600); err != nil {
			t.Fatal(err)
		}
		bare := func(s string) string { return strings.ReplaceAll(s, file, c.name+".config") }
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
		object.Untranslated[0].Line == 0 || !strings.Contains(object.TOML, "[links.contacts]") {
		t.Errorf("exit code %d, %+v", code, object)
	}
	for _, c := range []struct {
		path, why string
		code      int
	}{
		{filepath.Join(folder, "none"), "none: cannot be read: no such file", 2},
		{t.TempDir(), "config: cannot be read", 2},
		{samples + "../doc.go", "doc.go:", 1},
	} {
		if out, errors, code := run(c.path); code != c.code || out != "" || !strings.Contains(errors, c.why) {
			t.Errorf("%s: exit code %d\n%s%s", c.path, code, errors, out)
		}
	}
}

// TestMigrateVdirsyncer runs the commands of docs/migrate-vdirsyncer.md, in order,
// on two directories that vdirsyncer could have filled: nothing is written.
func TestMigrateVdirsyncer(t *testing.T) {
	page, err := os.ReadFile("../docs/migrate-vdirsyncer.md")
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	script.WriteString("mkdir $HOME/.config/lockstep\n")
	for _, folder := range []string{"here", "here/friends", "there", "there/friends"} { // or doctor finds that others may read them
		script.WriteString("chmod 700 $HOME/" + folder + "\n")
	}
	n := 0
	for _, line := range strings.Split(string(page), "\n") {
		command, is := strings.CutPrefix(strings.TrimSpace(line), "$ lockstep ")
		if !is || command == "run" {
			continue
		}
		n++
		command, to, piped := strings.Cut(strings.ReplaceAll(command, "~", "$HOME"), " > ")
		script.WriteString("exec lockstep " + command + "\n! stderr .\n")
		switch {
		case piped:
			script.WriteString("cp stdout " + to + "\n")
		case command == "plan":
			script.WriteString("stdout '^nothing to do'\n")
		}
	}
	if n != 6 {
		t.Errorf("the page shows %d commands", n)
	}
	card := "BEGIN:VCARD\nVERSION:3.0\nUID:ann@example.org\nFN:Ann Other\nN:Other;Ann;;;\nEND:VCARD\n"
	script.WriteString("cmp $HOME/here/friends/ann.vcf card\ncmp $HOME/there/friends/5f1c.vcf card\n" +
		"-- card --\n" + card + "-- home/here/friends/ann.vcf --\n" + card + "-- home/there/friends/5f1c.vcf --\n" + card +
		"-- home/.config/vdirsyncer/config --\n[general]\nstatus_path = \"~/.status\"\n\n[pair contacts]\na = \"here\"\nb = \"there\"\ncollections = [\"from a\", \"from b\"]\n\n" +
		"[storage here]\ntype = \"filesystem\"\npath = \"~/here\"\nfileext = \".vcf\"\n\n[storage there]\ntype = \"filesystem\"\npath = \"~/there\"\nfileext = \".vcf\"\n")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "migrate.txtar"), []byte(script.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	runScripts(t, dir)
}
