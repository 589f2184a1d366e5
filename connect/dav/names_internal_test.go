package dav

import (
	"net/url"
	"slices"
	"testing"

	wire "lockstep/protocol/dav"
)

// TestPaths: a collection's path is its display name; one that has none, or whose
// server tells its address instead (as Radicale does), has the last segment of it.
func TestPaths(t *testing.T) {
	at := func(path, name string) wire.Collection {
		return wire.Collection{URL: &url.URL{Scheme: "https", Host: "dav.example.org", Path: path}, Name: name}
	}
	all := []wire.Collection{
		at("/alice/contacts/", "alice/contacts"), at("/alice/x1/", "Friends"), at("/alice/x2/", ""), at("/alice/x3/", "Work/Old"), at("/alice/x4/", "Friends"),
	}
	if got, want := pathsOf(all, false), []string{"contacts", "Friends", "x2", "Work%2FOld", "Friends (x4)"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
	if got, want := pathsOf(all, true), []string{"contacts", "x1", "x2", "x3", "x4"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}
