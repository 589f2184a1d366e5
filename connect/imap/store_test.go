package imap_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/fault"
	"lockstep/peers/imapd"
)

// letters makes writes of messages with Message-IDs and bodies of so many bytes.
func letters(sizes ...int) (writes []core.Write) {
	for n, size := range sizes {
		w := core.Write{Seq: n, Op: core.OpCreate, Ref: core.Ref{Collection: "a"}, Add: core.Seen}
		w.Item.Key = core.Key(fmt.Sprintf("%03d@example.org", n))
		text := ""
		if size > 0 {
			text = fmt.Sprintf("Message-ID: <%s>\r\n\r\n%s\r\n", w.Item.Key, strings.Repeat("x", size))
		}
		w.Item.Time, w.Item.Size = 1_600_000_000+int64(n), int64(len(text))
		w.Item.Body = io.NopCloser(strings.NewReader(text))
		writes = append(writes, w)
	}
	return writes
}

// sizes of messages, all the same.
func sizes(n, size int) []int { return slices.Repeat([]int{size}, n) }

// TestCommandsForCreates: new messages of a mailbox share commands, as far as
// they are not too many and not too large.
func TestCommandsForCreates(t *testing.T) {
	for name, c := range map[string]struct {
		options imapd.Options
		sizes   []int
		want    int
		refused int // messages
	}{
		"two groups":       {imapd.Options{}, sizes(100, 10), 2, 0},
		"two and a rest":   {imapd.Options{}, sizes(101, 10), 3, 0},
		"one":              {imapd.Options{}, sizes(1, 10), 1, 0},
		"not offered":      {imapd.Options{Capabilities: imapd.Without("MULTIAPPEND")}, sizes(60, 10), 60, 0},
		"without UIDPLUS":  {imapd.Options{Capabilities: imapd.Without("UIDPLUS")}, sizes(100, 10), 2, 0},
		"literals wait":    {imapd.Options{Capabilities: imapd.Without("LITERAL+")}, sizes(100, 10), 2, 0},
		"LITERAL-":         {imapd.Options{Capabilities: with(imapd.Without("LITERAL+"), "LITERAL-")}, append(sizes(20, 10), sizes(20, 5000)...), 1, 0},
		"large":            {imapd.Options{}, sizes(9, 600<<10), 3, 0},
		"too large":        {imapd.Options{}, []int{10, 10, 3 << 20, 10, 10}, 3, 0},
		"empty":            {imapd.Options{}, []int{10, 10, 0, 10, 10}, 3, 1},
		"empty at the end": {imapd.Options{}, []int{0, 10, 10, 0}, 3, 2},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, c.options, "a")
			r := a.open(t)
			writes := letters(c.sizes...)
			refused := 0
			for res, err := range r.Apply(t.Context(), each(writes)) {
				if err != nil {
					refused++
					continue
				}
				if told := a.server.Counts()["APPEND"]; res.AsSent != (name != "without UIDPLUS") || told == 0 {
					t.Errorf("%+v", res)
				}
			}
			if n := a.server.Counts()["APPEND"]; n != c.want || refused != c.refused {
				t.Errorf("%d commands, %d are wanted; %d messages refused, %d are wanted", n, c.want, refused, c.refused)
			}
			if n := len(a.Places("a")); n != len(writes)-refused {
				t.Errorf("%d messages", n)
			}
		})
	}
}

// stored checks that results and mailbox fit: every message that was answered
// without an error is there, once, under the UID that was told.
func stored(t *testing.T, a *account, writes []core.Write, results map[int]core.Result) {
	t.Helper()
	for seq, res := range results {
		body := string(a.Body("a", uidOf(t, res.Stub.Ref)))
		if !res.AsSent || !strings.HasPrefix(body, "Message-ID: <"+string(writes[seq].Item.Key)+">\r\n") || int64(len(body)) != writes[seq].Item.Size {
			t.Errorf("message %d: %+v is %.40q", seq, res, body)
		}
	}
	for _, p := range a.Places("a") {
		if at := p.Internal.Unix() - 1_600_000_000; at < 0 || at >= int64(len(writes)) || fmt.Sprint(p.Flags) != `[\Seen]` {
			t.Errorf("%+v", p)
		}
	}
	if len(a.Places("a")) != len(results) || len(a.server.Ledger()) != len(results) {
		t.Errorf("%d messages, %d were ever stored, %d are answered", len(a.Places("a")), len(a.server.Ledger()), len(results))
	}
}

