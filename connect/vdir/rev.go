package vdir

import (
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"lockstep/core"
)

// A Rev is what a directory tells of a file, and a digest of its bytes:
//
//	1f2e.1a4.nq8z.nq90#Tq2mE0sVvCkZt8d3
//	└─ number, size, ┘ │└─ bytes ─────┘
//	   times           └ "+" = the file was young when it was read
//
// The first part says cheaply that a file is as it was. The times of file systems
// move in ticks (of some, of two seconds), so a file that is young may be changed
// once more and keep its first part: it is read in every look until it is not.
// The second part says that a file that was touched, renamed or copied back is not
// edited; equal Revs always mean equal bytes.

const (
	ripe  = "#"
	young = "+"
)

// settled is the age from which the time of a file or directory proves that nothing
// changed since: some file systems count in steps of two seconds, and clocks differ.
const settled = 2 * time.Second

func hot(changed, now time.Time) bool { return now.Sub(changed) <= settled }

// statOf is the first part of a Rev.
func statOf(seen fs.FileInfo) string {
	_, inode := identity(seen)
	b := strconv.AppendUint(nil, inode, 36)
	b = strconv.AppendInt(append(b, '.'), seen.Size(), 36)
	b = strconv.AppendInt(append(b, '.'), seen.ModTime().UnixNano(), 36)
	b = strconv.AppendInt(append(b, '.'), changed(seen).UnixNano(), 36)
	return string(b)
}

// digestOf is the second part of a Rev.
func digestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// revOf is the Rev of a file that was read at a time.
func revOf(seen fs.FileInfo, digest string, now time.Time) core.Rev {
	age := ripe
	if hot(changed(seen), now) {
		age = young
	}
	return core.Rev(statOf(seen) + age + digest)
}

// splitRev takes a Rev apart; one of a file that was not read has no digest.
func splitRev(rev core.Rev) (stat, age, digest string) {
	text := string(rev)
	i := strings.IndexAny(text, ripe+young)
	if i < 0 {
		return text, "", ""
	}
	return text[:i], text[i : i+1], text[i+1:]
}

// unchanged tells whether a file certainly has the bytes that it had with a Rev.
func unchanged(rev core.Rev, seen fs.FileInfo, now time.Time) bool {
	stat, age, _ := splitRev(rev)
	return age == ripe && stat == statOf(seen) && !hot(changed(seen), now)
}
