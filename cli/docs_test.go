package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocs runs every command that the documentation shows, in order, in a
// folder with two Maildirs, the files that the page shows and, if it speaks of
// them, a webadmin, an IMAP server and a DAV server; each must end well or with what the page says.
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
		script := pageScript(t, page, string(text))
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, strings.TrimSuffix(filepath.Base(page), ".md")+".txtar"), []byte(script), 0o600); err != nil {
			t.Fatal(err)
		}
		runScripts(t, dir)
	}
}

// pageScript makes a script of a page.
func pageScript(t *testing.T, page, text string) string {
	t.Helper()
	files := pageFiles(text)
	var script strings.Builder
	script.WriteString("exec mails put home one:S two:FS\nexec mails put away three\n")
	if strings.Contains(text, documentedWebadmin) {
		script.WriteString("webadmin start")
		for _, f := range files {
			script.WriteString(" " + f.name)
		}
		script.WriteString("\n")
	}
	for server, documented := range map[string]string{"imapd": documentedIMAP, "davd": documentedDAV} {
		if !strings.Contains(text, documented) {
			continue
		}
		script.WriteString(server + " start")
		for _, f := range files {
			script.WriteString(" " + f.name)
		}
		script.WriteString("\n")
	}
	n := 0
	ends := regexp.MustCompile(`^(.*\S) +# ends with ([0-9])$`)
	for _, line := range strings.Split(text, "\n") {
		command, is := strings.CutPrefix(strings.TrimSpace(line), "$ lockstep ")
		if !is {
			continue
		}
		n++
		if command == "run" { // until it is told to end
			script.WriteString("exec lockstep run &run&\nexec sleep 1\nkill -INT run\nwait run\n")
			continue
		}
		code := "0"
		if strings.HasPrefix(command, "plan ") {
			code = "3"
		}
		if said := ends.FindStringSubmatch(command); said != nil {
			command, code = said[1], said[2]
		}
		command = strings.ReplaceAll(command, "james+http://"+documentedWebadmin, "$WEBADMIN")
		fmt.Fprintf(&script, "exits %s lockstep %s\n", code, command)
	}
	if n == 0 {
		t.Errorf("%s shows no command", page)
	}
	for _, f := range files {
		script.WriteString("-- " + f.name + " --\n" + f.text)
	}
	return script.String()
}

type pageFile struct{ name, text string }

// pageFiles finds the files that a page shows: the indented lines below a line
// that is nothing but a name in the home folder.
func pageFiles(text string) (files []pageFile) {
	name := regexp.MustCompile("^`~/([^`]+)`:$")
	in := false
	for line := range strings.Lines(text) {
		plain := strings.TrimSuffix(line, "\n")
		inner, indented := strings.CutPrefix(plain, "    ")
		switch found := name.FindStringSubmatch(plain); {
		case found != nil:
			files, in = append(files, pageFile{name: "home/" + found[1]}), true
		case plain != "" && !indented:
			in = false
		case in:
			files[len(files)-1].text += inner + "\n"
		}
	}
	for i := range files {
		files[i].text = strings.Trim(files[i].text, "\n") + "\n"
	}
	return files
}