// TestOneBadMessageAmongMany: only it is refused, with its own reason, and the
// others are stored once.
func TestOneBadMessageAmongMany(t *testing.T) {
	const many, bad = 30, 17
	for name, c := range map[string]struct {
		options imapd.Options
		fault   imapd.Fault
		class   core.Class
	}{
		"NO":                     {imapd.Options{}, imapd.Fault{No: "[CANNOT] a virus"}, core.Permanent},
		"BAD":                    {imapd.Options{}, imapd.Fault{Bad: "I do not like it"}, core.Permanent},
		"quota":                  {imapd.Options{}, imapd.Fault{No: "[OVERQUOTA] full"}, core.Permanent},
		"for now":                {imapd.Options{}, imapd.Fault{No: "[INUSE] later"}, core.Transient},
		"hangs up":               {imapd.Options{}, imapd.Fault{No: "[TOOBIG] no"}, core.Permanent},
		"no UIDPLUS":             {imapd.Options{Capabilities: imapd.Without("UIDPLUS")}, imapd.Fault{No: "[CANNOT] a virus"}, core.Permanent},
		"too big, literal waits": {imapd.Options{Capabilities: imapd.Without("LITERAL+"), MaxLiteral: 300}, imapd.Fault{}, core.Permanent},
		"cannot be sent":         {imapd.Options{}, imapd.Fault{}, core.Permanent},
	} {
		t.Run(name, func(t *testing.T) {
			o := c.options
			o.Faults = func(ask imapd.Ask) imapd.Fault {
				if ask.Command != "APPEND" || !strings.Contains(ask.Args, "{440}") {
					return imapd.Fault{}
				}
				f := c.fault
				f.DropAnswered = name == "hangs up" && strings.Count(ask.Args, "{") > 1
				return f
			}
			a := serve(t, o, "a")
			all := sizes(many, 40)
			all[bad] = 440 - len("Message-ID: <000@example.org>\r\n\r\n\r\n")
			writes := letters(all...)
			if name == "cannot be sent" {
				writes[bad].Item.Time = 1 << 40 // a year of five digits
			}
			results := map[int]core.Result{}
			for res, err := range a.open(t).Apply(t.Context(), each(writes)) {
				if _, twice := results[res.Seq]; twice || (err != nil) != (res.Seq == bad) || err != nil && core.ClassOf(err) != c.class {
					t.Errorf("%d: %v", res.Seq, err)
				}
				if err == nil {
					results[res.Seq] = res
				}
			}
			if len(results) != many-1 {
				t.Fatalf("%d results", len(results))
			}
			if name != "no UIDPLUS" {
				stored(t, a, writes, results)
			} else if n := len(a.server.Ledger()); n != many-1 {
				t.Errorf("%d messages", n)
			}
		})
	}
}

// TestServerKeepsWhatItRefuses: a server that refuses messages and stores some
// of them all the same is not sent them again; neither does a message that
// somebody else brings meanwhile make anybody sure.
func TestServerKeepsWhatItRefuses(t *testing.T) {
	var a *account
	done := false
	a = serve(t, imapd.Options{Faults: func(ask imapd.Ask) imapd.Fault {
		if ask.Command != "APPEND" || done {
			return imapd.Fault{}
		}
		done = true
		_, err := a.Append("a", []byte("Message-ID: <000@example.org>\r\n\r\n"+strings.Repeat("x", 10)+"\r\n"), time.Time{})
		must(t, err)
		return imapd.Fault{No: "that was one"}
	}}, "a")
	answered := 0
	for _, err := range a.open(t).Apply(t.Context(), each(letters(sizes(10, 10)...))) {
		if answered++; core.ClassOf(err) != core.Unknown || err == nil {
			t.Errorf("%v", err)
		}
	}
	if n := len(a.server.Ledger()); n != 1 || answered != 10 {
		t.Errorf("%d messages, %d answers", n, answered)
	}
}

