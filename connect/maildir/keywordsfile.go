package maildir

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// keywordsFile is Dovecot's: one line for each letter in use, "0 work".
const keywordsFile = "dovecot-keywords"

// maxKeywordsFile is far more than 26 names need.
const maxKeywordsFile = 64 << 10

// staleLock is the age from which a lock is one that a program left behind
// when it died; it is Dovecot's too.
const staleLock = 2 * time.Minute

// badLine is a line of the file that names no letter. It is left alone.
type badLine struct {
	number int
	text   string
	// letter that it may have named, from 0; -1 = none.
	letter int
}

// parseKeywords reads the file's lines.
func parseKeywords(text []byte) (k keywords, bad []badLine) {
	at := 0
	for line := range bytes.Lines(text) {
		at++
		line := strings.TrimRight(string(line), "\r\n")
		number, name, _ := strings.Cut(line, " ")
		n, err := strconv.ParseUint(number, 10, 16)
		known := err == nil && n < uint64(len(k))
		switch {
		case known && core.ValidMark(name) && !strings.HasPrefix(name, `\`):
			k[n] = strings.ToValidUTF8(name, "\uFFFD")
		case known:
			bad = append(bad, badLine{at, line, int(n)})
		case line != "":
			bad = append(bad, badLine{at, line, -1})
		}
	}
	return k, bad
}

// readKeywords reads a folder's file as it is now.
func readKeywords(dir *os.Root) (text []byte, mode fs.FileMode, err error) {
	f, seen, err := openRegular(dir, keywordsFile, maxKeywordsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0o600, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	text, err = io.ReadAll(io.LimitReader(f, maxKeywordsFile))
	return text, seen.Mode().Perm(), err
}

// keywords returns the names as they are now; the file is read again only if it
// is another one.
func (f *folder) keywords() (*keywords, error) {
	seen, err := f.dir.Lstat(keywordsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return &keywords{}, nil
	}
	if err == nil && f.names.seen != nil && os.SameFile(seen, f.names.seen) &&
		seen.ModTime().Equal(f.names.seen.ModTime()) && seen.Size() == f.names.seen.Size() {
		return &f.names.keywords, nil
	}
	text, _, err := readKeywords(f.dir)
	if err != nil {
		return nil, failure("maildir.keywords", f.place.dir, err)
	}
	f.names.keywords, f.names.bad = parseKeywords(text)
	f.names.seen = seen
	return &f.names.keywords, nil
}

// addKeywords gives letters to keywords, under the lock that Dovecot uses: the
// lock is the new file, which is then renamed.
func (r *Replica) addKeywords(f *folder, names []string) (k keywords, err error) {
	const lock = keywordsFile + ".lock"
	shared := r.sharedKeywords()
	used, err := r.lettersUsed(f)
	if err != nil {
		return k, err
	}
	file, err := r.lockKeywords(f, lock)
	if err != nil {
		return k, err
	}
	locked, err := file.Stat()
	defer func() {
		file.Close()
		if now, seen := f.dir.Lstat(lock); err != nil && seen == nil && os.SameFile(now, locked) {
			f.dir.Remove(lock)
		}
	}()
	if err != nil {
		return k, err
	}
	text, mode, err := readKeywords(f.dir) // as it is under the lock
	if err != nil {
		return k, err
	}
	k, bad := parseKeywords(text)
	for _, line := range bad { // it meant something to somebody
		if line.letter >= 0 {
			used[line.letter] = true
		}
	}
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		text = append(text, '\n')
	}
	_, names = k.letters(core.NewMarks(names...))
	for _, name := range names {
		n := k.add(name, used, shared)
		if n < 0 {
			return k, refused("maildir.keywords", f.place.dir, "remove keywords that are no longer used from its "+keywordsFile,
				"a folder holds 26 keywords, and there is no room for %q", name)
		}
		text = fmt.Appendf(text, "%d %s\n", n, name)
	}
	if len(text) > maxKeywordsFile { // it could not be read again
		return k, refused("maildir.keywords", f.place.dir, "shorten what stands there, or the keyword",
			"its %s would have %d bytes, and %d are read", keywordsFile, len(text), maxKeywordsFile)
	}
	if _, err = file.Write(text); err != nil {
		return k, err
	}
	if err = file.Chmod(mode); err != nil { // as it was: others may have to read it
		return k, err
	}
	if now, err := f.dir.Lstat(lock); err != nil || !os.SameFile(now, locked) {
		return k, core.Errorf("maildir.keywords", core.Transient, "somebody took the lock away")
	}
	if err = file.Sync(); err != nil { // before the letters that need it
		return k, err
	}
	if err = f.dir.Rename(lock, keywordsFile); err != nil {
		return k, err
	}
	r.pending.directory(f.place.dir)
	r.shared = nil
	return k, nil
}

// lockKeywords makes the lock file; a stale one is taken away first.
func (r *Replica) lockKeywords(f *folder, lock string) (*os.File, error) {
	for again := false; ; again = true {
		file, err := nofollow.MakeFile(f.dir, lock)
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
		seen, err := f.dir.Lstat(lock)
		if err == nil && !again && seen.Mode().IsRegular() && r.config.Now().Sub(seen.ModTime()) > staleLock {
			if err := f.dir.Remove(lock); err != nil {
				return nil, err
			}
			continue
		}
		return nil, &core.Error{Op: "maildir.keywords", Class: core.Transient, Thing: f.place.dir, RetryAfter: time.Second,
			Err: errors.New("another program is changing the keywords")}
	}
}

// lettersUsed tells which letters the files of a folder bear.
func (r *Replica) lettersUsed(f *folder) (used [26]bool, err error) {
	if err := f.load(r.config.Now()); err != nil {
		return used, err
	}
	for _, e := range f.index {
		for _, c := range []byte(parseName(e.name).flags) {
			if c >= 'a' && c <= 'z' {
				used[c-'a'] = true
			}
		}
	}
	return used, nil
}
