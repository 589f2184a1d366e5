package imapd

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"
)

// envelope writes ENVELOPE (RFC 3501, section 7.4.2), as well as net/mail
// reads the addresses.
func (c *session) envelope(body []byte) {
	all := fields(body)
	folded := false
	get := func(name string) string {
		for _, f := range all {
			if strings.EqualFold(f.name, name) {
				folded = bytes.Count(f.raw, []byte("\n")) > 1
				return f.value()
			}
		}
		return ""
	}
	c.out.text("(")
	c.nstring(get("Date"))
	c.out.text(" ")
	if s := get("Subject"); folded { // a literal, as Dovecot
		c.out.literal([]byte(s))
	} else {
		c.nstring(s)
	}
	for _, name := range []string{"From", "Sender", "Reply-To", "To", "Cc", "Bcc"} {
		c.out.text(" ")
		value := get(name)
		if value == "" && (name == "Sender" || name == "Reply-To") {
			value = get("From")
		}
		c.addresses(value)
	}
	c.out.text(" ")
	c.nstring(get("In-Reply-To"))
	c.out.text(" ")
	c.nstring(get("Message-ID"))
	c.out.text(")")
}

func (c *session) addresses(value string) {
	list, err := mail.ParseAddressList(value)
	if err != nil || len(list) == 0 {
		c.out.text("NIL")
		return
	}
	c.out.text("(")
	for _, a := range list {
		at := strings.LastIndexByte(a.Address, '@')
		c.out.text("(")
		c.nstring(a.Name)
		c.out.text(" NIL ")
		c.nstring(a.Address[:at])
		c.out.text(" ")
		c.nstring(a.Address[at+1:])
		c.out.text(")")
	}
	c.out.text(")")
}

// nstring writes NIL, a quoted string or, where that cannot hold it, a
// literal.
func (c *session) nstring(s string) {
	switch {
	case s == "":
		c.out.text("NIL")
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }):
		c.out.literal([]byte(s))
	default:
		c.out.text(quoted(s))
	}
}

// structure is a BODYSTRUCTURE that calls every message one text part.
func structure(body []byte) string {
	text := body[len(header(body)):]
	return fmt.Sprintf(`("text" "plain" ("charset" "us-ascii") NIL NIL "8bit" %d %d)`, len(text), bytes.Count(text, []byte("\n")))
}
