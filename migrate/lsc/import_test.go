package lsc_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/config"
	"lockstep/core"
	"lockstep/migrate/lsc"
)

// read reads files of a folder under their bare names.
func read(t *testing.T, paths ...string) (files []lsc.File) {
	t.Helper()
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, lsc.File{Name: filepath.Base(path), Text: text})
	}
	return files
}

// checked reads the result as lockstep config check does.
func checked(t *testing.T, toml string) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lockstep.toml")
	if err := os.WriteFile(path, []byte(toml), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, func(string) string { return "" })
	if err != nil {
		t.Fatalf("the configuration is refused:\n%v", err)
	}
	return c
}

// TestGolden: what becomes of the files in testdata, and that it is a
// configuration. With LOCKSTEP_TEST_UPDATE=1 it writes what it expects.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.xml")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files found", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			got, err := lsc.Import(read(t, path), lsc.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var untranslated strings.Builder
			for _, u := range got.Untranslated {
				untranslated.WriteString(u.String() + "\n")
			}
			golden(t, strings.TrimSuffix(path, ".xml")+".toml", got.TOML)
			golden(t, strings.TrimSuffix(path, ".xml")+".untranslated", untranslated.String())
			checked(t, got.TOML)
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("LOCKSTEP_TEST_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s", path, got)
	}
}

// TestComplete: the two files of which everything is translated leave nothing.
func TestComplete(t *testing.T) {
	for _, name := range []string{"all", "forms"} {
		if text, err := os.ReadFile("testdata/" + name + ".untranslated"); err != nil || len(text) > 0 {
			t.Errorf("%s: %s%v", name, text, err)
		}
	}
}

