package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// TestAttack09and10: a redirect to another host or to http gets no login, with the first
// request or any later one.
func TestAttack09and10(t *testing.T) {
	for _, code := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			b, other := newBook(t, davd.Options{}), newBook(t, davd.Options{})
			d := pair(t, b)
			b.edit(t, "u1", adding("NOTE:there"))
			for _, name := range []string{"PROPFIND", "REPORT sync-collection", "REPORT addressbook-multiget"} {
				b.server.SetFaults(davd.Script(davd.Scripted{Name: name, Fault: davd.Elsewhere(code, other.base+b.path)}))
				d.run(t, "sync")
				d.holds(t, 3, 3)
			}
			d.edit(t, "u2", adding("NOTE:here"))
			b.server.SetFaults(davd.Script(davd.Scripted{Name: "PUT", Fault: davd.Elsewhere(code, other.base+b.path+"x.vcf")}))
			d.run(t, "sync")
			for _, asked := range other.server.Requests() {
				if asked.Login {
					t.Errorf("the other host got a login: %+v", asked)
				}
			}
			if len(other.cards(t)) > 0 {
				t.Error("the other host got a card")
			}
			b.server.SetFaults(nil)
			d.ends(t, 0, "sync")
			d.inStep(t, "u1", "u2", "u3")
		})
	}
	t.Run("in a circle", func(t *testing.T) {
		b := newBook(t, davd.Options{})
		d := pair(t, b)
		b.server.Forget()
		b.server.SetFaults(davd.Script(davd.Scripted{Name: "PROPFIND", Fault: davd.Elsewhere(307, b.base+b.path)}))
		d.ends(t, 1, "sync")
		if n := len(b.server.Requests()); n > 40 {
			t.Errorf("%d requests in a circle", n)
		}
	})
}

// TestAttack32: a photo of fifty megabytes stops no other card; one beyond the limit is
// told.
func TestAttack32(t *testing.T) {
	b := newBook(t, davd.Options{})
	d := pair(t, b)
	b.put(t, "fat.vcf", newCard("fat", "Fat", "PHOTO;ENCODING=b;TYPE=JPEG:"+strings.Repeat("AAAA", 50<<20/4)))
	b.put(t, "u4.vcf", newCard("u4", "U4"))
	d.run(t, "sync")
	if d.body(t, "u4") == "" {
		t.Error("a fat card stops the others")
	}
	if body := d.body(t, "fat"); len(body) < 50<<20 {
		t.Errorf("of the fat card %d bytes have come", len(body))
	}
	b.put(t, "fat.vcf", newCard("fat", "Fat", "PHOTO;ENCODING=b;TYPE=JPEG:"+strings.Repeat("AAAA", 70<<20/4)))
	b.edit(t, "u4", adding("NOTE:there"))
	d.ends(t, 5, "sync").says(t, "fat")
	if !has(d.body(t, "u4"), "NOTE:there") {
		t.Error("a card that is too large stops the others")
	}
}

// TestAttack33: neither a DTD nor an entity of a server's answer is read; nothing
// changes here.
func TestAttack33(t *testing.T) {
	asked := 0
	spy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	t.Cleanup(spy.Close)
	for name, head := range map[string]string{
		"an external entity": `<!DOCTYPE x [<!ENTITY e SYSTEM "` + spy.URL + `/x">]>`,
		"a file":             `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>`,
		"laughs":             `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY e "&a;&a;&a;&a;&a;&a;">]>`,
		"a DTD":              `<!DOCTYPE x SYSTEM "` + spy.URL + `/x.dtd">`,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, davd.Options{})
			d := pair(t, b)
			b.edit(t, "u1", adding("NOTE:x"))
			was := d.body(t, "u1")
			b.server.SetFaults(davd.Script(davd.Scripted{Name: "REPORT addressbook-multiget", Fault: entity(head)}, davd.Scripted{Name: "REPORT sync-collection", Fault: entity(head)}))
			d.run(t, "sync")
			if body := d.body(t, "u1"); body != was && strings.Contains(body, "root:") {
				t.Errorf("here is\n%s", body)
			}
			d.holds(t, 3, 3)
			b.server.SetFaults(nil)
			d.ends(t, 0, "sync")
			d.inStep(t, "u1", "u2", "u3")
		})
	}
	if asked > 0 {
		t.Errorf("somebody was asked %d times", asked)
	}
}

// entity puts a DTD before an answer and an entity into the bodies and names in it.
func entity(head string) davd.Fault {
	return davd.Fault{Rewrite: func(body []byte) []byte {
		text := strings.ReplaceAll(string(body), "NOTE:x", "NOTE:&e;")
		if end := strings.Index(text, "?>"); end >= 0 {
			return []byte(text[:end+2] + head + text[end+2:])
		}
		return []byte(head + text)
	}}
}

// TestAttack43and46: what a card points at is not fetched, and what it says is text: it
// is carried over to the byte, and nothing of it reaches a terminal as an escape.
func TestAttack43and46(t *testing.T) {
	asked := 0
	spy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	t.Cleanup(spy.Close)
	b := newBook(t, davd.Options{})
	d := pair(t, b)
	lines := []string{"PHOTO;VALUE=uri:" + spy.URL + "/photo.jpg", "LOGO;VALUE=uri:" + spy.URL + "/logo.svg", "SOUND;VALUE=uri:" + spy.URL + "/x", "KEY;VALUE=uri:" + spy.URL + "/key",
		"SOURCE:" + spy.URL + "/card.vcf", "URL:javascript:alert(1)", "NOTE:<svg onload=alert(1)>"}
	b.put(t, "evil.vcf", newCard("evil", "<script>alert(1)</script>", lines...))
	b.put(t, "term.vcf", newCard("term\u009b31m", "\u202eevil\u2066\u009b2J"))
	cmd := d.command()
	cmd.Args = []string{cmd.Args[0], "sync"} // for people
	out, _ := cmd.CombinedOutput()
	for _, bad := range []string{"\x1b", "\u009b", "\u202e", "\u2066"} {
		if strings.Contains(string(out), bad) {
			t.Errorf("%q reaches the terminal: %q", bad, out)
		}
	}
	if asked > 0 {
		t.Errorf("what a card points at was fetched %d times", asked)
	}
	body := d.body(t, "evil")
	for _, line := range lines {
		if !has(body, line) {
			t.Errorf("there is no %s in\n%s", line, body)
		}
	}
}
