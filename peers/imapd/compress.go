package imapd

import (
	"bufio"
	"compress/flate"
	"io"
	"net"
)

// compress: COMPRESS (RFC 4978, section 3).
func (c *session) compress(p *parser) answer {
	p.sp()
	p.want("DEFLATE")
	if !p.end() {
		return answer{}
	}
	if c.deflated {
		return no("[COMPRESSIONACTIVE] DEFLATE active already")
	}
	c.deflated = true
	return ok("DEFLATE active")
}

// deflate sends the answer, after which both directions are compressed. What
// the client sent behind the command is compressed already.
func (c *session) deflate(f Fault) error {
	if err := c.finish(f); err != nil {
		return err
	}
	w, err := flate.NewWriter(c.conn, flate.DefaultCompression)
	if err != nil {
		return err
	}
	conn := &deflated{c.conn, flate.NewReader(c.in), w}
	c.srv.mu.Lock()
	defer c.srv.mu.Unlock()
	c.conn, c.in = conn, bufio.NewReader(conn)
	return nil
}

// deflated is a connection whose bytes are compressed both ways.
type deflated struct {
	net.Conn
	r io.Reader
	w *flate.Writer
}

func (d *deflated) Read(b []byte) (int, error) { return d.r.Read(b) }

// Write sends at once: the client waits for it.
func (d *deflated) Write(b []byte) (int, error) {
	n, err := d.w.Write(b)
	if err == nil {
		err = d.w.Flush()
	}
	return n, err
}
