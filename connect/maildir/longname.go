package maildir

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"lockstep/internal/nofollow"
)

// longestName in bytes of a directory; file systems take 255, and somebody may
// append to it.
const longestName = 240

// nameFile holds, in the directory of a folder with a long name, the text that
// the directory's name was cut from.
const nameFile = "lockstep-name"

const (
	longMark   = "%~" // no escape, so no name of another folder
	longDigits = 20
)

// shorten returns the directory name for a text that is too long for one: what
// is readable of it, and its digest.
func shorten(text string, dot bool) string {
	head := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, text)
	head = head[:min(len(head), 60)] + longMark + longDigest(text)
	if dot {
		return "." + head
	}
	return head
}

func longDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:longDigits]
}

// longName returns the text that a directory's name was cut from; false = it
// is a name like any other.
func longName(dir *os.Root, base string) (string, bool) {
	at := len(base) - longDigits - len(longMark)
	if at < 0 || base[at:at+len(longMark)] != longMark {
		return "", false
	}
	f, _, err := openRegular(dir, nameFile, maxNameFile)
	if err != nil {
		return "", false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxNameFile))
	if err != nil || !utf8.Valid(text) || longDigest(string(text)) != base[at+len(longMark):] {
		return "", false
	}
	return string(text), true
}

// maxNameFile is more than any server's longest name.
const maxNameFile = 64 << 10

// keepLongName writes the file that longName reads, in place of the one of an
// earlier name.
func keepLongName(dir *os.Root, text string) error {
	const written = nameFile + ".new"
	if err := dir.Remove(written); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := nofollow.MakeFile(dir, written)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return dir.Rename(written, nameFile)
}
