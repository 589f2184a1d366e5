package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lockstep/config"
	"lockstep/core"
)

// selected finds the links that arguments name, in that order; without any,
// all of the configuration by name.
func (a *app) selected(args []string) ([]*config.Link, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	links, err := c.Select(args)
	if err != nil {
		return nil, err
	}
	links = slices.Clone(links)
	if len(args) == 0 {
		slices.SortFunc(links, byName)
	}
	seen := map[string]bool{} // a link that is named twice is one link
	return slices.DeleteFunc(links, func(l *config.Link) bool {
		again := seen[l.StateKey()]
		seen[l.StateKey()] = true
		return again
	}), nil
}

func byName(a, b *config.Link) int { return cmp.Compare(a.Name, b.Name) }

// known finds the links that have been looked at before: those that arguments
// name, else all of the configuration, and then all that were made of two
// addresses on the command line.
func (a *app) known(args []string) ([]*config.Link, error) {
	if len(args) > 0 {
		return a.selected(args)
	}
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	links := slices.Clone(c.Links)
	slices.SortFunc(links, byName)
	dir, err := a.stateDir()
	if err != nil {
		return nil, err
	}
	folders, err := os.ReadDir(filepath.Join(dir, linksFolder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &core.Error{Op: "state", Class: core.Permanent, Thing: dir, Err: err, Remedy: "name a folder that you can read, with --state-dir"}
	}
	var more []*config.Link
	for _, f := range folders {
		if l := adHoc(c, filepath.Join(dir, linksFolder, f.Name()), f.Name()); l != nil {
			more = append(more, l)
		}
	}
	slices.SortFunc(more, byName)
	return append(links, more...), nil
}

const (
	linksFolder = "links"
	endsFile    = "ends.json"
)

// adHoc makes the link of two addresses that a folder of the state belongs to;
// nil = it belongs to none, or to one that the configuration no longer allows.
func adHoc(c *config.Config, folder, key string) *config.Link {
	text, err := os.ReadFile(filepath.Join(folder, endsFile))
	if err != nil {
		return nil
	}
	var ends [2]string
	if json.Unmarshal(text, &ends) != nil {
		return nil
	}
	l, err := c.AdHoc(ends[0], ends[1])
	if err != nil || l.StateKey() != key {
		return nil
	}
	return l
}

// keepEnds writes down which two addresses a folder of the state belongs to,
// so that status, log and undo find it without being told.
func keepEnds(folder string, l *config.Link) error {
	if !isAdHoc(l) {
		return nil
	}
	text, err := json.Marshal([2]string{l.Left.String(), l.Right.String()})
	if err != nil {
		return err
	}
	path := filepath.Join(folder, endsFile)
	if old, err := os.ReadFile(path); err == nil && string(old) == string(text) {
		return nil
	}
	return replaceFile(path, text)
}

// replaceFile writes a file of which nobody ever sees a part, and which only its
// owner reads.
func replaceFile(path string, text []byte) error {
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	if err := os.Chmod(path+".new", 0o600); err != nil { // whatever the umask
		return err
	}
	return os.Rename(path+".new", path)
}

// isAdHoc tells whether a link is two addresses of the command line.
func isAdHoc(l *config.Link) bool { return !strings.HasPrefix(l.StateKey(), "link-") }

// folderOf is where everything about a link is kept.
func (a *app) folderOf(l *config.Link) (string, error) {
	dir, err := a.stateDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, linksFolder, l.StateKey()), nil
}
