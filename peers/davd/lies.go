package davd

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// OmitRow leaves out the rows whose href ends so.
func OmitRow(suffix string) Fault {
	return Fault{Rows: func(rows []Row) []Row {
		return slices.DeleteFunc(rows, func(r Row) bool { return strings.HasSuffix(r.Href, suffix) })
	}}
}

// DoubleRow tells the rows whose href ends so twice, the second time with other
// escapes in the href.
func DoubleRow(suffix string) Fault {
	return Fault{Rows: func(rows []Row) []Row {
		var out []Row
		for _, r := range rows {
			out = append(out, r)
			if strings.HasSuffix(r.Href, suffix) {
				r.Href = respell(r.Href)
				out = append(out, r)
			}
		}
		return out
	}}
}

// AlsoRow adds a row with a status (404 in a sync-collection: removed) for an
// href, as it is spelt.
func AlsoRow(href string, status int) Fault {
	return Fault{Rows: func(rows []Row) []Row { return append(rows, Row{Href: href, Status: status}) }}
}

// FailRow gives the rows whose href ends so a status instead of properties.
func FailRow(suffix string, status int) Fault {
	return Fault{Rows: func(rows []Row) []Row {
		for i := range rows {
			if strings.HasSuffix(rows[i].Href, suffix) {
				rows[i].Status = status
			}
		}
		return rows
	}}
}

// NoData takes the body of a card or calendar out of the rows whose href ends so,
// and leaves their ETag.
func NoData(suffix string) Fault {
	return Fault{Rows: func(rows []Row) []Row {
		for i, r := range rows {
			if strings.HasSuffix(r.Href, suffix) && r.node != nil {
				rows[i].node = r.node.without("address-data", "calendar-data")
			}
		}
		return rows
	}}
}

// without some elements, wherever they are in it.
func (n *node) without(locals ...string) *node {
	out := &node{name: n.name, attr: n.attr, text: n.text}
	for _, k := range n.kids {
		if !slices.Contains(locals, k.name.Local) {
			out.kids = append(out.kids, k.without(locals...))
		}
	}
	return out
}

// NoRows answers with a multistatus that has none.
func NoRows() Fault { return Fault{Rows: func([]Row) []Row { return nil }} }

// OnlyRows keeps the first n.
func OnlyRows(n int) Fault {
	return Fault{Rows: func(rows []Row) []Row { return rows[:min(n, len(rows))] }}
}

// Page answers 200 with a page for people, as the gateway of a hotel does.
func Page() Fault {
	return Fault{Status: 200, Body: "<!DOCTYPE html><html><body><h1>Please log in</h1></body></html>"}
}

// ControlCharacters puts one into the document, which is then none (XML,
// section 2.2).
func ControlCharacters() Fault {
	return Fault{Rewrite: func(body []byte) []byte {
		return bytes.Replace(body, []byte("</"), []byte("\x01</"), 1)
	}}
}

// Torn ends the document in its middle, though the header tells its length so.
func Torn() Fault {
	return Fault{Rewrite: func(body []byte) []byte { return body[:len(body)/2] }}
}

// TokenSays tells another sync-token than the true one.
func TokenSays(token string) Fault {
	return Fault{Rewrite: func(body []byte) []byte {
		open, end := []byte("sync-token>"), []byte("</")
		at := bytes.LastIndex(body, append(end[:2:2], "D:sync-token>"...))
		if at < 0 {
			at = bytes.LastIndex(body, []byte("</sync-token>"))
		}
		if at < 0 {
			return body
		}
		from := bytes.LastIndex(body[:at], open) + len(open)
		return slices.Concat(body[:from], []byte(token), body[at:])
	}}
}

// CutAt closes the connection after so many bytes of the body.
func CutAt(n int) Fault { return Fault{Cut: &n} }

// Endless answers with so many rows of items that are not there.
func Endless(folder string, n int) Fault {
	return Fault{Rows: func([]Row) []Row {
		out := make([]Row, n)
		for i := range out {
			out[i] = Row{Href: fmt.Sprintf("%snone%d", folder, i), Status: 404}
		}
		return out
	}}
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
