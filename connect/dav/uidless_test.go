package dav_test

import (
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/format/ical"
	"lockstep/format/vcard"
	"lockstep/peers/davd"
)

// TestCase66: an item without a UID has a Key all the same, the same in every look and
// another one for each address, and is not written. What is written gets a UID.
func TestCase66(t *testing.T) {
	give := map[string]func([]byte, string) ([]byte, error){"carddav": vcard.WithUID, "caldav": ical.WithUID}
	for name, f := range flavours() {
		t.Run(name, func(t *testing.T) {
			a := serve(t, f, davd.Options{}, "A")
			a.config.WithUID = give[name]
			book := core.CollectionID(a.books["A"])
			bare := func(n int) []byte {
				return []byte(strings.Replace(string(f.item(n)), "UID:"+string(uid(n))+"\r\n", "", 1))
			}
			for _, id := range []string{"1", "2"} {
				must(t, a.Server.Put(string(book)+id+f.wire.Extension, string(bare(1))))
			}
			look := func() map[core.ID]core.Stub {
				stubs, _, _, _ := list(t, a.open(t), core.FeedID(book), "")
				return stubs
			}
			first := look()
			one, two := first["1"], first["2"]
			if one.Bad+two.Bad != "" || one.Key == two.Key || one.Key != core.ImpliedKey(one.Ref) || two.Key != core.ImpliedKey(two.Ref) || one.Label == "" {
				t.Fatalf("%+v", first)
			}
			if again := look(); again["1"] != one || a.Truth()[string(book)+"1"+f.wire.Extension] != string(bare(1)) {
				t.Errorf("%+v", again)
			}
			res, errs := apply(t, a.open(t), creating(book, "3", "given", bare(3)),
				core.Write{Op: core.OpUpdate, Ref: one.Ref, If: core.Condition{Rev: one.Rev}, Item: item(one.Key, bare(101))})
			must(t, errs[0])
			must(t, errs[1])
			now := look()
			if now["3"].Key != "given" || now["1"].Key != one.Key || now["1"].Rev != res[1].Stub.Rev {
				t.Errorf("%+v", now)
			}
			for id, key := range map[string]core.Key{"1": one.Key, "3": "given"} {
				if text := a.Truth()[string(book)+id+f.wire.Extension]; !strings.Contains(text, "UID:"+string(key)+"\r\n") {
					t.Errorf("%s is %q", id, text)
				}
			}
		})
	}
}
