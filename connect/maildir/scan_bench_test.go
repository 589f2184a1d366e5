//go:build unix

package maildir_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lockstep/connect/maildir"
	"lockstep/core"
)

// BenchmarkScan100k looks at 100,000 messages in 10 folders. Warm: all are
// known, as in every pass after the first. Survey: nothing changed at all.
func BenchmarkScan100k(b *testing.B) {
	m := newMUA(b, maildir.MaildirPP)
	for f := range 10 {
		folder := fmt.Sprint("f", f)
		m.makeFolder(b, folder)
		for i := range 10_000 {
			name := fmt.Sprintf("17000%05d.M%06dP4242Q%d.mail.example.org,S=%d:2,%s", i, i*7%1_000_000, i, 1000+i, []string{"S", "RS", "FS", "", "Sa"}[i%5])
			must(b, os.WriteFile(filepath.Join(m.dir(folder), "cur", name), message(i), 0o600))
		}
	}
	scan := func(known memoryOf) int {
		r := m.open(b)
		defer r.Close()
		r.Recall(known.recall)
		s, err := r.Collections(context.Background())
		must(b, err)
		n := 0
		for _, c := range s.Collections {
			for _, stub := range list(b, r, c.Path) {
				n++
				if len(known) < 100_000 {
					known[stub.Ref] = stub
				}
			}
		}
		return n
	}
	known := memoryOf{}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			known = memoryOf{}
			if n := scan(known); n != 100_000 {
				b.Fatalf("%d messages", n)
			}
		}
	})
	b.Run("warm", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if n := scan(known); n != 100_000 {
				b.Fatalf("%d messages", n)
			}
		}
	})
	b.Run("survey", func(b *testing.B) {
		for b.Loop() {
			r := m.open(b)
			if c := survey(b, r); len(c) != 11 {
				b.Fatal(c)
			}
			r.Close()
		}
	})
}

// BenchmarkDeliver writes 1000 messages of 8 KB and makes them durable.
func BenchmarkDeliver(b *testing.B) {
	m := newMUA(b, maildir.MaildirPP, "a")
	body := append(message(1), make([]byte, 8<<10)...)
	b.SetBytes(1000 * int64(len(body)))
	for b.Loop() {
		r := m.open(b)
		var writes []core.Write
		for range 1000 {
			writes = append(writes, create("a", body, core.NewMarks(core.Seen)))
		}
		for _, err := range r.Apply(context.Background(), func(yield func(core.Write) bool) {
			for _, w := range writes {
				if !yield(w) {
					return
				}
			}
		}) {
			must(b, err)
		}
		must(b, r.Flush(context.Background()))
		r.Close()
	}
}
