package script

// node is a piece of a script. at is the byte of the script it begins at.
type node interface{ position() int }

type at int

func (a at) position() int { return int(a) }

type (
	// textNode is 'a literal'.
	textNode struct {
		at
		value string
	}
	// numberNode is a whole number.
	numberNode struct {
		at
		value int64
	}
	// wordNode is true, false, null or undefined.
	wordNode struct {
		at
		word string
	}
	// nameNode is a variable: srcBean, or one of the script.
	nameNode struct {
		at
		name string
	}
	// patternNode is /source/flags.
	patternNode struct {
		at
		source, flags string
	}
	// listNode is [a, b].
	listNode struct {
		at
		items []node
	}
	// memberNode is of.name.
	memberNode struct {
		at
		of   node
		name string
	}
	// indexNode is of[key].
	indexNode struct {
		at
		of, key node
	}
	// callNode is function(arguments).
	callNode struct {
		at
		function  node
		arguments []node
	}
	// unaryNode is !of or -of.
	unaryNode struct {
		at
		operator string
		of       node
	}
	// binaryNode is left operator right; ?: of Groovy is one.
	binaryNode struct {
		at
		operator    string
		left, right node
	}
	// choiceNode is condition ? yes : no, or an if with both branches.
	choiceNode struct {
		at
		condition, yes, no node
	}
)
