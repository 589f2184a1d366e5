package main

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// writer makes messages: 1 to 40 kB, 8 kB on average, one in eight with an
// attachment, one in three with HTML, in threads, with 8-bit text.
type writer struct {
	dice  *rand.Rand
	n     int
	ids   []string // of the last messages, for threads
	blob  []byte   // what attachments are cut from
	words []string
}

func newWriter(seed uint64) *writer {
	w := &writer{dice: newDice(seed), blob: make([]byte, 64<<10), words: words()}
	for i := range w.blob {
		w.blob[i] = byte(w.dice.Uint32())
	}
	return w
}

func words() []string {
	return strings.Fields("the of and to in is that it was for on are as with his they at be this from have or by one had " +
		"not but what all were when we there can an your which their said if do will each about how up out them then she many " +
		"some so these would other into has more her two like him see time could no make than first been its who now people " +
		"invoice meeting quarterly release kernel patch regression throughput Grüße naïve façade 你好 résumé")
}

// text of about so many bytes, in lines.
func (w *writer) text(size int) string {
	var b strings.Builder
	for column := 0; b.Len() < size; {
		word := w.words[w.dice.IntN(len(w.words))]
		b.WriteString(word)
		if column += len(word) + 1; column > 66 {
			b.WriteByte('\n')
			column = 0
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// size of a body in bytes.
func (w *writer) size() int {
	between := func(lo, hi int) int { return lo + w.dice.IntN(hi-lo) }
	switch p := w.dice.Float64(); {
	case p < .45:
		return between(1000, 4000)
	case p < .80:
		return between(4000, 12000)
	case p < .95:
		return between(12000, 25000)
	}
	return between(25000, 40000)
}

// message makes the next one, received at a time (Unix seconds).
func (w *writer) message(received int64) []byte {
	w.n++
	people := []string{"ada@example.org", "grace@example.com", "jg@example.net", "list@lists.example.net", "noreply@shop.example"}
	from, to := people[w.dice.IntN(len(people))], people[w.dice.IntN(len(people))]
	id := fmt.Sprintf("<%d.%08x@bench.example>", w.n, w.dice.Uint32())
	date := time.Unix(received, 0).UTC().Format(time.RFC1123Z)
	var b strings.Builder
	field := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	field("Return-Path: <%s>", from)
	field("Received: from mx%d.example.net (mx.example.net [192.0.2.%d])\n\tby imap.bench.example with ESMTPS id %010X\n\tfor <u@bench.example>; %s",
		w.n%9, w.n%250, w.dice.Uint32(), date)
	field("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s1;\n\tbh=%s;\n\tb=%s", w.base64(32), w.base64(96))
	field("Date: %s", date)
	field("From: Some One <%s>", from)
	field("To: %s", to)
	field("Subject: =?UTF-8?B?%s?=", base64.StdEncoding.EncodeToString([]byte(strings.TrimSpace(w.text(30)))))
	field("Message-ID: %s", id)
	field("MIME-Version: 1.0")
	if len(w.ids) > 0 && w.dice.Float64() < .4 {
		parent := w.ids[w.dice.IntN(len(w.ids))]
		field("In-Reply-To: %s\nReferences: %s", parent, parent)
	}
	if w.ids = append(w.ids, id); len(w.ids) > 200 {
		w.ids = w.ids[1:]
	}
	w.body(&b, w.size())
	return []byte(b.String())
}

func (w *writer) body(b *strings.Builder, size int) {
	const plainPart = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
	boundary := fmt.Sprintf("=_%012x", w.dice.Uint64()>>16)
	switch p := w.dice.Float64(); {
	case p < .12 && size > 3000:
		fmt.Fprintf(b, "Content-Type: multipart/mixed; boundary=%q\n\n--%s\n%s%s\n--%s\n", boundary, boundary, plainPart, w.text(size/4), boundary)
		fmt.Fprintf(b, "Content-Type: application/pdf; name=\"doc.pdf\"\nContent-Transfer-Encoding: base64\n\n")
		for data := w.base64(size * 55 / 100); data != ""; {
			n := min(76, len(data))
			b.WriteString(data[:n] + "\n")
			data = data[n:]
		}
	case p < .5:
		text := w.text(size / 3)
		fmt.Fprintf(b, "Content-Type: multipart/alternative; boundary=%q\n\n--%s\n%s%s\n--%s\n", boundary, boundary, plainPart, text, boundary)
		fmt.Fprintf(b, "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n<html><body><p>%s</p></body></html>\n",
			strings.ReplaceAll(text, "\n", "</p>\n<p>"))
	default:
		fmt.Fprintf(b, "%s%s\n", plainPart, w.text(size))
		return
	}
	fmt.Fprintf(b, "--%s--\n", boundary)
}

// base64 of some bytes of the blob.
func (w *writer) base64(n int) string {
	at := w.dice.IntN(len(w.blob) - n)
	return base64.StdEncoding.EncodeToString(w.blob[at : at+n])
}
