package core

// Side is one of the two ends of a link.
type Side int

const (
	Left  Side = 0
	Right Side = 1
)

// Sides returns both sides, left first.
func Sides() [2]Side { return [2]Side{Left, Right} }

// Other returns the opposite side.
func (s Side) Other() Side { return 1 - s }

func (s Side) String() string {
	if s == Left {
		return "left"
	}
	return "right"
}
