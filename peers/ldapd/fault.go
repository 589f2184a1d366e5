package ldapd

import (
	"io"
	"strings"
	"time"
)

// Ask is what a fault is chosen by.
type Ask struct {
	Session int
	// User is the DN that has logged in; "" = nobody.
	User string
	// Request is BIND, SEARCH, STARTTLS, ABANDON, UNBIND or OTHER.
	Request string
	// Base and Filter of a search.
	Base, Filter string
	// Page of a search that is read in pages, from 1; 0 = it is not.
	Page int
	// N counts the requests of this name from 1, over all sessions.
	N int
}

// Fault is what goes wrong at a request; the zero value is nothing.
type Fault struct {
	// Delay waits before the request is obeyed.
	Delay time.Duration
	// Hang neither obeys nor answers, until the client says something else or
	// somebody closes.
	Hang bool
	// Drop closes the connection instead of answering.
	Drop bool
	// CutAfter, if not nil, closes the connection after so many entries of this
	// answer.
	CutAfter *int
	// Refuse ends the answer with a result code instead of success, after
	// RefuseAfter entries.
	Refuse      *Result
	RefuseAfter int
	// Partial, if not nil, sends only so many entries and says success, without
	// a further page: the lie.
	Partial *int
	// Lost attributes are left out of every entry, as after a change of rights.
	Lost []string
	// Same sends the cookie of this page again, so that the same page comes
	// next.
	Same bool
	// NoControl leaves the control of pages out of the result.
	NoControl bool
	// Inject is sent right behind the answer, in the same packet (at STARTTLS:
	// what a machine in the middle adds).
	Inject []byte
	// Raw writes the answer to request id itself, without obeying; when it
	// returns the connection closes.
	Raw func(w io.Writer, id int64) error
}

// Result of a request (RFC 4511, section 4.1.9).
type Result struct {
	Code      int
	Matched   string
	Text      string
	Referrals []string
}

// Scripted is a fault at the Nth request of a name (0 = at every one).
type Scripted struct {
	Request string
	N       int
	Fault   Fault
}

// Script answers from a list; of several that fit, the first counts.
func Script(list ...Scripted) func(Ask) Fault {
	return func(a Ask) Fault {
		for _, s := range list {
			if strings.EqualFold(s.Request, a.Request) && (s.N == 0 || s.N == a.N) {
				return s.Fault
			}
		}
		return Fault{}
	}
}

// OnPage gives a fault at one page of every search that is read in pages.
func OnPage(page int, f Fault) func(Ask) Fault {
	return func(a Ask) Fault {
		if a.Request == "SEARCH" && a.Page == page {
			return f
		}
		return Fault{}
	}
}

// ask finds the fault for a request and counts it.
func (s *Server) ask(c *session, a Ask) Fault {
	s.mu.Lock()
	s.counts[a.Request]++
	a.Session, a.User, a.N = c.id, c.who, s.counts[a.Request]
	faults := s.faults
	s.mu.Unlock()
	if faults == nil {
		return Fault{}
	}
	return faults(a)
}

// SetFaults changes the faults of a running server; nil = none.
func (s *Server) SetFaults(faults func(Ask) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = faults
}
