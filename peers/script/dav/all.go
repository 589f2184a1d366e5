package dav

import (
	"embed"
	"io/fs"
)

//go:embed *.txt
var files embed.FS

// All returns the scripts, by name.
func All() ([]Script, error) {
	names, err := fs.Glob(files, "*.txt")
	if err != nil {
		return nil, err
	}
	var out []Script
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		s, err := Parse(name, string(text))
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