// TestSecrets: no password of a file is printed, neither in the configuration
// nor in what is said of it.
func TestSecrets(t *testing.T) {
	secrets := []string{"clear-ldap-secret", "clear-token", "top-secret", "inurl", "x9", "'abc'", `"abc"`}
	for _, name := range []string{"all", "forms", "refused"} {
		got, err := lsc.Import(read(t, "testdata/"+name+".xml"), lsc.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range got.Untranslated {
			got.TOML += u.String() + "\n"
		}
		for _, secret := range secrets {
			if strings.Contains(got.TOML, secret) {
				t.Errorf("%s: %s is shown", name, secret)
			}
		}
	}
}

// TestCorpus imports files of LSC in LOCKSTEP_CORPUS/lsc: each, and all of them
// together, is translated in full.
func TestCorpus(t *testing.T) {
	folder := os.Getenv("LOCKSTEP_CORPUS")
	if folder == "" {
		t.Skip("LOCKSTEP_CORPUS is not set: the samples of the plugin are not tried")
	}
	paths, err := filepath.Glob(filepath.Join(folder, "lsc", "*.xml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in %s/lsc: %v", folder, err)
	}
	all := [][]string{paths}
	for _, path := range paths {
		all = append(all, []string{path})
	}
	for _, some := range all {
		got, err := lsc.Import(read(t, some...), lsc.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range got.Untranslated {
			t.Error(u)
		}
		resources := 0
		for _, l := range checked(t, got.TOML).Links {
			resources += len(l.Resources)
		}
		if resources != len(some) {
			t.Errorf("%v become %d resources\n%s", some, resources, got.TOML)
		}
	}
	t.Logf("%d files", len(paths))
}

// TestTogether: the files of one deployment become one configuration.
func TestTogether(t *testing.T) {
	all, err := os.ReadFile("testdata/all.xml")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(all), "  <tasks>\n")
	var files []lsc.File
	for i, task := range strings.SplitAfter(rest, "</task>\n") {
		if strings.Contains(task, "<task>") {
			files = append(files, lsc.File{Name: string(rune('a'+i)) + ".xml", Text: []byte(head + "  <tasks>\n" + task + "</tasks></lsc>")})
		}
	}
	if len(files) != 7 {
		t.Fatal(len(files))
	}
	got, err := lsc.Import(files, lsc.Options{})
	if err != nil || len(got.Untranslated) > 0 {
		t.Fatal(err, got.Untranslated)
	}
	c := checked(t, got.TOML)
	if len(c.Accounts) != 2 || len(c.Links) != 1 || len(c.Links[0].Resources) != 7 {
		t.Errorf("%d accounts, %d links\n%s", len(c.Accounts), len(c.Links), got.TOML)
	}
}

func TestOptions(t *testing.T) {
	got, err := lsc.Import(read(t, "testdata/all.xml"), lsc.Options{LocalCopy: true, Domains: []string{"example.net", "example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range checked(t, got.TOML).Links[0].Resources {
		switch r.Of {
		case "forwards":
			if !r.Values.LocalCopy {
				t.Error("no local copy")
			}
		case "contacts":
			if strings.Join(r.Values.Domains, " ") != "example.net example.org" {
				t.Error(r.Values.Domains)
			}
		}
	}
}

// TestBroken: what is no lsc.xml is refused with the line and a remedy.
func TestBroken(t *testing.T) {
	const root = `<lsc xmlns="http://lsc-project.org/XSD/lsc-core-2.1.xsd">`
	for _, c := range []struct{ text, line, why, remedy string }{
		{"", ":1", "no XML element", "lsc.xml of LSC"},
		{"lsc.tasks = a\n", ":2", "no XML element", "lsc.xml of LSC"},
		{"\n<lsc", ":2", "not XML", "mend it"},
		{root + "\n<a>\n</b></lsc>", ":3", "not XML: element <a> closed by </b>", "mend it"},
		{root + "\n<a>x & y</a></lsc>", ":2", "invalid character entity", "&amp;"},
		{root + "\n&file;</lsc>", ":2", "entity", "&amp;"},
		{"<!DOCTYPE lsc [<!ENTITY file SYSTEM \"file:///etc/passwd\">]>\n" + root + "&file;</lsc>", ":1", "document type", "remove it"},
		{"<?xml version=\"1.0\" encoding=\"EBCDIC\"?>" + root + "</lsc>", ":1", "encoding", "UTF-8"},
		{root + "</lsc>\n<lsc/>", ":2", "second root", "remove"},
		{"\n<html></html>", ":2", "its root is <html>", "2.1, 2.2 or 2.3"},
		{`<lsc xmlns="http://lsc-project.org/XSD/lsc-core-1.0.xsd"></lsc>`, ":1", "lsc-core-1.0", "2.1, 2.2 or 2.3"},
		{"<lsc></lsc>", ":1", "its schema", "2.1, 2.2 or 2.3"},
		{root + strings.Repeat("<a>", 60) + strings.Repeat("</a>", 60) + "</lsc>", ":1", "in each other", "check"},
		{root + strings.Repeat("<a/>\n", 100_001) + "</lsc>", ":100000", "more than 100000 elements", "check"},
		{strings.Repeat(" ", lsc.MostBytes+1), ":1", "longer than", "check"},
	} {
		_, err := lsc.Import([]lsc.File{{Name: "x.xml", Text: []byte(c.text)}}, lsc.Options{})
		var classed *core.Error
		if !errors.As(err, &classed) || classed.Class != core.Permanent || classed.Thing != "x.xml"+c.line || !strings.Contains(err.Error(), c.why) || !strings.Contains(classed.Remedy, c.remedy) {
			t.Errorf("%.80q: %v", c.text, err)
		}
	}
}

// FuzzRead: whatever the file, the result is a configuration, or an error says
// why there is none.
func FuzzRead(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.xml")
	if err != nil || len(paths) == 0 {
		f.Fatal("no files found", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := lsc.Import([]lsc.File{{Name: "x.xml", Text: text}}, lsc.Options{Domains: []string{"example.net"}})
		if err != nil {
			if core.ClassOf(err) != core.Permanent {
				t.Errorf("%v has no class", err)
			}
			return
		}
		checked(t, got.TOML)
	})
}
