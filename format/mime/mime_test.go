package mime_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"lockstep/core"
	"lockstep/format/mime"
)

func scan(t testing.TB, message []byte) mime.Summary {
	t.Helper()
	s, err := new(mime.Scanner).Scan(bytes.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func crlf(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }

// toLF is what a store does that keeps lines with LF.
func toLF(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }

func TestEqualBodiesHaveEqualDigests(t *testing.T) {
	const plain = "Subject: hello\nMessage-ID: <a@b>\n\nbody\n"
	for name, other := range map[string]string{
		"CRLF":              "Subject: hello\r\nMessage-ID: <a@b>\r\n\r\nbody\r\n",
		"mixed":             "Subject: hello\nMessage-ID: <a@b>\r\n\nbody\r\n",
		"converted twice":   "Subject: hello\r\r\nMessage-ID: <a@b>\r\r\n\r\r\nbody\r\r\n",
		"X-TUID":            "X-TUID: abcdefghijkl\nSubject: hello\nMessage-ID: <a@b>\n\nbody\n",
		"X-TUID last":       "Subject: hello\nMessage-ID: <a@b>\nx-tuid : abc\n\nbody\n",
		"folded X-Keywords": "Subject: hello\nX-Keywords: one,\n\ttwo,\n three\nMessage-ID: <a@b>\n\nbody\n",
	} {
		if got, want := scan(t, []byte(other)), scan(t, []byte(plain)); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	if size := scan(t, []byte(plain)).Size; size != int64(len(crlf([]byte(plain)))) {
		t.Errorf("size %d, want that with CRLF, %d", size, len(crlf([]byte(plain))))
	}
}

func TestDifferentBodiesHaveDifferentDigests(t *testing.T) {
	seen := map[core.Sum]string{}
	for _, m := range []string{
		"", "\n", "\n\n", "a", "a\n", "a: b\n\nbody", "a: b\n\nbody\n", "a: b\nbody", "a: b\n\nbo\rdy", "a: b\n\nbody\r",
		"a: b\n\nbody\r\r", "a: b\n\n\rbody", "a: b\n c\n\nbody", "X-TUIDS: 1\n\nbody", "\nX-TUID: in the body\n", "\n",
		"a: b\n\nX-Keywords: in the body\n", " X-TUID: folded into nothing\n\n", "X-TUID without a colon\n\n", "x-tuid",
	} {
		if other, twice := seen[scan(t, []byte(m)).Sum]; twice && other != m {
			t.Errorf("%q and %q have one digest", m, other)
		}
		seen[scan(t, []byte(m)).Sum] = m
	}
}

func TestKey(t *testing.T) {
	for value, want := range map[string]core.Key{
		" <a@b>":                            "a@b",
		"<a@b>\r\n":                         "a@b",
		"\r\n\t<a@b>":                       "a@b",
		"<a\r\n b@c>":                       "ab@c",
		"a@b":                               "a@b",
		" a@b (comment)":                    "a@b(comment)",
		"(comment) <a@b> <c@d>":             "a@b",
		"<a@b":                              "a@b",
		"<A@B>":                             "A@B",
		"<>":                                "",
		"":                                  "",
		" \t":                               "",
		"<\xff@b>":                          "\uFFFD@b",
		"<a\x00@b>":                         "a@b",
		strings.Repeat("x", 5000):           core.Key(strings.Repeat("x", 998)),
		strings.Repeat("x", 5000) + "<a@b>": "a@b",
	} {
		if got := mime.Key(value); got != want {
			t.Errorf("Key(%.40q) = %.40q, want %.40q", value, got, want)
		}
	}
}

func TestMessageID(t *testing.T) {
	for header, want := range map[string]core.Key{
		"Message-ID: <a@b>\n\nbody":                        "a@b",
		"MESSAGE-Id:<a@b>\r\n\r\nbody":                     "a@b",
		"Message-ID\t: <a@b>\n":                            "a@b",
		"Message-ID:\n <a@b>\n":                            "a@b",
		"Message-ID: \nMessage-ID: <a@b>\nMessage-ID: <c>": "a@b",
		"Subject: x\nX-Message-ID: <no@b>\n":               "",
		"Subject: x\n Message-ID: <no@b>\n":                "",
		"Subject: x\n\nMessage-ID: <no@b>\n":               "",
		"Resent-Message-ID: <no@b>\nMessage-Identity: <n>": "",
		"From a line of mbox\nMessage-ID: <a@b>":           "a@b",
		"":                                                 "",
	} {
		for _, form := range []string{header, string(crlf([]byte(header)))} {
			got, err := mime.MessageID(strings.NewReader(form))
			if got != want || err != nil {
				t.Errorf("MessageID(%q) = %q, %v, want %q", form, got, err, want)
			}
			if whole := scan(t, []byte(form)).Key; whole != want {
				t.Errorf("Scan(%q) has Key %q, want %q", form, whole, want)
			}
		}
	}
}

func TestOneByteAtATime(t *testing.T) {
	message := []byte("X-TUID: a\r\nMessage-ID: <a@b>\r\n c\r\n\r\r\nbo\rdy\r\n\r")
	got, err := new(mime.Scanner).Scan(iotest.OneByteReader(bytes.NewReader(message)))
	if want := scan(t, message); got != want || err != nil {
		t.Fatalf("%+v, %v, want %+v", got, err, want)
	}
}

func TestScannerIsReusable(t *testing.T) {
	var s mime.Scanner
	first, second := "Message-ID: <a@b>\n\nbody\r", "Subject: x\n\nother"
	for _, m := range []string{first, second, first} {
		got, err := s.Scan(strings.NewReader(m))
		if want := scan(t, []byte(m)); got != want || err != nil {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
	}
}

func TestReaderErrorsAreReturned(t *testing.T) {
	broken := errors.New("broken")
	failing := func() io.Reader { return io.MultiReader(strings.NewReader("a: b\n"), iotest.ErrReader(broken)) }
	if _, _, err := mime.Digest(failing()); !errors.Is(err, broken) {
		t.Errorf("Digest: %v", err)
	}
	if _, err := mime.MessageID(failing()); !errors.Is(err, broken) {
		t.Errorf("MessageID: %v", err)
	}
	if _, _, err := mime.Digest(silent{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("Digest of a reader that says nothing: %v", err)
	}
}

type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

// corpus calls f for every real message.
func corpus(t testing.TB, f func(name string, message []byte)) {
	dir := os.Getenv("LOCKSTEP_CORPUS")
	if dir == "" {
		t.Log("LOCKSTEP_CORPUS is not set: the real messages are not tested")
		return
	}
	n := 0
	err := filepath.WalkDir(filepath.Join(dir, "mail"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		message, err := os.ReadFile(path)
		n++
		f(path, message)
		return err
	})
	if err != nil || n == 0 {
		t.Fatalf("%d messages in %s: %v", n, dir, err)
	}
	t.Logf("%d messages", n)
}

func TestCorpus(t *testing.T) {
	keys := 0
	corpus(t, func(name string, message []byte) {
		want := scan(t, message)
		if want.Key != "" {
			keys++
		}
		for form, other := range map[string][]byte{
			"LF": toLF(message), "CRLF": crlf(message), "LF and back": crlf(toLF(message)),
			"X-TUID": append([]byte("X-TUID: aaaaaaaaaaaa\r\n"), message...),
		} {
			if form == "X-TUID" && bytes.HasPrefix(message, []byte(" ")) {
				continue // it would be folded into the field
			}
			if got := scan(t, other); got != want {
				t.Errorf("%s as %s: %+v, want %+v", name, form, got, want)
			}
		}
	})
	if os.Getenv("LOCKSTEP_CORPUS") != "" && keys == 0 {
		t.Error("no message of the corpus has a Message-ID")
	}
}

func FuzzDigest(f *testing.F) {
	corpus(f, func(_ string, message []byte) {
		if len(message) < 4<<10 {
			f.Add(message)
		}
	})
	f.Add([]byte("X-TUID: a\r\n b\nA: b\n\r\nbody\r\r\n\r"))
	f.Add([]byte("X-TUID: a\rS: b\r\n c\r\n\r\nbody"))
	f.Fuzz(func(t *testing.T, message []byte) {
		want := scan(t, message)
		for form, other := range map[string][]byte{"LF": toLF(message), "CRLF": crlf(message), "LF and back": crlf(toLF(message))} {
			if got := scan(t, other); got != want {
				t.Errorf("as %s: %+v, want %+v", form, got, want)
			}
		}
		if want.Size < 0 || want.Size > 2*int64(len(message)) {
			t.Errorf("%d bytes have the canonical size %d", len(message), want.Size)
		}
		slow, err := new(mime.Scanner).Scan(iotest.HalfReader(bytes.NewReader(message)))
		if slow != want || err != nil {
			t.Errorf("read in other pieces: %+v, %v, want %+v", slow, err, want)
		}
	})
}

func FuzzMessageID(f *testing.F) {
	f.Add([]byte("Message-ID: <a@b>\n\n"), "<a@b>")
	f.Add([]byte("message-id \t:\r\n\t(c) <a\r\n b>"), " \x00")
	f.Add([]byte("X-Keywords: a\rMessage-ID: <a@b>\r\n c\r\n\r\n"), "<a\r\n>")
	corpus(f, func(_ string, message []byte) {
		header, _, _ := bytes.Cut(message, []byte("\n\n"))
		if len(header) < 4<<10 {
			f.Add(header, "<a@b>")
		}
	})
	f.Fuzz(func(t *testing.T, header []byte, value string) {
		got, err := mime.MessageID(bytes.NewReader(header))
		if want := scan(t, header).Key; got != want || err != nil {
			t.Errorf("MessageID tells %q, %v, but Scan %q", got, err, want)
		}
		key := mime.Key(value)
		if len(key) > 3*998 || strings.ContainsFunc(string(key), func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			t.Errorf("Key(%q) = %q", value, key)
		}
		if again := mime.Key("<" + string(key) + ">"); len(key) <= 998 && !strings.Contains(string(key), ">") && again != key {
			t.Errorf("%q reads back as %q", key, again)
		}
	})
}

func BenchmarkScan(b *testing.B) {
	message := []byte("Message-ID: <a@b>\n" + strings.Repeat("X-Header: some text that fills a line\n", 40) + "\n" + strings.Repeat(strings.Repeat("x", 70)+"\n", 100))
	for name, m := range map[string][]byte{"LF": message, "CRLF": crlf(message)} {
		b.Run(name, func(b *testing.B) {
			var s mime.Scanner
			b.SetBytes(int64(len(m)))
			for b.Loop() {
				if _, err := s.Scan(bytes.NewReader(m)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestHeaderSum: equal headers have equal sums whatever their line ends, marks
// of sync programs and bodies are; different ones have not.
func TestHeaderSum(t *testing.T) {
	sum := func(text string) core.Sum {
		t.Helper()
		s, err := mime.HeaderSum(iotest.OneByteReader(strings.NewReader(text)))
		if err != nil {
			t.Fatal(err)
		}
		if all, err := mime.HeaderSum(strings.NewReader(text)); err != nil || all != s {
			t.Errorf("read byte by byte, %q has another sum", text)
		}
		return s
	}
	one := sum("From: a\nSubject: b\n\nbody\n")
	for _, same := range []string{"From: a\r\nSubject: b\r\n\r\nanother", "From: a\nX-TUID: 12\nSubject: b\n\n", "From: a\r\nSubject: b\r\n"} {
		if sum(same) != one {
			t.Errorf("%q has another header", same)
		}
	}
	for _, other := range []string{"From: a\nSubject: c\n\nbody\n", "From: a\n\nSubject: b\n\nbody\n", "", "From: a\nSubject: b\n folded\n\nbody\n"} {
		if sum(other) == one {
			t.Errorf("%q has the same header", other)
		}
	}
}
