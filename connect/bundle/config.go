package bundle

import (
	"errors"
	"io"
	"iter"

	"lockstep/core"
)

// Config tells which file is read, and how. Path, Name, Split, Finish and Digest are
// needed.
type Config struct {
	// Path of the file. A symbolic link is followed: a person named it.
	Path string
	// Name is the path of the one collection.
	Name string
	// Split takes the file apart, in order.
	Split func(file []byte) iter.Seq[Part]
	// Finish makes of a part the body that is synced, with this UID if it has none.
	Finish func(body []byte, uid string) ([]byte, error)
	// Digest is that of the kind's core.Traits.
	Digest func(body io.Reader) (core.Sum, int64, error)
	// MaxFile in bytes, more is refused; 0 = 256 MiB, for which a pass takes about
	// 1.6 GiB of memory.
	MaxFile int64
	// MaxItem in bytes; larger ones are bad; 0 = 64 MiB.
	MaxItem int64
	// Page is how many items a page of a listing holds; 0 = 5000.
	Page int
}

// Part is one item of the file.
type Part struct {
	// Line of the file in which it begins, from 1.
	Line int
	Body []byte
	// UID as text; "" = it has none.
	UID string
	// Label is a short name for people.
	Label string
	// Err tells why it cannot be synced; nil = it can. If it begins with "line N: ",
	// that is the line of the file at fault.
	Err error
}

const (
	defaultMaxFile = 256 << 20
	defaultMaxItem = 64 << 20
	defaultPage    = 5000
)

func (c Config) withDefaults() Config {
	if c.MaxFile <= 0 {
		c.MaxFile = defaultMaxFile
	}
	if c.MaxItem <= 0 {
		c.MaxItem = defaultMaxItem
	}
	if c.Page <= 0 {
		c.Page = defaultPage
	}
	return c
}

func (c Config) check() error {
	if c.Path == "" || c.Name == "" || c.Split == nil || c.Finish == nil || c.Digest == nil {
		return failure("bundle.open", c.Path, errors.New("it needs Path, Name, Split, Finish and Digest"))
	}
	return nil
}
