package cli_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lockstep/cli"
)

// TestImportCorpus: every real file of contacts or events is imported, or what is not is
// told with file and line; a second import writes nothing; and what is exported from the
// folder, and imported into another, is exported from there as the same file.
func TestImportCorpus(t *testing.T) {
	corpus := os.Getenv("LOCKSTEP_CORPUS")
	if corpus == "" {
		t.Skip("LOCKSTEP_CORPUS names no folder of real files")
	}
	dir := t.TempDir()
	run := func(args ...string) (out, errs string, code int) {
		var o, e bytes.Buffer
		sys := system(cli.System{Args: append(args, "--state-dir", dir+"/state", "--config", os.DevNull), Stdout: &o, Stderr: &e, Now: time.Now, Getenv: func(string) string { return "" }})
		code = cli.Main(context.Background(), sys)
		return o.String(), e.String(), code
	}
	n := 0
	err := filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		ext := strings.ToLower(filepath.Ext(path))
		if err != nil || d.IsDir() || ext != ".vcf" && ext != ".ics" {
			return err
		}
		n++
		at := filepath.Join(dir, d.Name(), "a")
		to := func(name string) string { return "vdir:" + filepath.Join(filepath.Dir(at), name) + "#" + name }
		for _, name := range []string{"a", "b"} { // where nothing is to be imported nothing is made
			if err := os.MkdirAll(filepath.Join(filepath.Dir(at), name), 0o700); err != nil {
				return err
			}
		}
		out, errs, code := run("import", path, to("a"))
		if code != 0 && (code != 5 || !regexp.MustCompile(regexp.QuoteMeta(path)+":[0-9]+\n").MatchString(out)) || errs != "" {
			t.Errorf("%s: exit code %d\n%s%s", path, code, out, errs)
			return nil
		}
		if out, errs, again := run("import", path, to("a")); again != code || !strings.HasPrefix(out, "nothing to do (") || errs != "" {
			t.Errorf("%s, a second time: exit code %d\n%s%s", path, again, out, errs)
		}
		one, two := at+".1"+ext, at+".2"+ext
		for _, args := range [][]string{{"export", to("a"), one}, {"import", one, to("b")}, {"export", to("b"), two}} {
			if out, errs, code := run(args...); code != 0 || errs != "" {
				t.Errorf("%s: %s: exit code %d\n%s%s", path, args[0], code, out, errs)
				return nil
			}
		}
		first, err := os.ReadFile(one)
		if err != nil {
			return err
		}
		if second, err := os.ReadFile(two); err != nil || string(first) != string(second) {
			t.Errorf("%s: exported, imported and exported it is another one, %v", path, err)
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d files, %v", n, err)
	}
	t.Logf("%d files", n)
}
