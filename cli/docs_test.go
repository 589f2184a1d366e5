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
// them, a webadmin, an IMAP, a DAV and an LDAP server; each must end well or with what
// the page says. What it shows of a configuration besides must be free of mistakes, and what
// it mentions in a sentence must be a command with these flags.
func TestDocs(t *testing.T) {
	jobs, err := filepath.Glob("../docs/jobs/*.md")
	if err != nil || len(jobs) == 0 {
		t.Fatal("no pages about jobs found", err)
	}
	connectors, err := filepath.Glob("../docs/connectors/*.md")
	if err != nil || len(connectors) == 0 {
		t.Fatal("no pages about connectors found", err)
	}
	for _, page := range append(jobs, connectors...) {
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
	for _, s := range documentedServers() {
		if !s.speaks.MatchString(text) {
			continue
		}
		script.WriteString(s.command + " start")
		for _, f := range files {
			script.WriteString(" " + f.name)
		}
		script.WriteString("\n" + s.env)
	}
	whole := ""
	for _, f := range files {
		for dir := filepath.Dir(f.name); dir != "home"; dir = filepath.Dir(dir) {
			script.WriteString("chmod 700 " + dir + "\n")
		}
		if filepath.Base(f.name) == "lockstep.toml" {
			whole = f.text
		}
	}
	for i, text := range pageSnippets(text) {
		name := fmt.Sprintf("snippet%d.toml", i)
		fmt.Fprintf(&script, "exec lockstep config check --config %s\n", name)
		files = append(files, pageFile{name, whole + text})
	}
	for _, mention := range regexp.MustCompile("`lockstep ([a-z][^`]*)`").FindAllStringSubmatch(text, -1) {
		fmt.Fprintf(&script, "exits 0 lockstep %s --help\n", mention[1])
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
		for _, s := range documentedServers() {
			command = s.address.ReplaceAllString(command, s.here)
		}
		fmt.Fprintf(&script, "exits %s lockstep %s\n", code, command)
	}
	if cannot := strings.Contains(text, "cannot be used from the command line"); n == 0 && !cannot {
		t.Errorf("%s shows no command", page)
	}
	for _, f := range files {
		script.WriteString("-- " + f.name + " --\n" + f.text)
	}
	return script.String()
}

// documentedServer is one that pages speak of, and the one of this test in its place.
type documentedServer struct {
	// command of the scripts that starts it, and what they set besides.
	command, env string
	// speaks: the page speaks of it.
	speaks *regexp.Regexp
	// address in a command, quoted or not; here is what stands for it.
	address *regexp.Regexp
	here    string
}

func documentedServers() []documentedServer {
	const passwords = "env LOCKSTEP_PASSWORD_LEFT=secret\nenv LOCKSTEP_PASSWORD_RIGHT=secret\n"
	address := func(before, host string) *regexp.Regexp {
		return regexp.MustCompile(`'?(` + before + `)` + regexp.QuoteMeta(host) + `([^' ]*)'?`)
	}
	either := func(texts ...string) *regexp.Regexp {
		for i := range texts {
			texts[i] = regexp.QuoteMeta(texts[i])
		}
		return regexp.MustCompile(strings.Join(texts, "|"))
	}
	return []documentedServer{
		{"webadmin", "", either(documentedWebadmin), address(`james\+http://`, documentedWebadmin), "$$WEBADMIN'${2}'"},
		{"imapd", passwords, either(documentedIMAP, "ann@"+documentedIMAPHost), address("imap://ann@", documentedIMAPHost), "${1}$$IMAP'${2}'"},
		{"davd", passwords, either(documentedDAV), address(`ca(?:l|rd)dav\+https://ann@`, documentedDAV), "${1}$$DAV'${2}'"},
		{"ldapd", "", either(documentedLDAP), address("ldaps://", "ldap.example.com/"), "${1}$$LDAP'${2}'"},
	}
}

// pageSnippets finds what a page shows to be added to the configuration that it shows
// whole, or of one that it does not: indented lines that begin with a table and are no file.
func pageSnippets(text string) (all []string) {
	file := regexp.MustCompile("(?m)^`~/[^`]+`:\n(?:\n|    .*\n)*")
	block := regexp.MustCompile(`(?m)(?:^    .*\n|^\n)+`)
	for _, found := range block.FindAllString(file.ReplaceAllString(text, "x\n"), -1) {
		found = strings.TrimLeft(found, "\n")
		if strings.HasPrefix(found, "    [accounts.") || strings.HasPrefix(found, "    [links.") {
			all = append(all, strings.Trim(regexp.MustCompile(`(?m)^    `).ReplaceAllString(found, ""), "\n")+"\n")
		}
	}
	return all
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
