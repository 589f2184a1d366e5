package maildir

import (
	"os"
	"path"
	"strings"

	"lockstep/internal/nofollow"
)

// findLayout decides how the folders of a tree lie. A tree that has both kinds
// of folders is refused: taking one kind would make the other disappear.
func findLayout(root *os.Root, c Config) (Layout, error) {
	found, err := kindsOf(root)
	if err != nil {
		return "", err
	}
	switch c.Layout {
	case Detect:
		if found.flat && found.nested {
			return "", refused("maildir.open", c.Path, "set its layout to maildir++ or nested", "it has folders of both layouts")
		}
		c.Layout = MaildirPP
		if found.nested {
			c.Layout = Nested
		}
	case MaildirPP, Nested, Single:
	default:
		return "", refused("maildir.open", c.Path, "use maildir++, nested or single", "there is no layout %q", c.Layout)
	}
	there := found.root || c.Layout == MaildirPP && found.flat || c.Layout == Nested && found.nested
	switch {
	case !there && !c.Create:
		return "", noMaildir(c.Path)
	case c.Create && c.Layout == Nested && !there:
		return Nested, makeFolder(root, inbox, false)
	case c.Create && c.Layout != Nested && !found.root:
		return c.Layout, makeFolder(root, ".", false)
	}
	return c.Layout, nil
}

// kinds tells which folders a tree has.
type kinds struct{ root, flat, nested bool }

func kindsOf(root *os.Root) (kinds, error) {
	entries, err := nofollow.List(root)
	if err != nil {
		return kinds{}, err
	}
	k := kinds{root: hasFolder(root, ".", 0)}
	for _, e := range entries {
		switch base := e.Name(); {
		case e.Type().IsRegular() || base == "cur" || base == "new" || base == "tmp":
		case strings.HasPrefix(base, "."):
			k.flat = k.flat || hasFolder(root, base, 0)
		default:
			k.nested = k.nested || hasFolder(root, base, deepest)
		}
	}
	return k, nil
}

// deepest is how far folders are looked for to tell the layout.
const deepest = 5

// hasFolder tells whether a directory, or one below it, is a folder.
func hasFolder(root *os.Root, dirPath string, depth int) bool {
	dir, err := enterAll(root, dirPath)
	if err != nil {
		return false
	}
	defer dir.Close()
	if p := look(dir, dirPath, ""); p != nil && p.cur != nil {
		return true
	}
	if depth == 0 {
		return false
	}
	entries, err := nofollow.List(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && hasFolder(root, path.Join(dirPath, e.Name()), depth-1) {
			return true
		}
	}
	return false
}
