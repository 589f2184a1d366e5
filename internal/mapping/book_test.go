package mapping_test

import (
	"reflect"
	"testing"

	"lockstep/internal/mapping"
)

// TestBook: what is taken out is what was put in.
func TestBook(t *testing.T) {
	rules := everything(t)
	var book mapping.Book
	var put [][]mapping.Found
	for i, attributes := range [][]string{
		{"mail=a@d", "mailAlias=x@d", "mailQuotaSize=4 GB", "givenName=A", "sn=B", "displayName=A B"},
		{"mail=b@d", "mailQuotaSize=-1", "mailAlias=nothing", "otherMailbox=y@d", "mailForward=z@d"},
		{"cn=no address"},
		{"mail=" + string(make([]byte, 300)) + "@d"},
	} {
		found := rules.Elements(entry(i+1, attributes...))
		put = append(put, found)
		book.Add(found)
	}
	book.Add(nil)
	if book.Len() != len(put) {
		t.Fatal(book.Len())
	}
	for i, want := range put {
		if got := book.Entry(i); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v\nwant %+v", got, want)
		}
	}
	book.Sort()
	if got := book.Find("corp!u2"); !reflect.DeepEqual(got, put[1]) {
		t.Errorf("%+v", got)
	}
	if got := book.Find("corp!u"); got != nil {
		t.Errorf("%+v", got)
	}
}
