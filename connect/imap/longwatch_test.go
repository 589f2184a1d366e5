package imap_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/imapd"
)

// idling answers an IDLE by hand: it lets the client wait, says something, and
// then nothing more until it is over, whatever it is told.
func idling(over <-chan struct{}, say func(io.Writer) error) imapd.Fault {
	return imapd.Fault{Raw: func(w io.Writer) error {
		if _, err := io.WriteString(w, "+ idling\r\n"); err != nil {
			return err
		}
		if err := say(w); err != nil {
			return err
		}
		<-over
		return nil
	}}
}

// TestAttack28LongWatch: what a server says to a client that waits is bounded,
// and one that says nothing when it is told DONE is given up.
func TestAttack28LongWatch(t *testing.T) {
	flood := strings.Repeat("* 1 FETCH (FLAGS (\\Seen))\r\n* 2 EXISTS\r\n* 1 EXPUNGE\r\n* OK still here\r\n", 500)
	for name, c := range map[string]struct {
		say func(io.Writer) error
		// lives: it goes on after what was said, until DONE is not answered.
		lives bool
		says  string
	}{
		"DONE is never answered": {func(io.Writer) error { return nil }, true, ""},
		"a line of 1 GB": {func(w io.Writer) error {
			chunk := []byte(strings.Repeat("x", 1<<20))
			_, err := io.WriteString(w, "* OK ")
			for range 1 << 10 {
				if err == nil {
					_, err = w.Write(chunk)
				}
			}
			return err
		}, false, "line"},
		"200,000 tiny responses": {func(w io.Writer) error {
			var err error
			for range 100 {
				_, e := io.WriteString(w, flood)
				err = errors.Join(err, e)
			}
			return err
		}, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			over := make(chan struct{})
			a := serve(t, imapd.Options{Capabilities: imapd.Without("NOTIFY", "AUTH=SCRAM-SHA-256"),
				Faults: imapd.Script(imapd.Scripted{Command: "IDLE", N: 1, Fault: idling(over, c.say)})})
			t.Cleanup(func() { close(over) }) // before the server is closed
			a.config.Timeout, a.config.IdleFor = 500*time.Millisecond, 2*time.Second
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			hints := watch(t, a.open(t))
			told := 0
			var err error
			for h := range hints {
				if h.err != nil {
					err = h.err
					continue
				}
				told++
			}
			runtime.ReadMemStats(&after)
			if core.ClassOf(err) != core.Transient || err == nil || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("%v", err)
			}
			if c.lives && time.Since(began) < a.config.IdleFor {
				t.Errorf("it was given up before DONE: %v", err)
			}
			if c.lives && name != "DONE is never answered" && told == 0 {
				t.Error("nothing is hinted at")
			}
			if n := after.HeapInuse; n > before.HeapInuse+64<<20 {
				t.Errorf("%d MiB are held", (n-before.HeapInuse)>>20)
			}
		})
	}
}
