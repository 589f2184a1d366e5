package imap

import (
	"bufio"
	"compress/flate"
	"context"
	"net"
)

const compress = "COMPRESS"

// StartCompress asks that both directions be compressed from its answer on (RFC
// 4978). Commands may be under way, but nothing can be sent until it is
// answered. What limits responses limits them as they are after decompression:
// a few bytes that become many take no more memory than those many would.
func (c *Conn) StartCompress(ctx context.Context) *Command {
	return c.start(ctx, &Command{name: compress}, words("DEFLATE"))
}

// deflate takes what follows the answer for compressed: some of it may be here.
func (c *Conn) deflate() {
	w, err := flate.NewWriter(c.slow, flate.DefaultCompression)
	if err != nil {
		c.r.fatal(err)
		return
	}
	c.w = bufio.NewWriterSize(&deflater{w}, c.options.Buffer)
	c.r = newReader(flate.NewReader(c.r.br), c.options.Limits, c.options.Buffer)
}

// deflater sends what it is given at once.
type deflater struct{ w *flate.Writer }

func (d *deflater) Write(p []byte) (int, error) {
	n, err := d.w.Write(p)
	if err == nil {
		err = d.w.Flush()
	}
	return n, err
}

// Loopback tells whether the server is on this machine, where bytes cost
// nothing.
func (c *Conn) Loopback() bool {
	host, _, err := net.SplitHostPort(c.net.RemoteAddr().String())
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}
