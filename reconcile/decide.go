package reconcile

// Drift is what became of one side of a row since both sides agreed.
type Drift uint8

const (
	Same  Drift = iota // the body is as agreed
	Moved              // a new or edited body
	Gone               // the item is not there
)

// Verdict is what the table says about a body.
type Verdict uint8

const (
	Nothing     Verdict = iota
	CopyToRight         // left to right
	CopyToLeft          // right to left
	DeleteRight
	DeleteLeft
	Both   // both moved: equal Sums are adopted, else merged, else a conflict
	Forget // both gone: the row goes
)

// Decide is the whole product in nine cells:
//
//	left \ right | same          | moved         | gone
//	same         | nothing       | copy to left  | delete left
//	moved        | copy to right | both          | copy to right
//	gone         | delete right  | copy to left  | forget
//
// An edit of a body beats a deletion; marks and places do not.
func Decide(left, right Drift) Verdict {
	return [3][3]Verdict{
		Same:  {Same: Nothing, Moved: CopyToLeft, Gone: DeleteLeft},
		Moved: {Same: CopyToRight, Moved: Both, Gone: CopyToRight},
		Gone:  {Same: DeleteRight, Moved: CopyToLeft, Gone: Forget},
	}[left][right]
}
