package element_test

import (
	"bytes"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/format/element"
)

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		e   element.Element
		key core.Key
	}{
		{element.Element{Resource: element.User, Owner: "a@d"}, "users/a@d"},
		{element.Element{Resource: element.Alias, Owner: "a@d", Name: "b+c@d"}, "aliases/a@d/b+c@d"},
		{element.Element{Resource: element.Quota, Owner: "a@d"}, "quotas/a@d"},
	} {
		if got := c.e.Key(); got != c.key {
			t.Errorf("got %s, want %s", got, c.key)
		}
		if e, ok := element.Parse(c.key); !ok || e != c.e {
			t.Errorf("%s reads as %+v, %v", c.key, e, ok)
		}
	}
	for _, key := range []core.Key{"", "users", "users/", "users/a@d/x", "aliases/a@d", "aliases/a@d/", "aliases//x@d", "other/a@d"} {
		if e, ok := element.Parse(key); ok {
			t.Errorf("%q reads as %+v", key, e)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct{ in, account, target string }{
		{" Ann.Other+Tag@Example.ORG ", "ann.other+tag@example.org", "Ann.Other+Tag@example.org"},
		{"o'neil@x", "o'neil@x", "o'neil@x"},
	} {
		if got, err := element.Account(c.in); got != c.account || err != nil {
			t.Errorf("%q: %q, %v", c.in, got, err)
		}
		if got, err := element.Target(c.in); got != c.target || err != nil {
			t.Errorf("%q: %q, %v", c.in, got, err)
		}
	}
	for _, bad := range []string{"", "a", "@d", "a@", "a b@d", "a/b@d", "é@d", "a@d..e", "a@-d", "a@é.org", "a@b@c", ".a@d", "a\x00@d", strings.Repeat("a", 300) + "@d"} {
		if got, err := element.Account(bad); err == nil {
			t.Errorf("%q is taken for %q", bad, got)
		}
	}
}

func TestValues(t *testing.T) {
	with, without := element.Value{Password: "secret"}, element.Value{}
	a, _ := with.Sum()
	b, _ := without.Sum()
	if a != b {
		t.Error("a password is part of the Sum")
	}
	if c, _ := (element.Value{Bytes: 1}).Sum(); c == b {
		t.Error("two quotas have one Sum")
	}
	v := element.Value{Given: "Ann <&>", Family: "Öther"}
	got, err := element.ReadValue(bytes.NewReader(v.Body()))
	if err != nil || got != v {
		t.Errorf("%+v, %v", got, err)
	}
	sum, size, err := element.Digest(bytes.NewReader(v.Body()))
	if is, n := v.Sum(); err != nil || sum != is || size != n {
		t.Errorf("digest %s %d, %v", sum, size, err)
	}
	if _, err := element.ReadValue(strings.NewReader(`{"other": 1}`)); err == nil {
		t.Error("an unknown field is read")
	}
	for n, want := range map[int64]string{
		-1: "unlimited", 0: "0 B", 1: "1 B", 999: "999 B", 1000: "1 kB", 1024: "1 KiB", 1025: "1025 B", 1_024_000: "1000 KiB", 4 << 30: "4 GiB", 1_500_000: "1500 kB",
		5_000_000_000: "5 GB", 50_000_000_000: "50 GB", 50 << 30: "50 GiB", 2_000_000_000_000: "2 TB", 3 << 40: "3 TiB", 1536 << 20: "1536 MiB",
		1_000_000_000_000_000: "1000 TB", 1 << 50: "1024 TiB", 1<<63 - 1: "9223372036854775807 B",
	} {
		if got := element.PrintBytes(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
