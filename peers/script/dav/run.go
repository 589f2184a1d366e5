package dav

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// T is what Run needs of a *testing.T.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
	Logf(format string, args ...any)
}

// Server is one to play with.
type Server struct {
	// URL of its root, with a slash at the end.
	URL string
	// User and Password; Others are those of AS, by name.
	User, Password string
	Others         map[string]string
	// Home of the user, a path with a slash at the end; those of contacts and
	// calendars may be two.
	Home, Calendars string
	// Does is what NEED may ask for.
	Does []string
	// Departs: it is known to answer otherwise than scripts say. What does not fit is
	// told among the answers, so that two servers that depart alike can be compared.
	Departs bool
	// Client that asks; it must not follow redirects. nil = one of Run's own.
	Client *http.Client
}

// reason is an error that is compared with.
type reason string

func (r reason) Error() string { return string(r) }

// errSkip: the server is not said to do what a script needs.
const errSkip reason = "not done by this server"

// Run plays a script and returns a line for each answer.
func Run(t T, s Server, script Script) []string {
	t.Helper()
	base := strings.TrimSuffix(s.URL, "/")
	slug := strings.TrimSuffix(strings.ReplaceAll(script.Name, ".", "-"), "-txt")
	p := &player{server: s, base: base, vars: vars{"base": base, "home": s.Home, "calendars": s.Calendars, "user": s.User,
		"book": s.Home + "script-" + slug, "second": s.Home + "script-" + slug + "-second", "cal": s.Calendars + "script-" + slug + "-cal", "agenda": s.Calendars + "script-" + slug + "-agenda"}}
	if p.client = s.Client; p.client == nil {
		transport := &http.Transport{}
		defer transport.CloseIdleConnections()
		p.client = &http.Client{Timeout: 20 * time.Second, Transport: transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	mine := maps.Clone(p.vars)
	clean := func() error {
		for _, name := range []string{"book", "second", "cal", "agenda"} {
			if _, err := p.ask(step{method: http.MethodDelete, path: mine[name] + "/"}); err != nil {
				return err
			}
		}
		return nil
	}
	err := p.needs(script)
	if err == nil {
		err = clean()
	}
	if err == nil {
		err = p.play(script)
		err = errors.Join(err, clean())
	}
	switch {
	case errors.Is(err, errSkip):
		t.Skipf("%s: %v", script.Name, err)
	case err != nil:
		t.Logf("%s", p.log.String())
		t.Fatalf("%v", err)
	}
	return p.told
}

type player struct {
	server Server
	client *http.Client
	base   string
	vars   vars
	log    strings.Builder
	told   []string
}

func (p *player) needs(script Script) error {
	for _, need := range script.Needs {
		if !slices.Contains(p.server.Does, need) {
			return fmt.Errorf("%w: %s", errSkip, need)
		}
	}
	return nil
}

// ask makes a request.
func (p *player) ask(st step) (*answer, error) {
	body := regexp.MustCompile(`\\x[0-9a-f]{2}`).ReplaceAllStringFunc(p.vars.fill(strings.Join(st.body, "\r\n")), func(hex string) string {
		b, _ := strconv.ParseUint(hex[2:], 16, 8) // two digits
		return string([]byte{byte(b)})
	})
	if len(st.body) > 0 {
		body += "\r\n"
	}
	r, err := http.NewRequest(st.method, p.base+p.vars.fill(st.path), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	switch st.as {
	case "":
		r.SetBasicAuth(p.server.User, p.server.Password)
	case "wrong":
		r.SetBasicAuth(p.server.User, p.server.Password+"!")
	case "nobody":
	default:
		r.SetBasicAuth(st.as, p.server.Others[st.as])
	}
	switch {
	case strings.HasPrefix(body, "<"):
		r.Header.Set("Content-Type", "application/xml; charset=utf-8")
	case strings.HasPrefix(body, "BEGIN:VCAL"):
		r.Header.Set("Content-Type", "text/calendar; charset=utf-8")
	case body != "":
		r.Header.Set("Content-Type", "text/vcard; charset=utf-8")
	}
	for _, h := range st.headers {
		name, value, _ := strings.Cut(p.vars.fill(h), ": ")
		if h == "Transfer-Encoding: chunked" {
			r.ContentLength = -1
			continue
		}
		r.Header.Set(name, value)
	}
	fmt.Fprintf(&p.log, "C: %s %s %v\n%s", st.method, r.URL.Path, st.headers, body)
	came, err := p.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer came.Body.Close()
	a, err := readAnswer(came)
	if err == nil {
		fmt.Fprintf(&p.log, "S: %d %v\n%s\n", a.status, a.header, a.body)
	}
	return a, err
}

func (p *player) play(script Script) error {
	for _, st := range script.steps {
		a, err := p.ask(st)
		if err != nil {
			return fmt.Errorf("%s:%d: %w", script.Name, st.at, err)
		}
		p.told = append(p.told, fmt.Sprintf("%s:%d: %s %s", script.Name, st.at, st.method, strings.ReplaceAll(a.summary(), p.base, "$base")))
		if a.bad != nil && !p.server.Departs && !slices.ContainsFunc(st.expect, func(e expectation) bool { return e.kind == "NOXML" }) {
			return fmt.Errorf("%s:%d: the answer is no XML: %w", script.Name, st.at, a.bad)
		}
		for _, e := range st.expect {
			switch fits := p.holds(a, e); {
			case !fits && p.server.Departs:
				p.told = append(p.told, fmt.Sprintf("%s:%d: not %s: %s", script.Name, e.at, e.kind, e.text))
			case !fits:
				return fmt.Errorf("%s:%d: %s %s answered %s, not %s: %s", script.Name, e.at, st.method, p.vars.fill(st.path), a.summary(), e.kind, p.vars.fill(e.text))
			}
		}
	}
	return nil
}

// holds tells whether an answer is as a line says.
func (p *player) holds(a *answer, e expectation) bool {
	switch e.kind {
	case "S":
		return e.text == "*" || slices.Contains(strings.Split(e.text, "|"), strconv.Itoa(a.status))
	case "SH":
		name, value, _ := strings.Cut(e.text, ": ")
		return slices.ContainsFunc(a.header.Values(name), func(have string) bool { return p.vars.match(value, have) })
	case "NH":
		return len(a.header.Values(e.text)) == 0
	case "T", "NT":
		return slices.ContainsFunc(a.lines(), func(line string) bool { return p.vars.match(e.text, line) }) == (e.kind == "T")
	case "R", "NR":
		return a.hasRow(p.vars, e.text) == (e.kind == "R")
	case "X", "NX":
		return a.hasElement(p.vars, e.text) == (e.kind == "X")
	case "NOXML":
		return a.bad != nil
	case "N":
		return strconv.Itoa(len(a.rows())) == e.text
	}
	return false
}
