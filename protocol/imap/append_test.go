package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"
)

// taking is a server that takes commands with literals and gives each the same
// answer. What came is written to the log.
func taking(capabilities string, answer string, log *strings.Builder) func(*fake) {
	return func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1 " + capabilities + "] hello\r\n")
		for {
			tag, text := f.line()
			if tag == "" {
				return
			}
			for strings.HasSuffix(text, "}") {
				head := text[strings.LastIndexByte(text, '{')+1 : len(text)-1]
				size, free := strings.CutSuffix(head, "+")
				if !free {
					f.say("+ go\r\n")
				}
				n, _ := strconv.ParseInt(size, 10, 64)
				body, _ := io.ReadAll(io.LimitReader(f.in, n))
				next, _ := f.in.ReadString('\n')
				text += "[" + string(body) + "]" + strings.TrimRight(next, "\r\n")
			}
			fmt.Fprintln(log, text)
			f.say(strings.ReplaceAll(answer, "%", tag))
		}
	}
}

// TestMultiAppend: several messages in one command, with every kind of literals.
func TestMultiAppend(t *testing.T) {
	for capabilities, want := range map[string]string{
		"":         `APPEND "box" (\Seen work) "13-Sep-2020 12:26:40 +0000" {3}[one] {3}[two] (\Flagged) {5000}[` + strings.Repeat("x", 5000) + "]\n",
		"LITERAL-": `APPEND "box" (\Seen work) "13-Sep-2020 12:26:40 +0000" {3+}[one] {3+}[two] (\Flagged) {5000}[` + strings.Repeat("x", 5000) + "]\n",
		"LITERAL+": `APPEND "box" (\Seen work) "13-Sep-2020 12:26:40 +0000" {3+}[one] {3+}[two] (\Flagged) {5000+}[` + strings.Repeat("x", 5000) + "]\n",
	} {
		var log strings.Builder
		c, err := Dial(context.Background(), listen(t, taking(capabilities, "% OK [APPENDUID 38505 3955:3957] done\r\n", &log)))
		if err != nil {
			t.Fatal(err)
		}
		body := func(s string) Literal { return Literal{Size: int64(len(s)), Body: strings.NewReader(s)} }
		cmd := c.StartMultiAppend(t.Context(), Mailbox("box"),
			NewMessage{Flags: Flags(`\Seen`, "work"), When: Date(time.Unix(1_600_000_000, 0).UTC()), Body: body("one")},
			NewMessage{Body: body("two")}, NewMessage{Flags: Flags(`\Flagged`), Body: body(strings.Repeat("x", 5000))})
		if err := c.Wait(t.Context(), cmd); err != nil || fmt.Sprint(cmd.Done.AppendUIDs, cmd.Done.AppendValidity) != "[3955 3956 3957] 38505" {
			t.Errorf("%q: %+v, %v", capabilities, cmd.Done, err)
		}
		c.Close()
		if log.String() != want {
			t.Errorf("%q: it sent\n%s", capabilities, log.String())
		}
	}
}

// TestMultiAppendIsRefused at its second literal: the rest is not sent, and the
// connection goes on.
func TestMultiAppendIsRefused(t *testing.T) {
	var heard []string
	o := listen(t, func(f *fake) {
		f.say("* OK [CAPABILITY IMAP4rev1] hello\r\n")
		tag, text := f.line()
		f.say("+ go\r\n")
		body, _ := io.ReadAll(io.LimitReader(f.in, 3))
		next, _ := f.in.ReadString('\n')
		heard = append(heard, text, string(body), next)
		f.say(tag + " NO [TOOBIG] no\r\n")
		tag, text = f.line()
		heard = append(heard, text)
		f.say(tag + " OK\r\n")
	})
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	body := func() NewMessage { return NewMessage{Body: Literal{Size: 3, Body: strings.NewReader("abc")}} }
	cmd := c.StartMultiAppend(t.Context(), Mailbox("box"), body(), body(), body())
	var s *StatusError
	if err := c.Wait(t.Context(), cmd); !errors.As(err, &s) || s.Code != "TOOBIG" || c.Do(t.Context(), "NOOP") != nil {
		t.Errorf("%v", err)
	}
	if want := `["APPEND \"box\" {3}" "abc" " {3}\r\n" "NOOP"]`; fmt.Sprintf("%q", heard) != want {
		t.Errorf("%q", heard)
	}
	var bad *ArgError
	if err := c.Wait(t.Context(), c.StartMultiAppend(t.Context(), Mailbox("box"))); !errors.As(err, &bad) {
		t.Errorf("no message: %v", err)
	}
	// one that cannot be sent: nothing of the others is
	late := body()
	late.When = Date(time.Unix(1<<40, 0))
	if err := c.Wait(t.Context(), c.StartMultiAppend(t.Context(), Mailbox("box"), body(), late)); !errors.As(err, &bad) || c.Err() != nil {
		t.Errorf("a bad date: %v, %v", err, c.Err())
	}
}

// TestAttack41AppendedUIDs: a set is believed if it names as many UIDs as there
// are messages, ascending; it is never longer than that in memory.
func TestAttack41AppendedUIDs(t *testing.T) {
	for set, want := range map[string]string{
		"3955:3957": "[3955 3956 3957]", "4,7:8": "[4 7 8]", "4,5,6": "[4 5 6]", "4294967293:4294967295": "[4294967293 4294967294 4294967295]",
		"4": "[]", "4:5": "[]", "4:7": "[]", "4,5,6,7": "[]", "1:4294967295": "[]", "4,5:4294967295": "[]", "4294967295:4294967297": "[]",
		"6:4": "[]", "4,4,5": "[]", "5,4,6": "[]", "4:5,5": "[]", "0:2": "[]", "4:*": "[]", "": "[]", "4,,5": "[]", "a": "[]", "4:5:6": "[]", "+4:6": "[]",
	} {
		if got := fmt.Sprint(appended(set, 3)); got != want {
			t.Errorf("%q: %s, want %s", set, got, want)
		}
	}
}
