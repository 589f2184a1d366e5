package dav_test

import (
	"net/http"
	"testing"

	"lockstep/peers/davd"
)

// PutColour implements replicatest.Colourist.
func (a *account) PutColour(t *testing.T, path, text string) {
	must(t, a.Paint(a.books[path], text))
}

func (a *account) Colour(_ *testing.T, path string) string { return a.Color(a.books[path]) }

// RefuseColours implements replicatest.ColourRefuser.
func (a *account) RefuseColours(*testing.T) {
	a.SetFaults(davd.Script(davd.Scripted{Name: "PROPPATCH", Fault: davd.Fault{Status: http.StatusForbidden}}))
}
