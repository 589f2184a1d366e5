package davd

import "time"

// Options say how a server behaves; the zero value keeps to the RFCs, speaks
// plain HTTP and knows its users by Basic.
type Options struct {
	Profile Profile
	// Auth is how users say who they are.
	Auth Auth
	// TLS speaks it, with a certificate that CA has the authority of.
	TLS bool
	// Chunked answers without a Content-Length, in pieces.
	Chunked bool
	// MaxSize of an item in bytes; 0 = any. A larger one is refused as Oversize says,
	// the zero value with max-resource-size; SizeUntold: no property tells MaxSize.
	MaxSize    int
	Oversize   Refusal
	SizeUntold bool
	// Now is the clock; nil = time.Now.
	Now func() time.Time
}

// Auth is a way to say who one is.
type Auth uint8

const (
	// Basic is RFC 7617.
	Basic Auth = iota
	// Digest is RFC 7616, with MD5 or SHA-256 and qop auth.
	Digest
	// Bearer is RFC 6750; AddToken makes tokens.
	Bearer
)
