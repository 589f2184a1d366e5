package imap

import (
	"context"
	"strconv"
	"strings"
)

// NewMessage is a message to be stored.
type NewMessage struct {
	Flags List
	// When it was received, a Date; nil = now.
	When Arg
	Body Literal
}

// StartAppend stores a message. when is nil or a Date.
func (c *Conn) StartAppend(ctx context.Context, to Arg, flags List, when Arg, body Literal) *Command {
	return c.StartMultiAppend(ctx, to, NewMessage{Flags: flags, When: when, Body: body})
}

// StartMultiAppend stores messages in one mailbox. More than one need a server
// with MULTIAPPEND, which stores all of them or none: if it refuses (a
// StatusError), nothing was stored. The bodies are read now, each once.
func (c *Conn) StartMultiAppend(ctx context.Context, to Arg, messages ...NewMessage) *Command {
	cmd := &Command{name: "APPEND", appends: len(messages)}
	if len(messages) == 0 {
		cmd.err, cmd.ended = &ArgError{"no message to store"}, true
		return cmd
	}
	args := []Arg{to}
	for _, m := range messages { // RFC 3502, section 6.3.11: the name once, then each message
		if len(m.Flags) > 0 {
			args = append(args, m.Flags)
		}
		if m.When != nil {
			args = append(args, m.When)
		}
		args = append(args, m.Body)
	}
	return c.start(ctx, cmd, args...)
}

// appended reads the UIDs of n new messages, which come in the order of the
// messages and ascend (RFC 4315, section 3). A set that is not so, or names more
// or fewer, tells of none of them: nil.
func appended(set string, n int) []uint32 {
	var out []uint32
	last := uint64(0)
	for part := range strings.SplitSeq(set, ",") {
		a, b, isRange := strings.Cut(part, ":")
		lo, err := strconv.ParseUint(a, 10, 32)
		hi := lo
		if err == nil && isRange {
			hi, err = strconv.ParseUint(b, 10, 32)
		}
		if err != nil || lo <= last || hi < lo || hi-lo >= uint64(n-len(out)) {
			return nil
		}
		for u := lo; u <= hi; u++ {
			out = append(out, uint32(u))
		}
		last = hi
	}
	if len(out) != n {
		return nil
	}
	return out
}
