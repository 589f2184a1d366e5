package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"lockstep/core"
)

// item is one stub, with its body unless it is bad.
type item struct {
	core.Stub
	body []byte
}

// contents is what a file holds.
type contents struct {
	items []item // in the order of the file
	byID  map[core.ID]int
	// lost: something in the file cannot be read, so it may hold any item.
	lost bool
}

// contents takes the file apart, once; its text is let go of.
func (r *Replica) contents() *contents {
	if r.parsed != nil {
		return r.parsed
	}
	c := &contents{byID: map[core.ID]int{}}
	lines := map[core.ID]int{} // where the first bearer of a UID begins
	for part := range r.config.Split(r.now.text) {
		x := r.item(part)
		first, taken := c.byID[x.ID]
		switch {
		case x.Bad != "":
			c.lost = true
		case taken && x.Sum == c.items[first].Sum:
			continue // the same item, said twice
		case taken:
			x = r.bad(x, part.Line, fmt.Sprintf("an item with its UID is in line %d already, and says something else; remove one, or give it another UID", lines[x.ID]))
		default:
			lines[x.ID] = part.Line
		}
		if x.Bad != "" {
			x.ID = c.freeID("bad " + digestOf(part.Body))
		}
		c.byID[x.ID] = len(c.items)
		c.items = append(c.items, x)
	}
	r.parsed, r.now.text = c, nil
	return c
}

// freeID is the ID of a bad item, which has no UID of its own.
func (c *contents) freeID(like string) core.ID {
	id := core.ID(like)
	for n := 2; ; n++ {
		if _, taken := c.byID[id]; !taken {
			return id
		}
		id = core.ID(fmt.Sprintf("%s %d", like, n))
	}
}

// item makes a part ready to be synced.
func (r *Replica) item(p Part) item {
	uid := p.UID
	if uid == "" {
		uid = impliedUID(p.Body)
	}
	x := item{Stub: core.Stub{Ref: r.ref(idOf(uid)), Key: core.Key(p.UID), Rev: core.Rev(digestOf(p.Body)), Size: -1, Label: p.Label}}
	if p.Err != nil {
		line, text := lineOf(p.Err, p.Line)
		return r.bad(x, line, text)
	}
	if int64(len(p.Body)) > r.config.MaxItem {
		return r.bad(x, p.Line, fmt.Sprintf("its %d bytes are more than the %d that are read", len(p.Body), r.config.MaxItem))
	}
	x.Key = core.Key(uid)
	body, err := r.config.Finish(p.Body, uid)
	if err == nil {
		x.Sum, x.Size, err = r.config.Digest(bytes.NewReader(body))
	}
	if err != nil {
		_, text := lineOf(err, p.Line) // that it names is one of the body
		return r.bad(x, p.Line, text)
	}
	x.body = body
	return x
}

// bad lists an item so that it is not taken for deleted; it begins with where it is.
func (r *Replica) bad(x item, line int, why string) item {
	x.body, x.Sum, x.Size = nil, "", -1
	x.Bad = fmt.Sprintf("%q: %s", r.config.Path+":"+strconv.Itoa(line), why)
	return x
}

func (r *Replica) ref(id core.ID) core.Ref {
	return core.Ref{Collection: core.CollectionID(r.config.Name), ID: id}
}

// lineOf takes the line out of an error that begins with it.
func lineOf(err error, begins int) (line int, text string) {
	text = core.Reason(err)
	if rest, is := strings.CutPrefix(text, "line "); is {
		number, why, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil && why != "" {
			return n, why
		}
	}
	return begins, text
}

func idOf(uid string) core.ID { return core.ID(digestOf([]byte(uid))) }

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// impliedUID is a UUID made of a text, whatever its line ends (RFC 9562, 5.8), and
// stays what it is for ever: else the same file would be other items one day.
func impliedUID(body []byte) string {
	text := regexp.MustCompile(`\r+\n?`).ReplaceAll(body, []byte("\n"))
	b := sha256.Sum256(bytes.TrimRight(text, "\n"))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
