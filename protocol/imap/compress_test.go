package imap

import (
	"bufio"
	"compress/flate"
	"io"
	"runtime"
	"strings"
	"testing"
)

// deflating is a server that compresses once it is asked to; then it says
// something, through the compressor.
func deflating(t *testing.T, answer string, after func(f *fake, out io.Writer)) *Conn {
	t.Helper()
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] hello\r\n")
		for {
			tag, rest := f.line()
			if tag == "" {
				return
			}
			if rest != "COMPRESS DEFLATE" {
				f.say(tag + " OK in clear\r\n")
				continue
			}
			f.say(tag + " " + answer + "\r\n")
			if !strings.HasPrefix(answer, "OK") {
				continue
			}
			w, err := flate.NewWriter(f.Conn, flate.BestCompression)
			if err != nil {
				t.Error(err)
			}
			f.in = bufio.NewReader(flate.NewReader(f.in))
			after(f, w)
			w.Flush()
		}
	})
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestCompress: after the answer, and not before, both directions are
// compressed, however the bytes fall into segments.
func TestCompress(t *testing.T) {
	heard := make(chan string, 1)
	c := deflating(t, "OK go", func(f *fake, out io.Writer) {
		tag, rest := f.line()
		heard <- rest
		io.WriteString(out, "* LIST () \"/\" INBOX\r\n"+tag+" OK done\r\n")
	})
	before, cmd := c.Start(t.Context(), "NOOP"), c.StartCompress(t.Context())
	if err := c.Do(t.Context(), "NOOP"); err == nil {
		t.Error("a command is sent before COMPRESS is answered")
	}
	for _, cmd := range []*Command{before, cmd} {
		if err := c.Wait(t.Context(), cmd); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	if err := c.ListStatus(t.Context(), "*", func(d ListData) { names = append(names, d.Name) }, nil); err != nil || len(names) != 1 {
		t.Errorf("%q, %v", names, err)
	}
	if rest := <-heard; rest != `LIST "" "*"` {
		t.Errorf("the server heard %q", rest)
	}
}

// TestCompressRefused: all goes on in clear.
func TestCompressRefused(t *testing.T) {
	c := deflating(t, "NO not now", nil)
	if err := c.Wait(t.Context(), c.StartCompress(t.Context())); err == nil {
		t.Error("a refusal is no error")
	}
	if err := c.Do(t.Context(), "NOOP"); err != nil {
		t.Error(err)
	}
}

// TestAttack28Bomb: a few bytes that become many gigabytes end the connection at
// the limit of what they pretend to be, and take no memory.
func TestAttack28Bomb(t *testing.T) {
	zeros := strings.Repeat("x", 1<<20)
	for name, head := range map[string]string{"line": "* OK ", "name": "* LIST () \"/\" \"", "search": "* SEARCH 1", "literal": "* 1 FETCH (UID 1 X-BODY {99999999999}\r\n", "text": "* LIST () \"/\" {268435455}\r\n"} {
		t.Run(name, func(t *testing.T) {
			c := deflating(t, "OK go", func(f *fake, out io.Writer) {
				io.WriteString(out, head)
				for range 1 << 10 {
					if _, err := io.WriteString(out, zeros); err != nil {
						return
					}
				}
			})
			if err := c.Wait(t.Context(), c.StartCompress(t.Context())); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := c.Do(t.Context(), "NOOP")
			runtime.ReadMemStats(&after)
			wantBroken(t, c.Err())
			if err == nil || after.TotalAlloc-before.TotalAlloc > 96<<20 {
				t.Errorf("%v after %d MiB", err, (after.TotalAlloc-before.TotalAlloc)>>20)
			}
		})
	}
}

// TestCompressGarbage: what does not decompress ends the connection.
func TestCompressGarbage(t *testing.T) {
	c := deflating(t, "OK go", func(f *fake, _ io.Writer) { f.say("* OK this is in clear\r\n") })
	if err := c.Wait(t.Context(), c.StartCompress(t.Context())); err != nil {
		t.Fatal(err)
	}
	if err := c.Do(t.Context(), "NOOP"); err == nil || c.Err() == nil {
		t.Errorf("%v, %v", err, c.Err())
	}
}
