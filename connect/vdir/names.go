package vdir

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// Names of collections come from servers and may be anything; names of directories
// are ours to choose. Both ways lead back:
//
//	path       A%2FB     as in core.Collection.Path: "/" and "%" escaped
//	name       A/B       as the server has it
//	directory  A%2fB     "%" and two digits stand for a byte that must not stand there

// nameOfPath takes the escapes out of the path of a collection. There is one level
// of them.
func nameOfPath(op, text string) (string, error) {
	if text == "" || !utf8.ValidString(text) {
		return "", refused(op, text, "", "%q is not a path", text)
	}
	if strings.Contains(text, "/") {
		return "", refused(op, text, "map it to a name without a slash", "a vdir has one level of collections")
	}
	name := strings.NewReplacer("%2F", "/", "%25", "%").Replace(text)
	if pathOfName(name) != text {
		return "", refused(op, text, "", `%q is not a path: a "%%" in a name is written "%%25"`, text)
	}
	return name, nil
}

func pathOfName(name string) string {
	return strings.NewReplacer("%", "%25", "/", "%2F").Replace(name)
}

// dirOfName spells a name as a directory. The first n letters are escapes anyway: so
// are names told apart that differ by case only.
func dirOfName(name string, n int) string {
	var b strings.Builder
	for i, r := range name {
		text := string(r)
		first, last := i == 0, i+len(text) == len(name)
		if n > 0 || unfit(r) || r == '/' || r == '\\' || r == '.' && (first || last) || r == ' ' && last || name == lostFound && first {
			for _, c := range []byte(text) {
				fmt.Fprintf(&b, "%%%02x", c)
			}
			n--
		} else {
			b.WriteString(text)
		}
	}
	return b.String()
}

// nameOfDir is the name that a directory bears. It is always valid text.
func nameOfDir(base string) string {
	if name := unescape(base); utf8.ValidString(name) {
		return name
	}
	return strings.ToValidUTF8(base, "\uFFFD")
}

// chooseDir picks the directory for a new collection: one that reads back as its
// name, and that no file system takes for another that is there. own is the directory
// of the collection itself, if that is renamed.
func (r *Replica) chooseDir(op, text, own string) (string, error) {
	name, err := nameOfPath(op, text)
	if err != nil {
		return "", err
	}
	entries, err := nofollow.List(r.root)
	if err != nil {
		return "", failure(op, r.config.Path, err)
	}
	var taken []string
	for _, e := range entries {
		if e.Name() != own {
			taken = append(taken, foldName(e.Name()))
		}
	}
	for n := 0; n <= len(name); n++ {
		base := dirOfName(name, n)
		if len(base) > longestName {
			return "", refused(op, text, "give it a shorter name", "its name of %d bytes is longer than %d", len(base), longestName)
		}
		if !slices.Contains(taken, foldName(base)) {
			return base, nil
		}
	}
	return "", core.Errorf(op, core.Conflict, "every spelling of %q is taken in %s", name, r.config.Path)
}

// lostFound is what file systems keep in their root.
const lostFound = "lost+found"

// passedOver tells whether a name in the root is none of a collection's.
func passedOver(base string) bool { return strings.HasPrefix(base, ".") || base == lostFound }

// leadsNowhere tells whether a name certainly leads to no directory. A link that
// leads out of the root, or nowhere at the moment, may be a collection.
func leadsNowhere(dir *os.Root, base string) bool {
	seen, err := dir.Lstat(base)
	if err == nil && seen.Mode()&os.ModeSymlink != 0 {
		seen, err = dir.Stat(base)
	}
	return err == nil && !seen.IsDir()
}

// at is a file of a collection as people are shown it.
func (p *place) at(name string) string { return path.Join(p.dir, name) }