// TestUIDsBurnt: numbers that were used for nothing keep no message from being
// sent again.
func TestUIDsBurnt(t *testing.T) {
	var a *account
	done := false
	a = serve(t, imapd.Options{Faults: func(ask imapd.Ask) imapd.Fault {
		if ask.Command != "APPEND" || done {
			return imapd.Fault{}
		}
		done = true
		uid, err := a.Append("a", []byte("x"), time.Time{})
		must(t, err)
		must(t, a.Expunge("a", uid))
		return imapd.Fault{No: "undone"}
	}}, "a")
	for res, err := range a.open(t).Apply(t.Context(), each(letters(sizes(10, 10)...))) {
		if err != nil || !res.AsSent || uidOf(t, res.Stub.Ref) != uint32(res.Seq+2) {
			t.Errorf("%+v, %v", res, err)
		}
	}
	if n := len(a.Places("a")); n != 10 {
		t.Errorf("%d messages", n)
	}
}

// TestCutWithinManyMessages: wherever the connection ends, there are all
// messages of a command or none, and every write has an unknown outcome or the
// true one.
func TestCutWithinManyMessages(t *testing.T) {
	const many = 20
	for _, capability := range []string{"LITERAL+", "LITERAL-"} { // with the second, one literal waits
		o := imapd.Options{Capabilities: with(imapd.Without("LITERAL+", "AUTH=SCRAM-SHA-256"), capability)}
		login := int64(0) // bytes sent before the first message
		for at, whole := int64(0), false; !whole; at += 397 {
			a := serve(t, o, "a")
			p, err := fault.Listen(fmt.Sprintf("%s:%d", a.config.Host, a.config.Port), fault.Plan{})
			must(t, err)
			a.config = configAt(t, p.Addr())
			a.config.MaxConnections = 1
			if login == 0 {
				must(t, a.open(t).Close())
				login = p.Stats().Up
			}
			p.SetPlan(fault.Plan{CutUp: login + at, CutFirst: 2})
			writes := letters(append(sizes(many-1, 60), 5000)...)
			results, unknown := map[int]core.Result{}, 0
			for res, err := range a.open(t).Apply(t.Context(), each(writes)) {
				switch {
				case err == nil:
					results[res.Seq] = res
				case core.ClassOf(err) == core.Unknown:
					unknown++
				case core.ClassOf(err) != core.Transient: // nothing of it was sent
					t.Errorf("%v", err)
				}
			}
			must(t, p.Close())
			a.server.Close() // it has obeyed what it was given
			n := len(a.server.Ledger())
			if n != 0 && n != many || len(results) > 0 && n != many || n == many && len(results)+unknown != many {
				t.Fatalf("%s, cut after %d bytes: %d messages are stored, %d answered, %d unknown", capability, at, n, len(results), unknown)
			}
			if whole = len(results) == many && results[0].Stub.ID != ""; whole {
				stored(t, a, writes, results)
			}
		}
	}
}

