package main

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lockstep/peers/webadmind"
)

// What a program that did this job before is known to do, 174 expectations of
// its own tests, by their numbers. Those that say what stands on the mail server
// afterwards are the scripts in testdata/directory/expectations; the others, and
// those that are wrong here, are in elsewhere (expectations_count_test.go).
//
// A script has a heading of its own, for all its cases: "link" and "directory"
// (what every case begins with), and "stands" (what there is at the end of each
// because of that). A case begins with "== ", its numbers and what it says. Its
// lines are carried out one after the other:
//
//	link                 what comes below [links.staff], instead of the heading's
//	environment N=V
//	directory            the entries, beside the heading's
//	server               what somebody else makes on the mail server, or "no ..."
//	sync [EXIT] [ARG...] a sync; 0 if no code is named
//	says TEXT            what the last sync printed has it
//	stands               all that is there now, beside the heading's
//	password USER TEXT   it is still the account's
//
// $d and $e are the domains of the case. After every case one more sync has
// nothing to do.
//
//go:embed testdata/directory/expectations/*.txt
var expectations embed.FS

// expectation is one case.
type expectation struct {
	// name has the numbers first.
	name    string
	numbers []int
	// tmail: it needs domain contacts, so no James can be asked.
	tmail bool
	// heading and steps, in their order.
	heading map[string]string
	steps   []expectationStep
}

// expectationStep is a word with the rest of its line, and the lines below it.
type expectationStep struct{ word, rest, block string }

// readExpectations reads all scripts.
func readExpectations(t *testing.T) (all []expectation) {
	t.Helper()
	names, err := fs.Glob(expectations, "testdata/directory/expectations/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, name := range names {
		text, err := expectations.ReadFile(name)
		must(t, err)
		parts := strings.Split("\n"+string(text), "\n== ")
		heading, tmail := map[string]string{}, false
		for _, s := range stepsOf(parts[0]) {
			heading[s.word] = s.block
			tmail = tmail || s.word == "tmail"
		}
		for _, part := range parts[1:] {
			title, body, _ := strings.Cut(part, "\n")
			e := expectation{name: title, tmail: tmail, heading: heading, steps: stepsOf(body)}
			for word := range strings.FieldsSeq(title) {
				n, err := strconv.Atoi(strings.TrimRight(word, "bc"))
				if err != nil {
					break
				}
				e.numbers = append(e.numbers, n)
			}
			if len(e.numbers) == 0 {
				t.Fatalf("%s: %q has no number", path.Base(name), title)
			}
			all = append(all, e)
		}
	}
	return all
}

func stepsOf(text string) (out []expectationStep) {
	for line := range strings.SplitSeq(text, "\n") {
		below, indented := strings.CutPrefix(line, "\t")
		switch {
		case len(out) > 0 && (indented || line == ""):
			out[len(out)-1].block += below + "\n"
		case line != "":
			word, rest, _ := strings.Cut(line, " ")
			out = append(out, expectationStep{word: word, rest: rest})
		}
	}
	return out
}

// TestExpectation plays all cases with the server in this process.
func TestExpectation(t *testing.T) {
	s, tmail := fakeMailServer(t, webadmind.Options{Memory: true}), fakeMailServer(t, webadmind.Options{Memory: true, TMail: true})
	for _, e := range readExpectations(t) {
		t.Run(e.name, func(t *testing.T) {
			if e.tmail {
				e.play(t, tmail.afresh(t))
			} else {
				e.play(t, s.afresh(t))
			}
		})
	}
}

// TestExpectationWithJames plays those that need no TMail with a real one.
func TestExpectationWithJames(t *testing.T) {
	s := realMailServer(t)
	for _, e := range readExpectations(t) {
		if !e.tmail {
			t.Run(e.name, func(t *testing.T) { e.play(t, s.afresh(t)) })
		}
	}
}

func (e expectation) play(t *testing.T, s *mailServer) {
	t.Helper()
	p := newProvisioning(t, s, e.heading["link"])
	p.people(t, e.heading["directory"])
	var last ended
	var again []string
	for _, step := range e.steps {
		switch step.word {
		case "link":
			p.configure(t, `address = "ldif:`+p.ldif()+`"`, step.block)
		case "environment":
			name, value, _ := strings.Cut(s.fill(step.rest), "=")
			p.env[name] = value
		case "directory":
			p.people(t, e.heading["directory"]+"\n"+step.block)
		case "server":
			s.has(t, lines(step.block)...)
		case "sync":
			args := strings.Fields(step.rest)
			exit := 0
			if len(args) > 0 {
				if n, err := strconv.Atoi(args[0]); err == nil {
					exit, args = n, args[1:]
				}
			}
			last, again = p.sync(t, exit, args...), args
		case "says":
			last.says(t, s.fill(step.rest))
		case "stands":
			s.same(t, slices.Concat(lines(e.heading["stands"]), lines(step.block))...)
		case "password":
			user, password, _ := strings.Cut(s.fill(step.rest), " ")
			if !s.verifies(t, user, password) {
				t.Errorf("the password of %s is another one", user)
			}
		default:
			t.Fatalf("what is %q?", step.word)
		}
	}
	p.quiet(t, last.exit, again...)
}

// afresh is the server with domains that nobody has used.
func (s *mailServer) afresh(t *testing.T) *mailServer {
	t.Helper()
	next := &mailServer{fake: s.fake, url: s.url, tokenFile: s.tokenFile, expired: s.expired, user: s.user}
	next.begin(t)
	return next
}
