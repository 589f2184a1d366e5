package imap_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lockstep/connect/imap"
	"lockstep/core"
)

// liar is a server that answers what a test tells it to. The second result ends
// it and returns what it heard.
func liar(t *testing.T, capabilities string, answers map[string]string) (*imap.Replica, func() string) {
	t.Helper()
	config, end := lies(t, capabilities, answers)
	r, err := imap.Open(t.Context(), config)
	must(t, err)
	close := func() string {
		r.Close()
		return end()
	}
	t.Cleanup(func() { close() })
	return r, close
}

// openLiar is liar for a server that may not let anybody in.
func openLiar(t *testing.T, capabilities string, answers map[string]string) (*imap.Replica, error) {
	t.Helper()
	config, end := lies(t, capabilities, answers)
	t.Cleanup(func() { end() })
	return imap.Open(t.Context(), config)
}

func lies(t *testing.T, capabilities string, answers map[string]string) (imap.Config, func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	var log bytes.Buffer
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			lie(conn, capabilities, answers, &log)
			conn.Close()
		}
	}()
	config := configAt(t, l.Addr().String())
	config.MaxConnections = 1
	return config, func() string {
		l.Close()
		<-done
		return log.String()
	}
}

func lie(conn net.Conn, capabilities string, answers map[string]string, log io.Writer) {
	io.WriteString(conn, "* OK [CAPABILITY IMAP4rev1 LITERAL+ "+capabilities+"] hello\r\n")
	tag := regexp.MustCompile(`^[A-Z2-7]{4}[0-9]+$`)
	for in := bufio.NewScanner(conn); in.Scan(); {
		fmt.Fprintln(log, in.Text())
		words := strings.Fields(in.Text())
		if len(words) < 2 || !tag.MatchString(words[0]) {
			continue // a line of a literal
		}
		name := words[1]
		if name == "UID" {
			name += " " + words[2]
		}
		answer, known := answers[name]
		if !known {
			answer = "% OK done\r\n"
		}
		if name == "LOGIN" {
			answer = "% OK [CAPABILITY IMAP4rev1 LITERAL+ " + capabilities + "] in\r\n"
		}
		if answer == "HANG UP" {
			return
		}
		answer = strings.ReplaceAll(answer, "% ", words[0]+" ")
		io.WriteString(conn, strings.ReplaceAll(answer, `"%"`, `"`+words[0]+`"`))
	}
}

const opened = "* %d EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT %d] x\r\n* OK [HIGHESTMODSEQ %d] x\r\n"

func selected(exists, next, mod int) string {
	return fmt.Sprintf(opened, exists, next, mod) + "% OK [READ-WRITE] x\r\n"
}

// TestAttack41NeverAFalseFull: an answer that contradicts another is an
// error, never a mailbox that lost its messages.
func TestAttack41NeverAFalseFull(t *testing.T) {
	for name, c := range map[string]struct {
		answers map[string]string
		since   core.Token
		class   core.Class
	}{
		"OK without a result": {map[string]string{"EXAMINE": selected(3, 10, 5)}, "", core.Transient},
		"an empty result":     {map[string]string{"EXAMINE": selected(3, 10, 5), "UID SEARCH": "* SEARCH\r\n% OK\r\n"}, "", core.Transient},
		"too many named":      {map[string]string{"EXAMINE": selected(3, 10, 5), "UID SEARCH": "* SEARCH 1 2 3 4\r\n% OK\r\n"}, "", core.Transient},
		"named, not shown":    {map[string]string{"EXAMINE": selected(1, 10, 5), "UID SEARCH": "* SEARCH 1\r\n% OK\r\n"}, "", core.Transient},
		"UIDNEXT goes back":   {map[string]string{"EXAMINE": selected(1, 10, 5)}, "1:5:20:1", core.Transient},
		"another UIDVALIDITY": {map[string]string{"EXAMINE": selected(1, 10, 5)}, "2:5:10:1", core.Resync},
		"modseq goes back":    {map[string]string{"EXAMINE": selected(1, 10, 5)}, "1:9:10:1", core.Resync},
		"more than arrived":   {map[string]string{"EXAMINE": selected(9, 10, 9)}, "1:5:10:1", core.Resync},
		"no EXISTS":           {map[string]string{"EXAMINE": "* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 1] x\r\n% OK x\r\n"}, "", core.Transient},
		"no UIDVALIDITY":      {map[string]string{"EXAMINE": "* 0 EXISTS\r\n% OK x\r\n"}, "", core.Permanent},
		"no mailbox":          {map[string]string{"EXAMINE": "% NO [NONEXISTENT] x\r\n"}, "", core.Missing},
		"fewer than surveyed": {map[string]string{"EXAMINE": selected(0, 10, 5)}, "survey", core.Transient},
		"hangs up":            {map[string]string{"EXAMINE": "HANG UP"}, "", core.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			c.answers["LIST"] = "* LIST () \"/\" INBOX\r\n% OK\r\n"
			c.answers["STATUS"] = "* STATUS INBOX (MESSAGES 3 UIDNEXT 10 UIDVALIDITY 1)\r\n% OK\r\n"
			r, _ := liar(t, "CONDSTORE", c.answers)
			since := c.since
			if since == "survey" {
				since = ""
				_, err := r.Collections(t.Context())
				must(t, err)
			}
			d, err := r.Changes(t.Context(), "INBOX", since)
			if err == nil || core.ClassOf(err) != c.class {
				t.Errorf("%+v, %v, want class %s", d, err, c.class)
			}
		})
	}
}

