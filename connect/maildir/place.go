package maildir

import (
	"os"
	"path"
	"strings"

	"lockstep/core"
	"lockstep/format/utf7"
	"lockstep/internal/nofollow"
)

// maxLevels of folders within folders: every level costs an open file.
const maxLevels = 100

// longFile is a directory whose name was cut, and the text to keep in it.
type longFile struct{ dir, text string }

// directoryFor chooses the directory of a folder that is to be made: one that
// reads back as the path, and that no file system takes for another one's.
func (r *Replica) directoryFor(t *tree, name string) (dirPath string, long []longFile, err error) {
	names, err := splitPath(name)
	switch {
	case err != nil:
		return "", nil, err
	case len(name) > maxNameFile: // its name could not be kept
		return "", nil, refused("maildir.path", name[:40]+"...", "give it a shorter name", "its path of %d bytes is longer than %d", len(name), maxNameFile)
	case len(names) > maxLevels:
		return "", nil, refused("maildir.path", name[:40]+"...", "move it higher up", "it is %d levels deep, and %d are looked at", len(names), maxLevels)
	}
	switch r.layout {
	case Single:
		return "", nil, refused("maildir.path", name, "use another layout", "a single folder has no other folders")
	case MaildirPP:
		if name == inbox {
			return ".", nil, nil
		}
		return flatDirectory(r.root, names)
	}
	return nestedDirectory(r.root, t, names)
}

// flatDirectory of layout Maildir++: the whole path is one directory.
func flatDirectory(root *os.Root, names []string) (string, []longFile, error) {
	whole := joinPath(names)
	folder := func(base string) bool { return hasFolder(root, base, 0) } // made since the tree was looked at
	return choose(root, ".", whole, folder, func(force int) string {
		parts := make([]string, len(names))
		for i, name := range names {
			n := 0
			if i == len(names)-1 {
				n = force
			}
			parts[i] = utf7.Encode(escape(name, true, n))
		}
		return "." + strings.Join(parts, ".")
	})
}

// nestedDirectory of layout Nested: parents that are there are used as they
// are spelled.
func nestedDirectory(root *os.Root, t *tree, names []string) (string, []longFile, error) {
	dirPath, made := ".", false
	var long []longFile
	for i, name := range names {
		if own, there := t.dirs[core.CollectionID(joinPath(names[:i+1]))]; there && !made {
			dirPath = own
			continue
		}
		anything := func(string) bool { return true } // a directory of layout Nested may always hold folders
		next, more, err := choose(root, dirPath, name, anything, func(force int) string { return nestedName(name, force) })
		if err != nil {
			return "", nil, err
		}
		dirPath, made = next, true
		long = append(long, more...)
	}
	return dirPath, long, nil
}

// choose picks the first spelling that differs by more than case from all that
// is in a directory. One that is a directory already is used if it may be.
// force is how many letters are spelled as escapes.
func choose(root *os.Root, parent, text string, usable func(base string) bool, spell func(force int) string) (string, []longFile, error) {
	if base := spell(0); len(base) > longestName {
		dirPath := path.Join(parent, shorten(text, base[0] == '.'))
		return dirPath, []longFile{{dirPath, text}}, nil
	}
	taken, dirs := map[string]bool{}, map[string]bool{}
	if dir, err := enterAll(root, parent); err == nil { // else it is still to be made
		entries, err := nofollow.List(dir)
		dir.Close()
		if err != nil {
			return "", nil, err
		}
		for _, e := range entries {
			taken[foldName(e.Name())] = true
			dirs[e.Name()] = e.IsDir()
		}
	}
	for force := 0; ; force++ {
		base := spell(force)
		if len(base) > longestName || force > len(text) {
			return "", nil, core.Errorf("maildir.path", core.Conflict, "every spelling of %q is taken", text)
		}
		if !taken[foldName(base)] || dirs[base] && usable(base) {
			return path.Join(parent, base), nil, nil
		}
	}
}

// keepLongNames writes the names that were cut into their directories.
func (r *Replica) keepLongNames(long []longFile) error {
	for _, l := range long {
		if err := r.makeParents(l.dir); err != nil {
			return err
		}
		dir, err := enterAll(r.root, l.dir)
		if err != nil {
			return err
		}
		err = keepLongName(dir, l.text)
		dir.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
