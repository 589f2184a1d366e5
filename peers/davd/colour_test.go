package davd_test

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/peers/davd"
)

// TestColours: one is stored and told as it was sent, or as Apple spells it, or refused
// alone of all properties.
func TestColours(t *testing.T) {
	for name, o := range map[string]struct {
		profile davd.Profile
		status  string
		stored  string
	}{
		"stored":       {davd.Profile{}, "200 OK", "#12ab34"},
		"as Apple has": {davd.Profile{AppleColors: true}, "200 OK", "#12AB34FF"},
		"refused":      {davd.Profile{NoColors: true}, "403 Forbidden", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, davd.Options{Profile: o.profile})
			for path, property := range map[string]string{w.book: `addressbook-color xmlns="http://inf-it.com/ns/ab/"`, w.cal: `calendar-color xmlns="http://apple.com/ns/ical/"`} {
				tag, _, _ := strings.Cut(property, " ")
				got := w.ask("PROPPATCH", path, fmt.Sprintf(`<propertyupdate xmlns="DAV:"><set><prop><%s>#12ab34</%s></prop></set></propertyupdate>`, property, tag))
				if got.status != 207 || !strings.Contains(got.body, o.status) {
					t.Errorf("%s: %d %s", path, got.status, got.body)
				}
				equal(t, "stored", w.srv.Color(path), o.stored)
				got = w.ask("PROPFIND", path, `<propfind xmlns="DAV:"><prop><`+property+`/></prop></propfind>`, "Depth: 0")
				if o.stored != "" && !strings.Contains(got.body, ">"+o.stored+"<") || o.stored == "" && !strings.Contains(got.body, "404") {
					t.Errorf("%s: it tells %s", path, got.body)
				}
				named := w.ask("PROPPATCH", path, `<propertyupdate xmlns="DAV:"><set><prop><displayname>N</displayname></prop></set></propertyupdate>`)
				if !strings.Contains(named.body, "200 OK") {
					t.Errorf("%s: its name is refused: %s", path, named.body)
				}
				if err := w.srv.Paint(path, "red"); err != nil || w.srv.Color(path) != "red" {
					t.Error(err)
				}
				if err := w.srv.Paint(path, ""); err != nil || w.srv.Color(path) != "" {
					t.Error(err)
				}
			}
		})
	}
	equal(t, "nothing there", davd.New(davd.Options{}).Color("/none/"), "")
}
