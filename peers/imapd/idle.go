package imapd

import "strings"

// idle: IDLE (RFC 2177, section 3). Changes are told as they happen, until
// the client says DONE.
func (c *session) idle(p *parser) answer {
	if !p.end() {
		return answer{}
	}
	c.out.line("+ idling")
	c.tellNow()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-c.wake:
				c.tellNow()
			}
		}
	}()
	line, err := c.readLine()
	close(stop)
	<-stopped
	if err != nil {
		c.closing = true
		return bad("Connection lost")
	}
	if fault := badLine(line); fault != "" || !strings.EqualFold(strings.TrimRight(line, "\r\n"), "DONE") {
		p.fail("%q instead of DONE", clip(line))
		return answer{}
	}
	c.trace("C: DONE")
	c.srv.mu.Lock()
	defer c.srv.mu.Unlock()
	c.update(true)
	c.notices()
	return ok("Idle completed.")
}

// tellNow sends what changed. A mailbox that went ends the connection.
func (c *session) tellNow() {
	c.srv.mu.Lock()
	c.update(true)
	c.notices()
	c.srv.mu.Unlock()
	if c.flush(Fault{}) != nil || c.closing {
		c.conn.Close()
	}
}
