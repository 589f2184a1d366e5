package demo

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	pieces "mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"
)

func everything(t *testing.T) []message {
	t.Helper()
	all, err := sample()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(all, ownNotes())
}

func TestSampleIsTheSameEveryTime(t *testing.T) {
	if !reflect.DeepEqual(everything(t), everything(t)) {
		t.Error("two samples differ")
	}
}

// TestMessagesAreWhatTheyShouldBe parses every message down to its last part.
func TestMessagesAreWhatTheyShouldBe(t *testing.T) {
	all := everything(t)
	if len(all) < 300 {
		t.Errorf("there are only %d messages", len(all))
	}
	names := map[string]int{}
	for _, m := range all {
		names[m.name]++
	}
	types := map[string]int{}
	for _, m := range all {
		parsed, err := mail.ReadMessage(bytes.NewReader(m.body))
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		if id := strings.Trim(parsed.Header.Get("Message-ID"), "<>"); id != m.name {
			t.Errorf("%s has the Message-ID %q", m.name, id)
		}
		if at, err := parsed.Header.Date(); err != nil || at.Unix() != m.at.Unix() && !strings.HasPrefix(m.name, "ticket@") {
			t.Errorf("%s: the date is %v (%v), and it was received at %v", m.name, at, err, m.at)
		}
		if bytes.Contains(bytes.ReplaceAll(m.body, []byte("\r\n"), nil), []byte("\n")) {
			t.Errorf("%s has a line that does not end in CRLF", m.name)
		}
		if _, known := folders()[m.folder]; !known {
			t.Errorf("%s is in no folder: %q", m.name, m.folder)
		}
		for _, ref := range strings.Fields(parsed.Header.Get("References")) {
			if names[strings.Trim(ref, "<>")] == 0 {
				t.Errorf("%s: there is no message %s, to which it refers", m.name, ref)
			}
		}
		for _, field := range []string{"Subject", "From"} {
			if words := parsed.Header.Get(field); words == "" {
				t.Errorf("%s has no %s", m.name, field)
			} else if _, err := decoder().DecodeHeader(words); err != nil {
				t.Errorf("%s: %s %q: %v", m.name, field, words, err)
			}
		}
		look(t, m.name, parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), parsed.Body, types)
	}
	for _, want := range []string{"text/plain", "text/html", "text/calendar", "image/png", "application/pdf", "audio/wav", "message/rfc822"} {
		if types[want] == 0 {
			t.Errorf("there is no part of type %s; there are %v", want, types)
		}
	}
	if names[""] != 2 || names["ticket@festival.example.com"] != 2 {
		t.Errorf("%d have no Message-ID, %d are twins; both must be 2", names[""], names["ticket@festival.example.com"])
	}
}

func decoder() *mime.WordDecoder {
	return &mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
		e, err := htmlindex.Get(charset)
		if err != nil {
			return nil, err
		}
		return e.NewDecoder().Reader(r), nil
	}}
}

// look counts the types of a part and of all parts in it, and decodes it.
func look(t *testing.T, name, contentType, encoding string, body io.Reader, types map[string]int) {
	t.Helper()
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	types[media]++
	if strings.HasPrefix(media, "multipart/") {
		parts := pieces.NewReader(body, params["boundary"])
		for n := 0; ; n++ {
			p, err := parts.NextRawPart()
			if err == io.EOF && n > 1 {
				return
			}
			if err != nil {
				t.Errorf("%s: part %d: %v", name, n, err)
				return
			}
			look(t, name, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, types)
		}
	}
	switch encoding {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	content, err := io.ReadAll(body)
	if err != nil || len(content) == 0 {
		t.Errorf("%s: %s of %d bytes: %v", name, media, len(content), err)
	}
	if charset := params["charset"]; charset != "" {
		if strings.EqualFold(charset, "iso-8859-8-i") {
			charset = "iso-8859-8"
		}
		e, err := htmlindex.Get(charset)
		if err != nil {
			t.Errorf("%s: %s: %v", name, charset, err)
			return
		}
		decoded, err := e.NewDecoder().Bytes(content)
		if err != nil || bytes.ContainsRune(decoded, '\uFFFD') {
			t.Errorf("%s is not in %s: %q", name, charset, decoded)
		}
	}
}

// TestOldCharacterSets reads the letters that are files as a mail program does.
func TestOldCharacterSets(t *testing.T) {
	for name, want := range map[string][2]string{
		"hanami@example.net":  {"お花見のご案内", "お弁当はこちらで用意します"},
		"dacha@example.com":   {"Приглашение на дачу", "самовар ждёт"},
		"caixas@example.com":  {"As caixas já chegaram – obrigado!", "“inteiras” – só faltavam 3 €"},
		"yuebing@example.net": {"中秋节的月饼", "月饼已经寄出"},
		"etrog@example.com":   {"שנה טובה", "שנה טובה ומתוקה"},
	} {
		all, err := files()
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(m message) bool { return m.name == name })
		if i < 0 {
			t.Errorf("there is no %s", name)
			continue
		}
		parsed, err := mail.ReadMessage(bytes.NewReader(all[i].body))
		if err != nil {
			t.Fatal(err)
		}
		if subject, err := decoder().DecodeHeader(parsed.Header.Get("Subject")); subject != want[0] {
			t.Errorf("%s: subject %q, %v", name, subject, err)
		}
		body := parsed.Body
		switch parsed.Header.Get("Content-Transfer-Encoding") {
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		}
		_, params, _ := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
		e, err := htmlindex.Get(strings.TrimSuffix(strings.ToLower(params["charset"]), "-i"))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(e.NewDecoder().Reader(body)); !strings.Contains(string(text), want[1]) {
			t.Errorf("%s says %q, %v", name, text, err)
		}
	}
}
