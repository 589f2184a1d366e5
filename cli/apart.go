package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"lockstep/config"
	"lockstep/core"
)

// apart refuses a link of which one end lies inside the other, or is the same
// folder under another name: each sync would copy the copies of the last, and
// find its own writes where nobody made them.
func apart(l *config.Link) error {
	if l.Local() != [2]bool{true, true} {
		return nil
	}
	var real [2]string
	for x, end := range l.Ends() {
		path, err := realPath(end.Account.Address.Path)
		if err != nil {
			return &core.Error{Op: "open", Class: core.Permanent, Thing: end.String(), Err: err}
		}
		real[x] = path
	}
	for _, x := range core.Sides() {
		in, of := l.Ends()[x].String(), l.Ends()[x.Other()].String()
		switch {
		case real[x] == real[x.Other()] || sameFile(real[x], real[x.Other()]):
			return usage("%s and %s are the same folder; name two places", in, of)
		case within(real[x], real[x.Other()]):
			return usage("the %s, %s, lies inside the %s, %s; name two places that lie apart", x, in, x.Other(), of)
		}
	}
	return nil
}

// realPath follows all links of a path, of which the last parts may not be
// there yet.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(path)
	if err == nil || filepath.Dir(path) == path {
		return real, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return path, nil // whoever opens it says what is wrong
	}
	parent, err := realPath(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

func within(path, folder string) bool {
	rest, err := filepath.Rel(folder, path)
	return err == nil && rest != "." && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}

// sameFile sees through mounts and file systems that do not tell capitals.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}
