package config

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// abs makes golden files independent of where the tests run.
func abs(t *testing.T, text string) string {
	t.Helper()
	dir, err := filepath.Abs("testdata/good")
	if err != nil {
		t.Fatal(err)
	}
	text = strings.ReplaceAll(text, dir, "/etc/good")
	return regexp.MustCompile(` +# `).ReplaceAllString(text, " # ") // what is aligned depends on dir
}

func TestShow(t *testing.T) {
	c := load(t, "testdata/good/full.toml")
	golden(t, "testdata/good/full.show.golden", abs(t, Show(c, false)))
	golden(t, "testdata/good/full.origin.golden", abs(t, Show(c, true)))
	if strings.Contains(Show(c, true), "hunter2") {
		t.Error("a password is shown")
	}
	empty := &Config{}
	if got := Show(empty, true); got != "# no file\n" {
		t.Errorf("nothing is shown as %q", got)
	}
}

// TestShowLoads: what Show prints is a configuration that shows the same.
func TestShowLoads(t *testing.T) {
	c := load(t, "testdata/good/full.toml")
	first := Show(c, true)
	again, err := loadText(t, first)
	if err != nil {
		t.Fatal(err)
	}
	again.File = c.File
	if second := Show(again, false); second != Show(c, false) {
		t.Errorf("%s\nshows as\n%s", first, second)
	}
}

func TestByteOrderMarkAndLineEnds(t *testing.T) {
	c := load(t, "testdata/good/bom-crlf.toml")
	if len(c.Accounts) != 1 || c.Accounts[0].Address.Path != "/home/u/Mail" {
		t.Errorf("%+v", c.Accounts)
	}
}

func TestPlaces(t *testing.T) {
	env := func(vars map[string]string) func(string) string {
		return func(name string) string { return vars[name] }
	}
	for _, c := range []struct {
		vars        map[string]string
		file, state string
	}{
		{map[string]string{"HOME": "/home/u"}, "/home/u/.config/lockstep/lockstep.toml", "/home/u/.local/state/lockstep"},
		{map[string]string{"HOME": "/home/u", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"}, "/c/lockstep/lockstep.toml", "/s/lockstep"},
		{map[string]string{"HOME": "/home/u", "XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": "s"}, "/home/u/.config/lockstep/lockstep.toml", "/home/u/.local/state/lockstep"},
	} {
		file, err := DefaultPath(env(c.vars))
		state, err2 := DefaultStateDir(env(c.vars))
		if err != nil || err2 != nil || file != c.file || state != c.state {
			t.Errorf("%v: %s %s %v %v", c.vars, file, state, err, err2)
		}
	}
	if _, err := Load("", env(nil)); err == nil || !strings.Contains(err.Error(), "neither XDG_CONFIG_HOME nor HOME is set; set one, or give --config FILE") {
		t.Error(err)
	}
	if _, err := DefaultStateDir(env(nil)); err == nil || !strings.Contains(err.Error(), "--state-dir") {
		t.Error(err)
	}
}

func TestFilesThatAreNotThere(t *testing.T) {
	dir := t.TempDir()
	env := func(name string) string { return map[string]string{"HOME": dir}[name] }
	c, err := Load("", env)
	if err != nil || c.File != "" || len(c.Links) != 0 {
		t.Errorf("the default file need not exist: %v", err)
	}
	if _, err := c.AdHoc("maildir:~/a", "maildir:~/b"); err != nil {
		t.Errorf("addresses need no file: %v", err)
	}
	_, err = Load(filepath.Join(dir, "x.toml"), env)
	var ps Problems
	if !errors.As(err, &ps) || len(ps) != 1 || ps[0].Text != "there is no such file" {
		t.Error(err)
	}
	if _, err = Load(dir, env); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Error(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, ".config/lockstep"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".config/lockstep/lockstep.toml"), []byte("[accounts.m]\naddress = \"maildir:x\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err = Load("", env)
	if err != nil || c.Accounts[0].Address.Path != filepath.Join(dir, ".config/lockstep/x") {
		t.Errorf("%+v %v", c, err)
	}
}
