package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocs runs every command that the documentation shows, in order, in a
// folder with two Maildirs; each must end well or with what the page says.
func TestDocs(t *testing.T) {
	pages, err := filepath.Glob("../docs/jobs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages found", err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		var script strings.Builder
		script.WriteString("exec mails put home one:S two:FS\nexec mails put away three\n")
		n := 0
		for _, line := range strings.Split(string(text), "\n") {
			command, is := strings.CutPrefix(strings.TrimSpace(line), "$ lockstep ")
			if !is {
				continue
			}
			n++
			if strings.HasPrefix(command, "plan ") {
				script.WriteString("exits 3 ")
			} else {
				script.WriteString("exec ")
			}
			script.WriteString("lockstep " + command + "\n")
		}
		if n == 0 {
			t.Errorf("%s shows no command", page)
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, strings.TrimSuffix(filepath.Base(page), ".md")+".txtar"), []byte(script.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		runScripts(t, dir)
	}
}
