package maildir

import (
	"crypto/rand"
	"encoding/binary"
	"os"
	"strings"
	"time"

	"lockstep/internal/notify"
)

// Layout is how folders lie in a tree.
type Layout string

const (
	// Detect finds out what is there; a new tree is MaildirPP.
	Detect    Layout = ""
	MaildirPP Layout = "maildir++"
	Nested    Layout = "nested"
	Single    Layout = "single"
)

// Config tells where a tree lies and how it is used. Only Path is needed.
type Config struct {
	// Path of the root.
	Path   string
	Layout Layout
	// Name is the path of the one collection of layout Single; "" = INBOX.
	Name string
	// Create makes the tree if nothing is there. It is for the first sync
	// only: later a missing tree is a missing disk, not an empty mailbox.
	Create bool
	// Notifier that Watch is told by, with others; nil = it has one of its own.
	Notifier *notify.Notifier
	// MaxSize in bytes of a message; larger files are listed as bad; 0 = 1 GiB.
	MaxSize int64
	// Page is how many messages a page of a listing holds; 0 = 5000.
	Page int

	// What makes the names of new files unique, and the clock; zero values
	// mean those of the system. Count numbers the deliveries of this process.
	Now   func() time.Time
	Host  string
	PID   int
	Count func() uint64
}

const (
	defaultMaxSize = 1 << 30
	defaultPage    = 5000
)

// withDefaults fills in what is not set.
func (c Config) withDefaults() Config {
	if c.Name == "" {
		c.Name = inbox
	}
	if c.MaxSize <= 0 {
		c.MaxSize = defaultMaxSize
	}
	if c.Page <= 0 {
		c.Page = defaultPage
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Host == "" {
		c.Host, _ = os.Hostname() // a name without it is still unique enough
	}
	c.Host = hostPart(c.Host)
	if c.PID == 0 {
		c.PID = os.Getpid()
	}
	if c.Count == nil {
		c.Count = counter()
	}
	return c
}

// counter starts at a random number, so that two replicas of one process never
// meet in the same microsecond.
func counter() func() uint64 {
	var b [4]byte
	rand.Read(b[:])
	n := uint64(binary.BigEndian.Uint32(b[:]))
	return func() uint64 {
		n++
		return n
	}
}

// longestHost leaves room for the flags in a file name.
const longestHost = 64

// hostPart makes a host name fit for a file name, with the octal escapes that
// are usual in Maildir for the first two.
func hostPart(host string) string {
	host = strings.NewReplacer("/", `\057`, ":", `\072`).Replace(host)
	host = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune(`!;,%`, r) {
			return '_'
		}
		return r
	}, host)
	if host == "" {
		return "localhost"
	}
	return host[:min(len(host), longestHost)]
}
