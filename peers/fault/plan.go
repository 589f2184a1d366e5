package fault

import (
	"math/rand/v2"
	"time"
)

// Plan is what goes wrong; the zero value is nothing.
type Plan struct {
	// Latency is added each way; Jitter, chosen from Seed, on top of it.
	Latency, Jitter time.Duration
	// BytesPerSecond limits each direction; 0 = no limit.
	BytesPerSecond int
	// CutUp and CutDown close a connection after so many bytes to the server
	// and to the client; 0 = never. The byte at which it breaks is the last
	// to arrive.
	CutUp, CutDown int64
	// CutWithin closes every connection after a number of bytes in either
	// direction, below this one, that Seed and the connection's number give.
	CutWithin int64
	// CutFirst breaks only so many connections, the first ones; 0 = all.
	CutFirst int
	// Reset breaks with RST, which may lose bytes that were sent, not FIN.
	Reset bool
	// Stall does not break: the direction carries nothing more, and the
	// connection stays open until an end closes it.
	Stall bool
	// Hide are words that the client does not find in the capabilities of an
	// IMAP server without TLS (hide.go).
	Hide []string
	// RefuseFirst closes so many connections as soon as they open.
	RefuseFirst int
	Seed        uint64
}

// cuts are the bytes after which connection n breaks, each way; -1 = never.
func (p Plan) cuts(n int) (up, down int64) {
	up, down = -1, -1
	if p.CutFirst > 0 && n > p.CutFirst {
		return up, down
	}
	if p.CutUp > 0 {
		up = p.CutUp
	}
	if p.CutDown > 0 {
		down = p.CutDown
	}
	if p.CutWithin > 0 {
		dice := rand.New(rand.NewPCG(p.Seed, uint64(n)))
		at := 1 + dice.Int64N(p.CutWithin)
		if dice.IntN(2) == 0 {
			up = at
		} else {
			down = at
		}
	}
	return up, down
}

// delays returns what gives each piece of a direction its delay.
func (p Plan) delays(n int, way uint64) func() time.Duration {
	dice := rand.New(rand.NewPCG(p.Seed^way<<32, uint64(n)))
	return func() time.Duration {
		d := p.Latency
		if p.Jitter > 0 {
			d += time.Duration(dice.Int64N(int64(p.Jitter)))
		}
		return d
	}
}

// Stats is what went through.
type Stats struct {
	Connections, Refused, Cuts int
	// Up is bytes to the server, Down to the client.
	Up, Down int64
	// RoundTrips counts how often a client spoke after the server had.
	RoundTrips int
}
