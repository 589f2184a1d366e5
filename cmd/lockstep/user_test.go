package main

import (
	"slices"
	"strings"
	"testing"

	"lockstep/core"
)

// user is a mail program that edits one side. What it does to a place that it
// listed may fail if somebody else was there first; it then says false.
type user interface {
	// list tells what is where, in order.
	list(t *testing.T) []place
	// add delivers a message, whose lines end with LF.
	add(t *testing.T, folder string, body []byte, marks core.Marks)
	remove(t *testing.T, p place) bool
	move(t *testing.T, p place, folder string) bool
	duplicate(t *testing.T, p place, folder string) bool
	// mark adds marks or removes them.
	mark(t *testing.T, p place, add bool, marks core.Marks) bool
	// folders that are there, in no order.
	folders(t *testing.T) []string
	makeFolder(t *testing.T, folder string)
	renameFolder(t *testing.T, from, to string)
	// settle waits until what a killed program has left behind is over.
	settle(t *testing.T)
}

// place is one copy of a message: sum tells which message, handle finds it.
type place struct {
	folder string
	sum    core.Sum
	marks  core.Marks
	handle string
}

// folders that the users begin with, by the names of IMAP.
func folders() []string { return []string{"INBOX", "Work", "Lists/go"} }

// keywords that the users set, apart from the system flags and $Forwarded.
func keywords() []string { return []string{"work", "later", "$MDNSent"} }

// marks that the users set.
func allMarks() []string {
	return append([]string{core.Seen, core.Answered, core.Flagged, core.Forwarded}, keywords()...)
}

func sortPlaces(all []place) {
	slices.SortFunc(all, func(a, b place) int {
		if n := slices.Index(folders(), a.folder) - slices.Index(folders(), b.folder); n != 0 {
			return n
		}
		if n := strings.Compare(a.folder, b.folder); n != 0 {
			return n
		}
		if len(a.handle) != len(b.handle) { // UIDs
			return len(a.handle) - len(b.handle)
		}
		if a.handle < b.handle {
			return -1
		}
		return 1
	})
}
