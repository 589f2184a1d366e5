package mapping_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lockstep/format/element"
	"lockstep/internal/mapping"
)

// inBook checks the elements of entries in a Book and returns them.
func inBook(all [][]mapping.Found) (out []mapping.Found) {
	var book mapping.Book
	for _, found := range all {
		book.Add(found)
	}
	book.Check()
	book.Sort()
	for i := range book.Len() {
		out = append(out, book.Entry(i)...)
	}
	return out
}

// checked reads entries, checks their elements in some order and returns what
// is bad, sorted.
func checked(t *testing.T, seed uint64, entries ...mapping.Entry) (bad []string) {
	t.Helper()
	rules := everything(t)
	delete(rules.Resources, element.Contact)
	delete(rules.Resources, element.Identity)
	var all [][]mapping.Found
	for _, e := range entries {
		all = append(all, rules.Elements(e))
	}
	dice := rand.New(rand.NewPCG(seed, 0))
	dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, f := range inBook(all) {
		if f.Bad != "" {
			bad = append(bad, f.Of.Handle+" "+print(f))
		}
	}
	slices.Sort(bad)
	return bad
}

func TestCheck(t *testing.T) {
	twin := entry(2, "mail=b@d", "mailAlias=c@d")
	twin.Attributes["entryuuid"] = []string{"u1"}
	for _, c := range []struct {
		name    string
		entries []mapping.Entry
		want    []string
	}{
		{"nothing", []mapping.Entry{entry(1, "mail=a@d", "mailAlias=x@d", "otherMailbox=y@d"), entry(2, "mail=b@d", "mailAlias=z@d")}, nil},
		{"one alias of two", []mapping.Entry{entry(1, "mail=a@d", "mailAlias=x@d"), entry(2, "mail=b@d", "mailAlias=x@d")}, nil},
		{"one address of two", []mapping.Entry{entry(1, "mail=a@d"), entry(2, "mail=A@d")}, nil},
		{"an alias that is an address", []mapping.Entry{entry(1, "mail=a@d", "mailAlias=b@D"), entry(2, "mail=B@d")}, []string{
			"corp!u1 aliases/a@d/b@d BAD b@d, which is to be an alias of a@d (uid=u1,dc=example,dc=org), is the address of uid=u2,dc=example,dc=org; take it away from one of them"}},
		{"a loop of two", []mapping.Entry{entry(1, "mail=a@d", "otherMailbox=B@d"), entry(2, "mail=b@d", "otherMailbox=A@d")}, []string{
			"corp!u2 mappings/b@d/A@d BAD mail would go in a circle: b@d -> a@d -> b@d; take one of these away"}},
		{"a loop over an alias", []mapping.Entry{entry(1, "mail=a@d", "mailAlias=x@d", "mailForward=b@d"), entry(2, "mail=b@d", "otherMailbox=x@d")}, []string{
			"corp!u2 mappings/b@d/x@d BAD mail would go in a circle: b@d -> x@d -> a@d -> b@d; take one of these away"}},
		{"a mapping to an own alias", []mapping.Entry{entry(1, "mail=a@d", "mailAlias=x@d", "otherMailbox=x@d")}, []string{
			"corp!u1 mappings/a@d/x@d BAD mail would go in a circle: a@d -> x@d -> a@d; take one of these away"}},
		{"two loops that share", []mapping.Entry{entry(1, "mail=a@d", "otherMailbox=b@d", "otherMailbox=c@d"), entry(2, "mail=b@d", "otherMailbox=a@d"), entry(3, "mail=c@d", "otherMailbox=a@d")}, []string{
			"corp!u2 mappings/b@d/a@d BAD mail would go...", "corp!u3 mappings/c@d/a@d BAD mail would go..."}},
		{"a way beside a loop", []mapping.Entry{entry(1, "mail=a@d", "otherMailbox=b@d", "otherMailbox=z@d"), entry(2, "mail=b@d", "otherMailbox=c@d"), entry(3, "mail=c@d")}, nil},
		{"one id of two", []mapping.Entry{entry(1, "mail=a@d", "mailAlias=x@d"), twin}, []string{
			"corp!!uid=u2,dc=example,dc=org aliases/b@d/c@d BAD uid=u1,dc=example,dc=org bears the same id...",
			"corp!!uid=u2,dc=example,dc=org users/b@d BAD uid=u1,dc=example,dc=org bears the same id...",
			"corp!u1 aliases/a@d/x@d BAD uid=u2,dc=example,dc=org bears the same id...",
			"corp!u1 users/a@d BAD uid=u2,dc=example,dc=org bears the same id..."}},
	} {
		for seed := range uint64(20) {
			got := checked(t, seed, c.entries...)
			if !slices.EqualFunc(got, c.want, func(line, want string) bool {
				begin, open := strings.CutSuffix(want, "...")
				return line == want || open && strings.HasPrefix(line, begin)
			}) {
				t.Errorf("%s (seed %d):\n\t%s\nwant\n\t%s", c.name, seed, strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
				break
			}
		}
	}
}

// TestNoLoopIsLeft: in any directory, what is not marked leads nowhere twice.
func TestNoLoopIsLeft(t *testing.T) {
	for seed := range uint64(300) {
		dice := rand.New(rand.NewPCG(seed, 1))
		n := 2 + dice.IntN(8)
		var all [][]mapping.Found
		for i := range n {
			e := entry(i, fmt.Sprintf("mail=u%d@d", i))
			for range dice.IntN(3) {
				e.Attributes["othermailbox"] = append(e.Attributes["othermailbox"], fmt.Sprintf("u%d@d", dice.IntN(n+2)))
			}
			all = append(all, everything(t).Elements(e))
		}
		next, bad := map[string][]string{}, 0
		for _, f := range inBook(all) {
			if f.Bad != "" {
				bad++
			} else if f.Resource == element.Mapping {
				next[f.Of.Owner] = append(next[f.Of.Owner], f.Name)
			}
		}
		state := map[string]int{}
		var walk func(string) bool
		walk = func(at string) bool {
			if state[at] != 0 {
				return state[at] == 1
			}
			state[at] = 1
			loops := slices.ContainsFunc(next[at], walk)
			state[at] = 2
			return loops
		}
		for i := range n {
			if walk(fmt.Sprintf("u%d@d", i)) {
				t.Fatalf("seed %d: a loop is left through u%d; %d were marked", seed, i, bad)
			}
		}
	}
}

// TestLongChain: a chain of forwards takes time in proportion to its length.
func TestLongChain(t *testing.T) {
	rules := mapping.Rules{Mail: parse(t, "mail"), ID: parse(t, "entryUUID"), Resources: map[element.Resource]mapping.Resource{element.Mapping: {Values: parse(t, "otherMailbox")}}}
	const n = 20_000
	var all [][]mapping.Found
	for i := range n {
		all = append(all, rules.Elements(entry(i, fmt.Sprintf("mail=u%d@d", i), fmt.Sprintf("otherMailbox=u%d@d", i+1))))
	}
	all = append(all, rules.Elements(entry(n, fmt.Sprintf("mail=u%d@d", n))))
	for _, f := range inBook(all) {
		if f.Bad != "" {
			t.Fatal(f.Bad)
		}
	}
}