// TestShortSurveys: a list without INBOX is not complete, and one that cannot
// be read is an error.
func TestShortSurveys(t *testing.T) {
	r, _ := liar(t, "", map[string]string{"LIST": "% OK\r\n"})
	if s, err := r.Collections(t.Context()); err != nil || s.Complete {
		t.Errorf("%+v, %v", s, err)
	}
	r, _ = liar(t, "", map[string]string{"LIST": "* LIST () \"/\" INBOX\r\n* LIST ((((\"\r\n% OK\r\n"})
	if s, err := r.Collections(t.Context()); err == nil {
		t.Errorf("%+v", s)
	}
}

// TestOtherDeletedMessagesStay: without UIDPLUS nothing is expunged while a
// message of somebody else bears \Deleted.
func TestOtherDeletedMessagesStay(t *testing.T) {
	r, log := liar(t, "", map[string]string{"SELECT": selected(2, 10, 0), "UID SEARCH": "* SEARCH 1 2\r\n% OK\r\n"})
	for _, err := range r.Apply(t.Context(), slices.Values([]core.Write{{Op: core.OpDelete, Ref: core.Ref{Collection: "INBOX", ID: "0000000001"}}})) {
		if core.ClassOf(err) != core.Permanent || err == nil {
			t.Errorf("%v", err)
		}
	}
	if text := log(); strings.Contains(text, "EXPUNGE") || strings.Contains(text, "STORE") {
		t.Errorf("it sent\n%s", text)
	}
}

// TestUnkeptMarks: a mark that the mailbox would forget is refused, so that it
// does not look as if a user had removed it.
func TestUnkeptMarks(t *testing.T) {
	r, log := liar(t, "", map[string]string{"SELECT": "* OK [PERMANENTFLAGS (\\Seen)] x\r\n" + selected(2, 10, 0)})
	w := core.Write{Op: core.OpMark, Ref: core.Ref{Collection: "INBOX", ID: "0000000001"}, Add: "work"}
	for _, err := range r.Apply(t.Context(), slices.Values([]core.Write{w})) {
		if core.ClassOf(err) != core.Permanent || err == nil {
			t.Errorf("%v", err)
		}
	}
	if text := log(); strings.Contains(text, "STORE") {
		t.Errorf("it sent\n%s", text)
	}
}

// TestUnansweredAppendIsUnknown: a connection that ends while a message is
// stored says nothing about the message.
func TestUnansweredAppendIsUnknown(t *testing.T) {
	r, _ := liar(t, "UIDPLUS", map[string]string{"SELECT": selected(2, 10, 0), "APPEND": "HANG UP"})
	w := core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: "INBOX"}, Item: core.Item{Body: io.NopCloser(strings.NewReader("Subject: x\n\ny\n"))}}
	n := 0
	for _, err := range r.Apply(t.Context(), slices.Values([]core.Write{w})) {
		n++
		if err == nil || core.ClassOf(err) != core.Unknown {
			t.Errorf("%v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d results", n)
	}
}

// TestAttack41AppendUIDLies: an APPENDUID of another incarnation, or of a
// message that is not there, names nothing.
func TestAttack41AppendUIDLies(t *testing.T) {
	for _, code := range []string{"[APPENDUID 9 5]", "[APPENDUID 1 5]", "[APPENDUID 1 0]", "[APPENDUID x y]", ""} {
		r, _ := liar(t, "UIDPLUS", map[string]string{"SELECT": selected(2, 10, 0), "APPEND": "% OK " + code + " x\r\n"})
		w := core.Write{Op: core.OpCreate, Ref: core.Ref{Collection: "INBOX"}, Item: core.Item{Body: io.NopCloser(strings.NewReader("Subject: x\n\ny\n"))}}
		for res, err := range r.Apply(t.Context(), slices.Values([]core.Write{w})) {
			if err != nil || res.Stub.ID != "" || res.AsSent {
				t.Errorf("%s: %+v, %v", code, res, err)
			}
		}
	}
}

// TestUnreadableMailbox: one whose status is refused is named, so that it is not
// taken for deleted, and an attempt to list it says which.
func TestUnreadableMailbox(t *testing.T) {
	r, _ := liar(t, "", map[string]string{"LIST": "* LIST () \"/\" INBOX\r\n* LIST () \"/\" locked\r\n% OK\r\n", "STATUS": "% NO [NOPERM] not yours\r\n"})
	s, err := r.Collections(t.Context())
	must(t, err)
	if len(s.Collections) != 2 || s.Collections[1].Path != "locked" || s.Collections[1].Feed != "" || !s.Complete {
		t.Errorf("%+v", s)
	}
	if _, err := r.Changes(t.Context(), s.Collections[1].Feed, ""); core.ClassOf(err) != core.Permanent || !strings.Contains(err.Error(), "locked") {
		t.Errorf("%v", err)
	}
}
