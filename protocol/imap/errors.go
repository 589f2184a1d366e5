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

// LostError is a command without an answer: the connection was lost.
type LostError struct {
	// Sent: some of the command was sent, so that it may have been carried out.
	Sent bool
	Err  error
}

func (e *LostError) Error() string { return "the connection was lost: " + e.Err.Error() }

func (e *LostError) Unwrap() error { return e.Err }