// TestAttack41AppendUIDSetLies: UIDs of several messages are believed if they
// are as many, new, in ascending order, and those of these very messages.
func TestAttack41AppendUIDSetLies(t *testing.T) {
	const size = 45                    // of each message
	tell := func(keys string) string { // what UIDs 10 to 12 are, by the first letter of their Message-ID
		out := ""
		for i, k := range strings.Split(keys, " ") {
			head := "Message-ID: <" + k + "@example.org>\r\n\r\n"
			out += fmt.Sprintf("* %d FETCH (UID %d RFC822.SIZE %d BODY[HEADER.FIELDS (MESSAGE-ID)] {%d}\r\n%s)\r\n", i+1, i+10, size, len(head), head)
		}
		return out + "% OK x\r\n"
	}
	const honest = "000 001 002"
	for name, c := range map[string]struct {
		code, keys string
		believed   string
	}{
		"honest":              {"1 10:12", honest, "[10 11 12]"},
		"in pieces":           {"1 10,11:12", honest, "[10 11 12]"},
		"too few":             {"1 10:11", honest, "[]"},
		"one":                 {"1 10", honest, "[]"},
		"too many":            {"1 10:13", honest, "[]"},
		"huge":                {"1 10:4294967295", honest, "[]"},
		"many huge":           {"1 10:4294967295,1:4294967295,5", honest, "[]"},
		"descending":          {"1 12:10", honest, "[]"},
		"out of order":        {"1 11,10,12", honest, "[]"},
		"twice":               {"1 10,10,11", honest, "[]"},
		"old":                 {"1 9:11", honest, "[]"},
		"another UIDVALIDITY": {"9 10:12", honest, "[]"},
		"zero":                {"1 0,10,11", honest, "[]"},
		"star":                {"1 10:*", honest, "[]"},
		"words":               {"x y", honest, "[]"},
		"swapped":             {"1 10:12", "000 002 001", "[10]"},
		"shifted":             {"1 10:12", "999 000 001", "[]"},
		"not there":           {"1 20:22", honest, "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			r, log := liar(t, "UIDPLUS MULTIAPPEND", map[string]string{"SELECT": selected(2, 10, 0),
				"APPEND": "% OK [APPENDUID " + c.code + "] x\r\n", "UID FETCH": tell(c.keys)})
			writes := letters(sizes(3, 10)...)
			believed, answers := []uint32{}, 0
			for res, err := range r.Apply(t.Context(), each(writes)) {
				must(t, err)
				answers++
				if res.Stub.ID == "" {
					if res.AsSent || res.Stub.Size != -1 {
						t.Errorf("%+v", res)
					}
					continue
				}
				if uid := uidOf(t, res.Stub.Ref); res.AsSent && uid == uint32(10+res.Seq) {
					believed = append(believed, uid)
				} else {
					t.Errorf("%+v", res)
				}
			}
			if got := fmt.Sprint(believed); got != c.believed || answers != 3 {
				t.Errorf("%s, want %s; %d answers", got, c.believed, answers)
			}
			if n := strings.Count(log(), " APPEND "); n != 1 {
				t.Errorf("%d commands", n)
			}
		})
	}
}

// TestAttack41AppendUIDToldTwice: a UID that several commands are told is
// nobody's.
func TestAttack41AppendUIDToldTwice(t *testing.T) {
	for name, c := range map[string]struct {
		capabilities string
		sizes        []int
	}{
		"one by one":    {"UIDPLUS", sizes(3, 10)},
		"many together": {"UIDPLUS MULTIAPPEND", []int{10, 10, 0, 10, 10}},
	} {
		code := "10"
		if name == "many together" {
			code = "10:11"
		}
		head := "Message-ID: <000@example.org>\r\n\r\n"
		r, _ := liar(t, c.capabilities, map[string]string{"SELECT": selected(2, 10, 0), "APPEND": "% OK [APPENDUID 1 " + code + "] x\r\n",
			"UID FETCH": fmt.Sprintf("* 1 FETCH (UID 10 RFC822.SIZE 45 BODY[HEADER.FIELDS (MESSAGE-ID)] {%d}\r\n%s)\r\n%% OK x\r\n", len(head), head)})
		for res, err := range r.Apply(t.Context(), each(letters(c.sizes...))) {
			if err != nil || res.Stub.ID != "" || res.AsSent {
				t.Errorf("%s: %+v, %v", name, res, err)
			}
		}
	}
}
