package vdir

import (
	"io"
	"os"
	"time"

	"lockstep/core"
	"lockstep/internal/notify"
)

// Config tells where a vdir lies and what is in it. Path, Extension and Describe are
// needed.
type Config struct {
	// Path of the root.
	Path string
	// Name is the path of the one collection whose items lie directly in Path;
	// "" = every directory in Path is a collection.
	Name string
	// Extension that the names of items end with, with its dot: ".vcf", ".ics".
	Extension string
	// Describe tells the UID of a body ("" = it has none) and a short name of it for
	// people. The error says why it is not one item that may be synced, and where. It
	// is called by many goroutines at once, and so is Digest.
	Describe func(body []byte) (uid, label string, err error)
	// WithUID gives a body that has no UID one; nil = what has none is not written.
	WithUID func(body []byte, uid string) ([]byte, error)
	// Digest is that of the kind's core.Traits; nil = neither Sums nor sizes are told.
	Digest func(body io.Reader) (core.Sum, int64, error)
	// Create makes the root if nothing is there, and takes an empty one for a new
	// one. It is for the first sync only: later both are a missing disk.
	Create bool
	// Tidy: what writes of dead processes left behind is removed from a collection that is
	// looked at; otherwise only from one that is written to.
	Tidy bool
	// Notifier that Watch is told by, with others; nil = it has one of its own.
	Notifier *notify.Notifier
	// MaxSize in bytes of an item; larger files are listed as bad, unread; 0 = 64 MiB.
	MaxSize int64
	// Page is how many items a page of a listing holds; 0 = 5000.
	Page int

	// What makes the names of files that are being written unique, and the clock;
	// zero values mean those of the system.
	Now   func() time.Time
	PID   int
	Count func() uint64
}

const (
	defaultMaxSize = 64 << 20
	defaultPage    = 5000
)

// withDefaults fills in what is not set.
func (c Config) withDefaults() Config {
	if c.MaxSize <= 0 {
		c.MaxSize = defaultMaxSize
	}
	if c.Page <= 0 {
		c.Page = defaultPage
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.PID == 0 {
		c.PID = os.Getpid()
	}
	if c.Count == nil {
		var n uint64
		c.Count = func() uint64 { n++; return n }
	}
	return c
}
