package config

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// value is a TOML value and the line it stands on.
type value struct {
	line int
	// sort of value in words, for errors.
	sort string
	// data is a string, int64, bool, []value or *table. A fraction, date or
	// time stays the text it was written as.
	data any
}

const (
	sortText   = "a string"
	sortNumber = "a whole number"
	sortBool   = "true or false"
	sortList   = "a list"
	sortTable  = "a table"
	sortDate   = "a date"
	sortOther  = "a fraction or a time"
)

// table is a TOML table with its keys in the order of the file.
type table struct {
	line   int
	names  []string
	values map[string]value
}

func newTable(line int) *table { return &table{line: line, values: map[string]value{}} }

func (t *table) set(name string, v value) {
	if _, there := t.values[name]; !there {
		t.names = append(t.names, name)
	}
	t.values[name] = v
}

// parseDocument reads TOML. Only the first error of syntax is found.
func parseDocument(file string, text []byte) (*table, Problems) {
	text = []byte(strings.TrimPrefix(string(text), "\ufeff"))
	var all map[string]any
	if err := toml.Unmarshal(text, &all); err != nil {
		at := Problem{File: file, Text: strings.TrimPrefix(err.Error(), "toml: ")}
		var wrong *toml.DecodeError
		if errors.As(err, &wrong) {
			at.Line, _ = wrong.Position()
		}
		return nil, Problems{at}
	}
	// The text is known to be valid now; a second walk notes the lines.
	root := newTable(1)
	into := root
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			into = openTable(&p, root, e)
		case unstable.KeyValue:
			setKey(&p, into, e)
		}
	}
	return root, nil
}

// openTable follows a [header], or a [[header]], to its table.
func openTable(p *unstable.Parser, at *table, e *unstable.Node) *table {
	for it := e.Key(); it.Next(); {
		key := it.Node()
		name, line := string(key.Data), p.Shape(key.Raw).Start.Line
		if last := it.IsLast(); last && e.Kind == unstable.ArrayTable {
			v := at.values[name]
			list, _ := v.data.([]value)
			next := newTable(line)
			if len(list) == 0 {
				v.line = line
			}
			at.set(name, value{line: v.line, sort: sortList, data: append(list, value{line: line, sort: sortTable, data: next})})
			at = next
		} else {
			at = at.open(name, line)
			if last {
				at.line = line
			}
		}
	}
	return at
}

// open returns the table of a name, made if need be.
func (t *table) open(name string, line int) *table {
	switch data := t.values[name].data.(type) {
	case *table:
		return data
	case []value:
		if last, ok := data[len(data)-1].data.(*table); ok {
			return last
		}
	}
	made := newTable(line)
	t.set(name, value{line: line, sort: sortTable, data: made})
	return made
}

// setKey takes key = value, where the key may be dotted.
func setKey(p *unstable.Parser, at *table, e *unstable.Node) {
	for it := e.Key(); it.Next(); {
		key := it.Node()
		line := p.Shape(key.Raw).Start.Line
		if it.IsLast() {
			at.set(string(key.Data), valueOf(p, e.Value(), line))
			return
		}
		at = at.open(string(key.Data), line)
	}
}

func valueOf(p *unstable.Parser, n *unstable.Node, line int) value {
	if n.Raw.Length > 0 {
		line = p.Shape(n.Raw).Start.Line
	}
	v := value{line: line, sort: sortOther, data: string(n.Data)}
	switch n.Kind {
	case unstable.String:
		v.sort = sortText
	case unstable.LocalDate:
		v.sort = sortDate
	case unstable.Integer:
		number, _ := strconv.ParseInt(v.data.(string), 0, 64) // valid, as toml read it
		v.sort, v.data = sortNumber, number
	case unstable.Bool:
		v.sort, v.data = sortBool, v.data == "true"
	case unstable.Array:
		list := []value{}
		for it := n.Children(); it.Next(); {
			list = append(list, valueOf(p, it.Node(), line))
		}
		v.sort, v.data = sortList, list
	case unstable.InlineTable:
		inner := newTable(line)
		for it := n.Children(); it.Next(); {
			setKey(p, inner, it.Node())
		}
		v.sort, v.data = sortTable, inner
	}
	return v
}
