package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// golden compares with a file beside the input; UPDATE_GOLDEN=1 writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n%s\nwant:\n%s", file, got, want)
	}
}

// testEnv is an environment of a user named u.
func testEnv(name string) string {
	return map[string]string{"HOME": "/home/u", "WORK_PASSWORD": "s3cret", "LOCKSTEP_PASSWORD_LEFT": "left-word"}[name]
}

func load(t *testing.T, file string) *Config {
	t.Helper()
	c, err := Load(file, testEnv)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// loadText loads a file with this text.
func loadText(t *testing.T, text string) (*Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "lockstep.toml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return Load(file, testEnv)
}

func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			c, err := Load(file, testEnv)
			if err == nil {
				t.Fatalf("no problem found: %+v", c)
			}
			if _, ok := err.(Problems); !ok {
				t.Errorf("the error is a %T", err)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("a password is shown")
			}
			golden(t, strings.TrimSuffix(file, ".toml")+".golden", err.Error()+"\n")
		})
	}
}
