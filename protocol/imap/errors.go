package imap

import "fmt"

// StatusError is a command that the server refused, or the BYE with which it
// ended the connection.
type StatusError struct {
	// Command that was refused; "" = BYE, or the greeting.
	Command string
	// Status is NO, BAD or BYE.
	Status string
	// Code is the response code in upper case ("TRYCREATE"); "" = none.
	Code string
	Text string
}

func (e *StatusError) Error() string {
	s := "the server says " + e.Status
	if e.Command != "" {
		s += " to " + e.Command
	}
	if e.Code != "" {
		s += " [" + e.Code + "]"
	}
	if e.Text != "" {
		s += " " + e.Text
	}
	return s
}

// ProtocolError is a server that breaks the protocol beyond repair, or passes
// a limit; the connection is closed.
type ProtocolError struct{ Text string }

func (e *ProtocolError) Error() string { return "imap: " + e.Text }

func broken(format string, args ...any) error {
	return &ProtocolError{Text: fmt.Sprintf(format, args...)}
}

// ArgError is a value that cannot be sent; nothing was.
type ArgError struct{ Text string }

func (e *ArgError) Error() string { return "imap: " + e.Text }

// SecurityError is a connection that is not as safe as it was to be. No
// password was sent.
type SecurityError struct {
	Text string
	Err  error
}

func (e *SecurityError) Error() string {
	if e.Err != nil {
		return "imap: " + e.Text + ": " + e.Err.Error()
	}
	return "imap: " + e.Text
}

func (e *SecurityError) Unwrap() error { return e.Err }

// GreetingError is a server that does not greet as IMAP servers do: mostly the
// wrong port, or TLS expected where there is none, or the other way round.
type GreetingError struct {
	// TLS: what came begins as TLS does.
	TLS bool
	// Encrypted: TLS is there already.
	Encrypted bool
	// Err is why nothing came; nil = something did.
	Err error
}

func (e *GreetingError) Error() string {
	switch {
	case e.TLS:
		return "imap: the server speaks TLS"
	case e.Err != nil:
		return "imap: the server does not greet: " + e.Err.Error()
	}
	return "imap: what the server greets with is not IMAP"
}

func (e *GreetingError) Unwrap() error { return e.Err }

// MechanismError is a login that the server does not offer; nothing was sent.
type MechanismError struct {
	Mechanism Mechanism
	// Offered ones, in order.
	Offered []Mechanism
}

func (e *MechanismError) Error() string {
	offers := "none"
	if len(e.Offered) > 0 {
		offers = fmt.Sprint(e.Offered)
	}
	return fmt.Sprintf("imap: the server offers no login by %s; it offers %s", e.Mechanism, offers)
}

// LostError is a command without an answer: the connection was lost.
type LostError struct {
	// Sent: some of the command was sent, so that it may have been carried out.
	Sent bool
	Err  error
}

func (e *LostError) Error() string { return "the connection was lost: " + e.Err.Error() }

func (e *LostError) Unwrap() error { return e.Err }
