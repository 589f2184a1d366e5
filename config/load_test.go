package config

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzRead: whatever the file holds, it is read or refused with places, and
// what is accepted shows as something that is accepted.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		blank := Config{File: "f", env: testEnv, home: "/home/u", dir: "/etc"}
		c, again := blank, blank
		problems := c.read(text)
		for _, p := range problems {
			if p.Text == "" || p.Line < 1 {
				t.Fatalf("%+v", p)
			}
		}
		if len(problems) > 0 {
			return
		}
		shown := Show(&c, true)
		if problems := again.read([]byte(shown)); len(problems) > 0 || Show(&again, false) != Show(&c, false) {
			t.Fatalf("%s\nshows as\n%s\n%v", text, shown, problems)
		}
	})
}
