package engine_test

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/reconcile"
)

// runner plays a world from dice to its end and returns what went wrong.
type runner func(d dice, without reconcile.Without, trace func(string, ...any)) string

func mailRunner(opt mailOptions) runner {
	return func(d dice, without reconcile.Without, trace func(string, ...any)) string {
		w := newMailWorld(d, opt)
		w.engine.Without, w.engine.Portion = without, opt.portion
		if n := 0; opt.portion > 0 {
			w.yield = func() bool { n++; return n%3 == 0 }
		}
		if trace != nil {
			w.trace = trace
		}
		return w.run()
	}
}

func davRunner(opt davOptions) runner {
	return func(d dice, without reconcile.Without, trace func(string, ...any)) string {
		opt := opt
		opt.exactValues = !without.Holds(reconcile.RuleCanonical)
		w := newDavWorld(d, opt)
		w.engine.Without, w.engine.Portion = without, opt.portion
		if trace != nil {
			w.trace = trace
		}
		return w.run()
	}
}

func provRunner(longLies bool, portion int) runner {
	return func(d dice, without reconcile.Without, trace func(string, ...any)) string {
		w := newProvWorld(d, longLies)
		w.engine.Without, w.engine.Portion = without, portion
		if trace != nil {
			w.trace = trace
		}
		return w.run()
	}
}

// worlds are the shapes of the property test and the trouble they are in.
func worlds() map[string]runner {
	return map[string]runner{
		"mail":            mailRunner(mailOptions{sizes: true, privateMarks: true}),
		"mail-emailid":    mailRunner(mailOptions{sizes: true, privateMarks: true, same: true}),
		"mail-blind":      mailRunner(mailOptions{sizes: true, privateMarks: true, blind: true}),
		"mail-scan":       mailRunner(mailOptions{sizes: true, privateMarks: true, noDeltas: true}),
		"mail-rebirth":    mailRunner(mailOptions{sizes: true, privateMarks: true, rebirth: true, same: true}),
		"mail-backup":     mailRunner(mailOptions{sizes: true, privateMarks: true, rebirth: true, backup: true, same: true}),
		"mail-vocabulary": mailRunner(mailOptions{sizes: true, vocabulary: true}),
		"mail-bysize":     mailRunner(mailOptions{privateMarks: true, adoptBySize: true}),
		"mail-nomove":     mailRunner(mailOptions{sizes: true, noMove: true}),
		"mail-headers":    mailRunner(mailOptions{sizes: true, privateMarks: true, headers: true}),
		"dav":             davRunner(davOptions{}),
		"provision":       provRunner(false, 0),
		"provision-lies":  provRunner(true, 0),
		"dav-settles":     davRunner(davOptions{settle: true}),
		"calendar":        davRunner(davOptions{window: true}),
		// What is new comes in portions.
		"mail-portions":      mailRunner(mailOptions{sizes: true, privateMarks: true, portion: 2}),
		"blind-portions":     mailRunner(mailOptions{sizes: true, privateMarks: true, blind: true, noDeltas: true, portion: 1}),
		"dav-portions":       davRunner(davOptions{portion: 2}),
		"provision-portions": provRunner(false, 2),
		"labels":             mailRunner(mailOptions{sizes: true, labels: true}),
		"cards":              cardsRunner(cardsOptions{}),
		"cards-weak":         cardsRunner(cardsOptions{weak: true}),
	}
}

var (
	worldFlag = flag.String("world", "", "only this world")
	seedFlag  = flag.Int64("seed", -1, "replay one seed with a trace")
	seedsFlag = flag.Int("seeds", 0, "run this many plain seeds for each world and count the bad ones")
	playFlag  = flag.String("play", "", "replay a shrunk failure of -world with a trace")
	outFlag   = flag.Int("out", -1, "take this rule out")
)

func names(m map[string]runner) []string {
	var out []string
	for n := range m {
		if *worldFlag == "" || *worldFlag == n {
			out = append(out, n)
		}
	}
	sort.Strings(out)
	return out
}

// TestProperties runs every world under rapid: a failure is shrunk, and printed
// with the flags that replay it.
func TestProperties(t *testing.T) {
	all := worlds()
	for _, name := range names(all) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				if bad := all[name](&drawn{t: rt, gens: map[int]*rapid.Generator[int]{}}, 0, nil); bad != "" {
					rt.Fatal(bad)
				}
			})
		})
	}
}

// TestSeeds runs plain seeds, which is faster than rapid: go test -run TestSeeds
// -seeds 20000; one seed is replayed with -world NAME -seed N, and what it shrank
// to with -world NAME -play THROWS.
func TestSeeds(t *testing.T) {
	var without reconcile.Without
	if *outFlag >= 0 {
		without = without.Out(reconcile.Rule(*outFlag))
	}
	all := worlds()
	for _, name := range names(all) {
		if *playFlag != "" {
			throws, err := readThrows(*playFlag)
			if err != nil {
				t.Fatal(err)
			}
			if bad := all[name](&played{throws: throws}, without, func(f string, a ...any) { fmt.Fprintf(os.Stdout, f+"\n", a...) }); bad != "" {
				t.Errorf("%s: %s", name, bad)
			}
			continue
		}
		if *seedFlag >= 0 {
			bad := all[name](seeded(*seedFlag), without, func(f string, a ...any) { fmt.Fprintf(os.Stdout, f+"\n", a...) })
			if bad != "" {
				t.Errorf("%s seed %d: %s", name, *seedFlag, bad)
			}
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := 0
			for seed := range int64(*seedsFlag) {
				if bad := all[name](seeded(seed), without, nil); bad != "" {
					if failed++; failed == 1 {
						t.Errorf("seed %d: %s\n%s", seed, strings.SplitN(bad, "\n", 2)[0], shrunk(name, all[name], seed, without))
					} else if failed <= 5 {
						t.Errorf("seed %d: %s", seed, strings.SplitN(bad, "\n", 2)[0])
					}
				}
			}
			t.Logf("%d of %d seeds bad", failed, *seedsFlag)
		})
	}
}
