//go:build unix

package vdir_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// PutColour implements replicatest.Colourist: the file of the colour as other programs
// write it.
func (p *person) PutColour(t *testing.T, path, text string) {
	at := filepath.Join(p.root, path, "color")
	if text != "" {
		must(t, os.WriteFile(at, []byte(text), 0o600))
	} else if err := os.Remove(at); !errors.Is(err, fs.ErrNotExist) {
		must(t, err)
	}
}

func (p *person) Colour(t *testing.T, path string) string {
	return p.read(t, filepath.Join(path, "color"))
}
