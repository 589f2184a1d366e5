package dav_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockstep/core"
	"lockstep/peers/davd"
)

func paths(s core.Survey) string {
	var out []string
	for _, c := range s.Collections {
		out = append(out, c.Path)
	}
	slices.Sort(out)
	return strings.Join(out, " | ")
}

func TestSurvey(t *testing.T) {
	for kind, f := range flavours() {
		a := serve(t, f, davd.Options{}, "B", "A/x", "100%")
		for _, more := range [][2]string{{"z", "B"}, {"y", "B"}, {"no name", ""}, {"ctl", "two\nlines"}} {
			_, err := a.AddCollection("ann", f.kind, more[0], more[1])
			must(t, err)
		}
		other := core.Event
		if f.kind == core.Event {
			other = core.Contact
		}
		_, err := a.AddCollection("ann", other, "other", "Other")
		must(t, err)
		must(t, a.SetReadOnly(a.books["B"], true))
		s, err := a.open(t).Collections(context.Background())
		must(t, err)
		if got, want := paths(s), "100%25 | A%2Fx | B | B (y) | B (z) | no name | two lines"; got != want || !s.Complete {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
		for _, c := range s.Collections {
			if c.ReadOnly != (c.Path == "B") || c.Rev == "" || c.Count != -1 || string(c.Feed) != string(c.ID) || !strings.HasSuffix(string(c.ID), "/") {
				t.Errorf("%+v", c)
			}
		}
	}
}

// TestSurveyCost: an account that is kept asks once; a process that begins finds its
// home first.
func TestSurveyCost(t *testing.T) {
	f := flavours()["carddav"]
	a := serve(t, f, davd.Options{Profile: davd.Radicale()}, "A")
	for url, want := range map[string]int64{"": 4, "ann/": 2, a.books["A"][1:]: 1} {
		config := a.config
		config.URL += url
		remote := newAccount(t, config)
		for i := range int64(3) {
			r := remote.Open()
			s, err := r.Collections(context.Background())
			must(t, err)
			must(t, r.Close())
			if n := remote.Requests(); paths(s) != "A" || n != want+i {
				t.Errorf("%q: %s after %d requests, the first took %d", url, paths(s), n, want)
			}
		}
	}
}

// TestSurveyAfterMove: a home that is somewhere else now is found again.
func TestSurveyAfterMove(t *testing.T) {
	a := serve(t, flavours()["carddav"], davd.Options{}, "A")
	remote := newAccount(t, a.config)
	_, err := remote.Open().Collections(context.Background())
	must(t, err)
	n := 0
	a.SetFaults(func(ask davd.Ask) davd.Fault {
		if n++; n == 1 {
			return davd.Fault{Status: 404}
		}
		return davd.Fault{}
	})
	s, err := remote.Open().Collections(context.Background())
	if err != nil || paths(s) != "A" {
		t.Errorf("%s, %v", paths(s), err)
	}
	// Three outcomes for three things (case 53): gone, down and empty.
	for _, o := range []struct {
		fault davd.Fault
		class core.Class
	}{{davd.Fault{Status: 404}, core.Permanent}, {davd.Down(""), core.Transient}} {
		a.SetFaults(func(davd.Ask) davd.Fault { return o.fault })
		_, err := remote.Open().Collections(context.Background())
		wantClass(t, err, o.class)
	}
	a.SetFaults(nil)
	must(t, a.RemoveCollection(a.books["A"]))
	if s, err := remote.Open().Collections(context.Background()); err != nil || len(s.Collections) != 0 || !s.Complete {
		t.Errorf("%+v, %v", s, err)
	}
	a.SetFaults(func(davd.Ask) davd.Fault { return davd.NoRows() })
	if s, err := remote.Open().Collections(context.Background()); err == nil && s.Complete {
		t.Error("a list of nothing, not even the home, is complete")
	}
}

func TestTree(t *testing.T) {
	for kind, f := range flavours() {
		a := serve(t, f, davd.Options{}, "A")
		ctx := context.Background()
		r := a.open(t)
		for _, name := range []string{"Büro", "日本", "x%2Fy", "a", "A ", strings.Repeat("long ", 30) + "x"} {
			want := strings.TrimSpace(name)
			if want == "A" {
				continue
			}
			made, err := r.CreateCollection(ctx, want, core.RoleNone)
			if err != nil || made.Path != want {
				t.Errorf("%s: %q, %v", kind, made.Path, err)
			}
			again, err := r.CreateCollection(ctx, want, core.RoleNone)
			if err != nil || again.ID != made.ID {
				t.Errorf("%s: made twice: %v, %v", kind, again, err)
			}
		}
		_, err := r.CreateCollection(ctx, "a/b", core.RoleNone)
		wantClass(t, err, core.Permanent)
		_, err = r.RenameCollection(ctx, core.CollectionID(a.books["A"]), "日本")
		wantClass(t, err, core.Conflict)
		now, err := r.RenameCollection(ctx, core.CollectionID(a.books["A"]), "B%2F100%25")
		if err != nil || now.Path != "B%2F100%25" || string(now.ID) != a.books["A"] {
			t.Errorf("%s: %+v, %v", kind, now, err)
		}
		_, err = r.RenameCollection(ctx, "/nowhere/", "C")
		wantClass(t, err, core.Missing)
		wantClass(t, r.DeleteCollection(ctx, "/nowhere/", 0), core.Missing)
		// The URL of one collection is an account without a home.
		config := a.config
		config.URL = strings.TrimSuffix(config.URL, "/") + a.books["A"]
		single := newAccount(t, config).Open()
		s, err := single.Collections(ctx)
		if err != nil || paths(s) != "B%2F100%25" || !s.Complete {
			t.Errorf("%s: %s, %v", kind, paths(s), err)
		}
		_, err = single.CreateCollection(ctx, "new", core.RoleNone)
		wantClass(t, err, core.Permanent)
	}
}

// TestNameNotKept: a collection that cannot get its name does not stay, so that the next
// pass does not make another one.
func TestNameNotKept(t *testing.T) {
	for kind, f := range flavours() {
		for name, fault := range map[string]davd.Fault{"made, but 500": davd.StoredBut(500), "answer lost": {DropAfter: true}} {
			a := serve(t, f, davd.Options{}, "A")
			method := "MKCOL"
			if f.wire.Make != "" {
				method = f.wire.Make
			}
			a.SetFaults(davd.Script(davd.Scripted{Name: method, N: 0, On: true, Fault: fault}))
			if c, err := a.open(t).CreateCollection(context.Background(), "New", core.RoleNone); err != nil || c.Path != "New" {
				t.Errorf("%s, %s: it was made: %+v, %v", kind, name, c, err)
			}
		}
		// A server that gives it another name.
		a := serve(t, f, davd.Options{}, "A")
		a.SetFaults(func(ask davd.Ask) davd.Fault {
			return davd.Fault{Rewrite: func(body []byte) []byte { return bytes.ReplaceAll(body, []byte(">New<"), []byte(">Other<")) }}
		})
		for range 2 {
			_, err := a.open(t).CreateCollection(context.Background(), "New", core.RoleNone)
			wantClass(t, err, core.Permanent)
			if len(a.Truth()) != 1 {
				t.Errorf("%s: left: %v", kind, a.Truth())
			}
		}
	}
}

func TestProbe(t *testing.T) {
	a := serve(t, flavours()["carddav"], davd.Options{Profile: davd.Radicale()}, "A")
	findings, err := a.open(t).Probe(context.Background())
	must(t, err)
	text := fmt.Sprint(findings)
	for _, want := range []string{"found", "the account is /ann/", "Radicale", "rewrites what it stores", "tells changes (sync-collection)", "basic", "{MOVE yes"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not among %s", want, text)
		}
	}
	a.HideHomes(true)
	findings, err = a.open(t).Probe(context.Background())
	if err == nil || len(findings) < 2 {
		t.Errorf("%v, %v", findings, err)
	}
}

