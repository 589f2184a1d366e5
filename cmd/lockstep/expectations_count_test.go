package main

import "testing"

// elsewhere are the expectations that no script plays.
type elsewhere struct {
	from, to int
	reason   string
}

// notPlayed is about how the other program is made inside (what it lists before
// it deletes, what it reads of one person, what it returns), and about what it
// does wrong; the reason then says what is done here.
func notPlayed() []elsewhere {
	return []elsewhere{
		{5, 5, "says what a server without aliases answers: the contract of peers/webadmind holds that"},
		{6, 9, "which people an alias list names before deletions; here one list serves all (connect/james, listing_test.go)"},
		{10, 11, "reading one unknown person gives nothing; here nobody is read singly, and what is absent is created (018)"},
		{12, 14, "the fields of its record of one person; 025 and 026 show that what stands is read in full"},
		{22, 22, "wrong: a change without values is refused and the aliases stay; here no value in the directory means none (023)"},
		{24, 24, "wrong: whoever has no alias yet gets none by an update; here what is missing is made (018, 025)"},
		{30, 33, "which accounts it lists before deletions; here one list serves all (connect/james, listing_test.go)"},
		{35, 35, "wrong: to make an account that is there fails; here it is adopted, with its password (040)"},
		{41, 41, "wrong: another address is ignored and the account keeps its name; here it is renamed (TestDirectoryRename)"},
		{43, 43, "wrong: another address is ignored and no account is made; here the old one is renamed (TestDirectoryRename)"},
		{44, 45, "whether its record of one person is empty; 034 and 040 show what either leads to"},
		{46, 46, "says what a server without contacts answers: testdata/fake of peers/webadmind has that"},
		{47, 49, "which contacts it lists before deletions; here one list serves all (connect/james, listing_test.go)"},
		{56, 56, "wrong: a contact whose names are all gone is refused and keeps them; here they are cleared (057)"},
		{64, 69, "the fields of its record of one contact; 057 to 059 show that what stands is read in full"},
		{70, 70, "says what a server without mappings answers: the contract of peers/webadmind holds that"},
		{71, 73, "which accounts it lists before deletions; here one list serves all (connect/james, listing_test.go)"},
		{74, 79, "the fields of its record of one person; 086 and 087 show that what stands is read in full"},
		{81, 81, "wrong: a change without values is refused and the mappings stay; here no value means none (082)"},
		{91, 91, "the error of a server without a default identity: the contract of peers/webadmind holds that"},
		{92, 92, "which accounts it lists before deletions; identities are never deleted here"},
		{93, 96, "whether its record of one identity is empty; 104 and 105 show what either leads to"},
		{107, 107, "says what a server without forwards answers: the contract of peers/webadmind holds that"},
		{108, 111, "which people it lists before deletions; here one list serves all (connect/james, listing_test.go)"},
		{112, 116, "the fields of its record of one person; 129 and 132 show that what stands is read in full"},
		{126, 126, "the value that a change without forwards returns; what it leaves on the server is 127"},
		{128, 128, "wrong: whoever has no forward yet gets none by an update; here what is missing is made (120)"},
		{136, 138, "which accounts it lists before deletions; here one list serves all (connect/james, listing_test.go)"},
		{139, 142, "whether its record of one person is empty, and its name; 145 and 146 show what either leads to"},
		{143, 144, "the text of a quota in its record; 149, 172 and 173 show that limits and none are read"},
	}
}

// lastExpectation is the number of them.
const lastExpectation = 174

// TestExpectationsAreComplete: each is either played or said to be elsewhere,
// with the reason.
func TestExpectationsAreComplete(t *testing.T) {
	played, told := map[int]bool{}, map[int]int{}
	for _, e := range readExpectations(t) {
		for _, n := range e.numbers {
			played[n] = true
		}
	}
	for _, e := range notPlayed() {
		if e.reason == "" || e.from > e.to {
			t.Errorf("%d to %d: no reason", e.from, e.to)
		}
		for n := e.from; n <= e.to; n++ {
			told[n]++
		}
	}
	for n := 1; n <= lastExpectation; n++ {
		switch {
		case played[n] && told[n] > 0:
			t.Errorf("%d is played, and said to be elsewhere", n)
		case !played[n] && told[n] != 1:
			t.Errorf("%d is neither played nor said to be elsewhere just once (%d)", n, told[n])
		}
		delete(played, n)
		delete(told, n)
	}
	if len(played)+len(told) > 0 {
		t.Errorf("there is no %v %v", played, told)
	}
}
