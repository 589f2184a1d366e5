package script

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
)

// T is what Run needs of a *testing.T.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
	Logf(format string, args ...any)
}

// reason is an error that is compared with.
type reason string

func (r reason) Error() string { return string(r) }

// errSkip: the server does not offer what a script needs.
const errSkip reason = "not offered"

// Run plays a script; dial opens a connection whose TLS, if any, is up. The
// variables are $user, $password (as in a quoted string), $plain, $wrong and
// what else is given.
func Run(t T, dial func() (net.Conn, error), s Script, variables map[string]string) {
	t.Helper()
	p := &player{dial: dial, script: s, vars: maps.Clone(vars(variables)), wires: map[string]*wire{}}
	defer p.close()
	// What SASL PLAIN says (RFC 4616), and with a wrong password.
	user, password := strings.ReplaceAll(p.vars["user"], `\`, ""), strings.ReplaceAll(p.vars["password"], `\`, "")
	p.vars["plain"] = base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
	p.vars["wrong"] = base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password + "!"))
	err := p.play()
	switch {
	case errors.Is(err, errSkip):
		t.Skipf("%s: %v", s.Name, err)
	case err != nil:
		t.Logf("%s", p.log.String())
		t.Fatalf("%v", err)
	}
}

type player struct {
	dial   func() (net.Conn, error)
	script Script
	vars   vars
	wires  map[string]*wire
	log    strings.Builder
}

func (p *player) close() {
	for _, w := range p.wires {
		w.conn.Close()
	}
}

// wire returns a connection that is logged in.
func (p *player) wire(name string) (*wire, error) {
	if w := p.wires[name]; w != nil {
		return w, nil
	}
	conn, err := p.dial()
	if err != nil {
		return nil, err
	}
	w := newWire(conn, name, &p.log)
	p.wires[name] = w
	if _, err := w.read(); err != nil { // the greeting
		return nil, err
	}
	if p.script.Bare {
		return w, nil
	}
	offered, err := w.do("l1", p.vars.fill("l1 LOGIN \"$user\" \"$password\""), "l2", "l2 CAPABILITY")
	if err != nil {
		return nil, err
	}
	for _, need := range p.script.Needs {
		if !slices.ContainsFunc(offered, func(line string) bool {
			return strings.HasPrefix(line, "* CAPABILITY ") && slices.Contains(strings.Fields(line), need)
		}) {
			return nil, fmt.Errorf("%w: %s", errSkip, need)
		}
	}
	return w, nil
}

func (p *player) play() error {
	for _, st := range p.script.steps {
		w, err := p.wire(st.conn)
		if err == nil {
			err = p.step(w, st)
		}
		if errors.Is(err, errSkip) {
			return err
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", p.script.Name, st.at, err)
		}
	}
	return nil
}

func (p *player) step(w *wire, st step) error {
	if st.wait {
		return p.await(w, st.expect[0])
	}
	lines, err := p.exchange(w, st)
	if err != nil {
		return err
	}
	for _, want := range st.expect {
		found := -1
		for i, line := range lines {
			is, err := p.vars.match(want, line)
			if err != nil {
				return err
			}
			if is {
				found = i
				break
			}
		}
		if found < 0 {
			return fmt.Errorf("no answer like %q", p.vars.fill(want))
		}
		lines = slices.Delete(lines, found, found+1)
	}
	for _, bad := range st.never {
		for _, line := range lines {
			if is, err := p.vars.match(bad, line); err != nil || is {
				return fmt.Errorf("an answer %q like %q (%v)", line, p.vars.fill(bad), err)
			}
		}
	}
	if st.deflate {
		return w.deflate()
	}
	return nil
}

// exchange sends a step and reads to its end: the tagged line, or the "+"
// that the last expected line names.
func (p *player) exchange(w *wire, st step) ([]string, error) {
	if st.tagged {
		w.tag, _, _ = strings.Cut(p.vars.fill(st.lines[0].text), " ")
	}
	var lines []string
	before := "" // the literal that a line follows
	for i, l := range st.lines {
		text, literal := p.vars.fill(l.text), p.vars.fill(l.literal)
		waits := strings.HasSuffix(text, "{}")
		ends := waits || strings.HasSuffix(text, "{+}")
		if ends {
			at := strings.LastIndexByte(text, '{')
			text = fmt.Sprintf("%s{%d%s", text[:at], len(literal), text[at+1:])
		}
		if err := w.send(before + text); err != nil {
			return nil, err
		}
		if waits {
			more, err := w.until("+", w.tag)
			lines = append(lines, more...)
			if err != nil || strings.HasPrefix(more[len(more)-1], w.tag+" ") {
				return lines, err
			}
			lines = lines[:len(lines)-1]
		}
		if before = literal; ends && i == len(st.lines)-1 {
			if err := w.send(before); err != nil {
				return nil, err
			}
		}
	}
	ends := []string{w.tag}
	if n := len(st.expect); n > 0 && strings.HasPrefix(st.expect[n-1], "+") {
		ends = append(ends, "+")
	}
	more, err := w.until(ends...)
	return append(lines, more...), err
}

// await reads until a line fits.
func (p *player) await(w *wire, want string) error {
	for {
		line, err := w.read()
		if err != nil {
			return fmt.Errorf("waiting for %q: %w", p.vars.fill(want), err)
		}
		if is, err := p.vars.match(want, line); err != nil || is {
			return err
		}
	}
}
