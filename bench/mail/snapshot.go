package main

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// snapshot is what a Maildir++ holds: how often each message is there.
type snapshot map[held]int

// held is a message in a folder, with its flags.
type held struct {
	folder, flags string
	sum           [sha256.Size]byte
}

// snap reads all messages of a Maildir++; that is the judge, so nothing is
// believed and nothing remembered.
func snap(root string) (snapshot, error) {
	out := snapshot{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		in := filepath.Base(filepath.Dir(path))
		if err != nil || !d.Type().IsRegular() || in != "cur" && in != "new" {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(filepath.Dir(path)))
		if err != nil {
			return err
		}
		out[held{folder: folder, flags: flagsOf(d.Name()), sum: sha256.Sum256(plain(body))}]++
		return nil
	})
	return out, err
}

// flagsOf a file name: the capital letters after ":2,", in order.
func flagsOf(name string) string {
	_, info, _ := strings.Cut(name, ":2,")
	letters := slices.DeleteFunc([]byte(info), func(c byte) bool { return c < 'A' || c > 'Z' })
	slices.Sort(letters)
	return string(letters)
}

// plain is a message as it was sent: with LF, and without the header field that
// mbsync adds to find its copies again.
func plain(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))
	end := bytes.Index(body, []byte("\n\n"))
	if end < 0 {
		end = len(body)
	}
	mark := []byte("\nX-TUID: ")
	at := bytes.Index(body[:end], mark)
	if at < 0 {
		return body
	}
	line := bytes.IndexByte(body[at+1:], '\n')
	if line < 0 {
		return body[:at]
	}
	return append(bytes.Clone(body[:at+1]), body[at+1+line+1:]...)
}

func (s snapshot) count() (n int) {
	for _, k := range s {
		n += k
	}
	return n
}

// differs counts the messages of the other one that are not in this one, or
// that are missing there: the greater of both.
func (s snapshot) differs(other snapshot) int {
	gone, came := 0, 0
	for h, n := range s {
		gone += max(n-other[h], 0)
	}
	for h, n := range other {
		came += max(n-s[h], 0)
	}
	return max(gone, came)
}
