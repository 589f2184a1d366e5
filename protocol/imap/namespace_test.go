package imap

import (
	"reflect"
	"testing"
)

// TestNamespaces: prefixes and delimiters are read in every form, and what
// cannot be read is not told.
func TestNamespaces(t *testing.T) {
	for answer, want := range map[string]*Namespaces{
		`(("" "/")) NIL NIL`: {Personal: []Namespace{{"", '/'}}},
		`(("INBOX." ".")) (("user." ".")) (("" "."))`: {
			Personal: []Namespace{{"INBOX.", '.'}}, Others: []Namespace{{"user.", '.'}}, Shared: []Namespace{{"", '.'}}},
		`(("" "/")("#mh/" NIL "X-PARAM" ("FLAG1" "FLAG2"))) NIL nil`: {Personal: []Namespace{{"", '/'}, {"#mh/", 0}}},
		`((~me/ "/")) NIL NIL`:                  {Personal: []Namespace{{"~me/", '/'}}},
		"(({6}\r\nE&APw- \"/\")) NIL NIL":       {Personal: []Namespace{{"Eü", '/'}}},
		`NIL NIL NIL`:                           {},
		`(("INBOX." ".."))  NIL NIL`:            nil,
		`(("INBOX.")) NIL NIL`:                  nil,
		`(("INBOX." "."`:                        nil,
		`(("" "/")) NIL`:                        nil,
		`"" NIL NIL`:                            nil,
		`((("a") "/")) NIL NIL`:                 nil,
		`(("a" "/") ("b" "/")) (NIL "/") NIL x`: nil,
	} {
		c := dial(t, "NAMESPACE", map[string]string{"NAMESPACE": "* NAMESPACE " + answer + "\r\n% OK\r\n"})
		var got *Namespaces
		if err := c.Wait(t.Context(), c.StartNamespaces(t.Context(), func(n Namespaces) { got = &n })); err != nil {
			t.Errorf("%s: %v", answer, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as %+v, want %+v", answer, got, want)
		}
	}
}
