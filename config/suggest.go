package config

import "strings"

// Suggest returns the choice that a mistyped or shortened word most likely
// meant, or "". Of equally near choices the first counts.
func Suggest(word string, choices []string) string {
	best, near := "", max(1, len(word)/3)
	for _, choice := range choices {
		if d := distance(strings.ToLower(word), strings.ToLower(choice)); d <= near && d < len(choice) {
			best, near = choice, d-1
		}
	}
	for _, choice := range choices {
		if best == "" && len(word) > 2 && strings.HasPrefix(choice, strings.ToLower(word)) {
			best = choice
		}
	}
	return best
}

// didYouMean is a remedy from a suggestion, else the list of all choices.
func didYouMean(word string, choices []string) string {
	if s := Suggest(word, choices); s != "" {
		return "did you mean " + quote(s) + "?"
	}
	if len(choices) == 0 {
		return ""
	}
	return "known: " + strings.Join(choices, ", ")
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour to make b of a.
func distance(a, b string) int {
	before, last, now := []int(nil), []int(nil), make([]int, len(b)+1)
	for j := range now {
		now[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, now = last, now, make([]int, len(b)+1)
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
	}
	return now[len(b)]
}
