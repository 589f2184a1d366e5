package imapd

import (
	"io"
	"strings"
	"sync"
	"time"
)

// Ask is what a fault is chosen by.
type Ask struct {
	Session int
	User    string
	// Command is the name in upper case ("UID FETCH"), "GREETING" when a
	// connection opens, or "LITERAL" before a literal is asked for.
	Command string
	// Args is the rest of the command line; literals stand as {n}.
	Args string
	// N counts the commands of this name from 1, over all sessions.
	N int
}

// Fault is what goes wrong at a command; the zero value is nothing.
type Fault struct {
	// Delay waits before the command is obeyed.
	Delay time.Duration
	// DropBefore closes the connection and does nothing; DropAfter obeys and
	// closes, so that the answer is lost; DropAnswered closes after it.
	DropBefore, DropAfter, DropAnswered bool
	// Hang neither obeys nor answers, until somebody closes.
	Hang bool
	// No, Bad and Bye answer so instead of obeying, such as
	// "[LIMIT] slow down"; after Bye the connection closes.
	No, Bad, Bye string
	// CutLiteral, if not nil, closes the connection after so many bytes of
	// the first literal that the answer holds; CutLine after so many bytes
	// of the whole answer.
	CutLiteral, CutLine *int
	// Before is sent in front of the answer, After behind the tagged line,
	// in the same packet (at STARTTLS: an injection). Lines without CRLF.
	Before, After []string
	// Rewrite changes every line of the answer that holds no literal;
	// "" takes it out.
	Rewrite func(line string) string
	// Raw writes the whole answer itself, without obeying; when it returns
	// the connection closes.
	Raw func(io.Writer) error
}

// Scripted is a fault at the Nth command of a name (0 = at every one).
type Scripted struct {
	Command string
	N       int
	Fault   Fault
}

// Script answers from a list; of several that fit, the first counts.
func Script(list ...Scripted) func(Ask) Fault {
	return func(a Ask) Fault {
		for _, s := range list {
			if strings.EqualFold(s.Command, a.Command) && (s.N == 0 || s.N == a.N) {
				return s.Fault
			}
		}
		return Fault{}
	}
}

// Once gives a fault at the first command of a name after it is made, however
// many there were before.
func Once(command string, f Fault) func(Ask) Fault {
	var once sync.Once
	return func(a Ask) Fault {
		var out Fault
		if strings.EqualFold(command, a.Command) {
			once.Do(func() { out = f })
		}
		return out
	}
}

// ask finds the fault for a command and counts it.
func (s *Server) ask(c *session, command, args string) Fault {
	s.mu.Lock()
	s.counts[command]++
	a := Ask{Session: c.id, Command: command, Args: args, N: s.counts[command]}
	if c.user != nil {
		a.User = c.user.name
	}
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
