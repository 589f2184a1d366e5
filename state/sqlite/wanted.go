package sqlite

import (
	"strings"

	"lockstep/core"
)

// Thousands of handles are looked up with few statements: each takes some
// handles as a list of values and goes from there into the index. Lists have
// few lengths, so that few statements are prepared; a short one is filled up
// with what finds nothing.

// lengthFor returns the length of the list for so many handles.
func lengthFor(handles int) int {
	for _, n := range []int{1, 16} {
		if handles <= n {
			return n
		}
	}
	return 256
}

// list returns n groups of placeholders, to stand in a FROM; its columns are
// column1 and so on.
func list(group string, n int) string {
	return "(VALUES " + strings.Repeat(group+",", n-1) + group + ") AS want"
}

// noCollection has no rows and no observations.
const noCollection = int64(-1)

// refValues takes the first handles for a list of values and returns the rest
// of them. A collection without a number has nothing.
func (s *Store) refValues(refs []core.Ref) (values []any, length int, rest []core.Ref) {
	length = lengthFor(len(refs))
	now := refs[:min(length, len(refs))]
	values = make([]any, 0, 2*length)
	for _, ref := range now {
		n, ok := s.numbers[ref.Collection]
		if !ok {
			n = noCollection
		}
		values = append(values, n, string(ref.ID))
	}
	for len(values) < 2*length {
		values = append(values, noCollection, "")
	}
	return values, length, refs[len(now):]
}

// numberValues is refValues for rows by number; rows have numbers above zero.
func numberValues(numbers []int64) (values []any, length int, rest []int64) {
	length = lengthFor(len(numbers))
	now := numbers[:min(length, len(numbers))]
	values = make([]any, 0, length)
	for _, n := range now {
		values = append(values, n)
	}
	for len(values) < length {
		values = append(values, noCollection)
	}
	return values, length, numbers[len(now):]
}
