package script

import (
	"bufio"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// wire is one connection.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	out  *flate.Writer // nil = what is sent is not compressed
	name string
	tag  string
	log  *strings.Builder
}

// deflate compresses what follows, both ways (RFC 4978, section 3).
func (w *wire) deflate() error {
	out, err := flate.NewWriter(w.conn, flate.DefaultCompression)
	w.out, w.in = out, bufio.NewReader(flate.NewReader(w.in))
	return err
}

func newWire(conn net.Conn, name string, log *strings.Builder) *wire {
	return &wire{conn: conn, in: bufio.NewReader(conn), name: name, log: log}
}

func (w *wire) send(text string) error {
	fmt.Fprintf(w.log, "C%s: %q\n", w.name, text)
	w.conn.SetDeadline(time.Now().Add(20 * time.Second))
	if w.out == nil {
		_, err := io.WriteString(w.conn, text+"\r\n")
		return err
	}
	_, err := io.WriteString(w.out, text+"\r\n")
	return errors.Join(err, w.out.Flush())
}

// read returns one response. A literal in it stands as {n}, followed by its
// bytes with \r\n spelt out.
func (w *wire) read() (string, error) {
	w.conn.SetDeadline(time.Now().Add(20 * time.Second))
	head := regexp.MustCompile(`\{(\d+)\}$`)
	var b strings.Builder
	for {
		line, err := w.in.ReadString('\n')
		if err != nil {
			return "", err
		}
		text, whole := strings.CutSuffix(line, "\r\n")
		if !whole {
			return "", fmt.Errorf("bare LF in %q", line)
		}
		b.WriteString(text)
		m := head.FindStringSubmatch(text)
		if m == nil {
			fmt.Fprintf(w.log, "S%s: %s\n", w.name, b.String())
			return b.String(), nil
		}
		n, err := strconv.Atoi(m[1])
		if err != nil || n > 1<<24 {
			return "", fmt.Errorf("literal of %s bytes", m[1])
		}
		raw := make([]byte, n)
		if _, err := io.ReadFull(w.in, raw); err != nil {
			return "", err
		}
		b.WriteString(strings.ReplaceAll(string(raw), "\r\n", `\r\n`))
	}
}

// until reads up to a response that begins with one of these words.
func (w *wire) until(words ...string) ([]string, error) {
	var lines []string
	for {
		line, err := w.read()
		if err != nil {
			return lines, err
		}
		lines = append(lines, line)
		for _, word := range words {
			if strings.HasPrefix(line, word+" ") || word == "+" && line == "+" {
				return lines, nil
			}
		}
	}
}

// do gives commands, each a tag and a line, that must succeed.
func (w *wire) do(tagsAndLines ...string) ([]string, error) {
	var all []string
	for i := 0; i < len(tagsAndLines); i += 2 {
		if err := w.send(tagsAndLines[i+1]); err != nil {
			return nil, err
		}
		lines, err := w.until(tagsAndLines[i])
		if err != nil {
			return nil, err
		}
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, tagsAndLines[i]+" OK") {
			return nil, fmt.Errorf("%s", last)
		}
		all = append(all, lines...)
	}
	return all, nil
}
