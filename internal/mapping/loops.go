package mapping

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"
	"strings"

	"lockstep/format/element"
)

// edge says that mail to one address goes to another: the nth element of an
// entry does that.
type edge struct {
	from, to string
	entry, n int
}

// checkLoops marks the elements that close a loop, in which mail would never
// arrive: of the aliases, mappings and forwards in the order of their Keys, each
// that leads back to where it comes from by those before it.
func (b *Book) checkLoops() {
	edges := inLoops(b.edges())
	found := func(e edge) Found { return b.Entry(e.entry)[e.n] }
	slices.SortFunc(edges, func(x, y edge) int {
		a, b := found(x), found(y)
		return cmp.Or(strings.Compare(string(a.Key()), string(b.Key())), strings.Compare(a.Of.Handle, b.Of.Handle))
	})
	next := map[string][]string{}
	for _, e := range edges {
		if back := path(next, e.to, e.from); back != nil {
			b.change(e.entry, func(all []Found) {
				all[e.n].Mark(fmt.Sprintf("mail would go in a circle: %s; take one of these away", strings.Join(append([]string{e.from}, back...), " -> ")))
			})
			continue
		}
		next[e.from] = append(next[e.from], e.to)
	}
}

// edges lists where mail goes: from an alias to its owner, from an owner to
// its mappings and forwards. A local copy leads nowhere.
func (b *Book) edges() iter.Seq[edge] {
	return func(yield func(edge) bool) {
		for i := range b.Len() {
			for n, f := range b.Entry(i) {
				more := true
				switch {
				case f.Bad != "" || f.Out:
				case f.Resource == element.Alias:
					more = yield(edge{f.Name, f.Of.Owner, i, n})
				case f.Resource == element.Mapping || f.Resource == element.Forward:
					if to := strings.ToLower(f.Name); to != f.Of.Owner {
						more = yield(edge{f.Of.Owner, to, i, n})
					}
				}
				if !more {
					return
				}
			}
		}
	}
}

// inLoops leaves the edges that may be part of a loop: step by step those are
// dropped that come from where no mail comes to, or lead to where none leaves.
// In a directory without loops none is left. It takes time in proportion to
// their number.
func inLoops(all iter.Seq[edge]) []edge {
	in, out := map[string][]int{}, map[string][]int{}
	edges := passing(all)
	for i, e := range edges {
		out[e.from], in[e.to] = append(out[e.from], i), append(in[e.to], i)
	}
	comes, leaves := map[string]int{}, map[string]int{}
	var ends []string
	for i := range edges {
		for _, address := range []string{edges[i].from, edges[i].to} {
			comes[address], leaves[address] = len(in[address]), len(out[address])
			ends = append(ends, address)
		}
	}
	dropped := make([]bool, len(edges))
	for ; len(ends) > 0; ends = ends[1:] {
		at := ends[0]
		if comes[at] > 0 && leaves[at] > 0 {
			continue
		}
		for _, i := range slices.Concat(in[at], out[at]) {
			if !dropped[i] {
				dropped[i] = true
				comes[edges[i].to]--
				leaves[edges[i].from]--
				ends = append(ends, edges[i].to, edges[i].from)
			}
		}
		in[at], out[at] = nil, nil
	}
	var rest []edge
	for i, e := range edges {
		if !dropped[i] {
			rest = append(rest, e)
		}
	}
	return rest
}

// passing keeps the edges that do not plainly end: few of a large directory.
// Addresses are told apart by a hash, which keeps an edge too many at worst.
func passing(all iter.Seq[edge]) (edges []edge) {
	seed := maphash.MakeSeed()
	leaves := map[uint64]struct{}{}
	for e := range all {
		leaves[maphash.String(seed, e.from)] = struct{}{}
	}
	for e := range all {
		if _, on := leaves[maphash.String(seed, e.to)]; on {
			edges = append(edges, e)
		}
	}
	return edges
}

// path finds the shortest way from an address to another, both included; nil =
// there is none.
func path(next map[string][]string, from, to string) []string {
	before := map[string]string{from: from}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == to {
			way := []string{at}
			for at != from {
				at = before[at]
				way = append(way, at)
			}
			slices.Reverse(way)
			return way
		}
		for _, n := range next[at] {
			if _, seen := before[n]; !seen {
				before[n] = at
				queue = append(queue, n)
			}
		}
	}
	return nil
}
