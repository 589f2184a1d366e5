package imap

import (
	"context"
	"time"
)

// News is who is told what happens; none may be nil.
type News struct {
	// Moved: the open mailbox is no longer what it was.
	Moved func()
	// Status of another mailbox, and a mailbox that is new, gone or has another
	// name; both only after Notify.
	Status func(StatusData)
	Listed func(ListData)
}

// overflow is the code of a server that gives up after Notify (RFC 5465, section
// 5.8).
const overflow = "NOTIFICATIONOVERFLOW"

// Idle waits for news (RFC 2177), for so long, and then ends the command, so
// that a server does not take the client for gone: after 29 minutes it may. It
// ends early with an error. Nothing may be under way.
func (c *Conn) Idle(ctx context.Context, pause time.Duration, news News) error {
	c.continued = false
	cmd := c.start(ctx, &Command{name: "IDLE", h: handlers{moved: news.Moved, status: news.Status, list: news.Listed}})
	defer c.guard(ctx)()
	c.flush(ctx)
	for !cmd.ended && !c.continued {
		c.hear(ctx)
	}
	if cmd.ended {
		return idleEnded(cmd)
	}
	c.continued = false
	// Nothing else is written meanwhile. A server that does not answer DONE in
	// time is given up.
	c.slow.until = time.Now().Add(pause + c.slow.timeout)
	said := make(chan struct{})
	timer := time.AfterFunc(pause, func() {
		defer close(said)
		if _, err := c.w.WriteString("DONE\r\n"); err != nil || c.w.Flush() != nil {
			c.net.Close() // the reader tells
		}
	})
	for !cmd.ended && !c.overflow {
		c.hear(ctx)
	}
	early := timer.Stop()
	if !early {
		<-said
	}
	c.slow.until = time.Time{}
	switch {
	case c.overflow:
		return &StatusError{Command: "NOTIFY", Status: "OK", Code: overflow, Text: "too much happens to be told"}
	case early:
		return idleEnded(cmd)
	}
	return cmd.err
}

// idleEnded makes an error of an IDLE that the server did not wait to be told to
// end.
func idleEnded(cmd *Command) error {
	if cmd.err != nil {
		return cmd.err
	}
	return &StatusError{Command: cmd.name, Status: "OK", Text: "it ended by itself"}
}

func (c *Conn) flush(ctx context.Context) {
	if c.err != nil {
		return
	}
	if err := c.w.Flush(); err != nil {
		c.lose(ctx, err)
	}
}

// hear reads one response, and ends the connection at a BYE.
func (c *Conn) hear(ctx context.Context) {
	if err := c.read(); err != nil {
		c.lose(ctx, err)
	} else if c.bye != nil {
		c.lose(ctx, c.bye)
	}
}

// Notify asks to be told, while Idle waits, of messages that come, leave and
// change in all of the account's own mailboxes, and of the mailboxes themselves
// (RFC 5465, sections 5.1 to 5.4 and 6.3).
func (c *Conn) Notify(ctx context.Context) error {
	return c.do(ctx, &Command{name: "NOTIFY"}, words("SET (personal (MessageNew MessageExpunge FlagChange MailboxName))"))
}