// TestFidelity: a rich item is written, compared and removed again.
func TestFidelity(t *testing.T) {
	for kind, f := range flavours() {
		for _, p := range []davd.Profile{{}, davd.Radicale(), davd.Nextcloud(), davd.DAViCal(), {NoETag: true}} {
			a := serve(t, f, davd.Options{Profile: p}, "A")
			findings, err := a.open(t).Fidelity(context.Background(), core.CollectionID(a.books["A"]))
			must(t, err)
			if len(findings) == 0 || len(a.Truth()) != 1 {
				t.Errorf("%s %s: %v; left: %v", kind, p.Name, findings, len(a.Truth()))
			}
			if text := fmt.Sprint(findings); p.Name == "" && !strings.Contains(text, "stored as it was sent") || p.Name == "davical" && f.kind == core.Contact && !strings.Contains(text, "REV") {
				t.Errorf("%s %s: %s", kind, p.Name, text)
			}
		}
		a := serve(t, f, davd.Options{}, "A")
		must(t, a.SetReadOnly(a.books["A"], true))
		findings, err := a.open(t).Fidelity(context.Background(), core.CollectionID(a.books["A"]))
		if err != nil || len(findings) == 0 || !findings[0].Bad {
			t.Errorf("%s: %v, %v", kind, findings, err)
		}
	}
}
