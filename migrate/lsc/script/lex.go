package script

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sort of a token.
type sort uint8

const (
	sortEnd sort = iota
	sortName
	sortText
	sortNumber
	sortPattern
	sortMark // an operator or a bracket
)

// token is one word or sign of a script.
type token struct {
	sort sort
	at   int
	// text is the name, the value of a literal, or the sign.
	text string
	// flags of a pattern.
	flags string
	// newline before it: JavaScript may end a statement there.
	newline bool
}

// lexer cuts a script into tokens.
type lexer struct {
	text   string
	next   int
	groovy bool
}

// marks are the signs of more than one letter, the longest first.
func marks() []string {
	return []string{"===", "!==", ">>>", "**=", "...", "==~", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "?:", "=>", "=~", "++", "--", "+=", "-=", "*=", "/=", "%=", "**", "<<", ">>", "->"}
}

// read returns the next token. pattern tells whether a "/" begins a regular
// expression here.
func (l *lexer) read(pattern bool) (token, error) {
	newline, err := l.skip()
	if err != nil {
		return token{}, err
	}
	t := token{at: l.next, newline: newline}
	if l.next >= len(l.text) {
		return t, nil
	}
	rest := l.text[l.next:]
	c, size := utf8.DecodeRuneInString(rest)
	switch {
	case c == '"' || c == '\'':
		t.sort = sortText
		t.text, err = l.literal(byte(c))
	case c >= '0' && c <= '9':
		t.sort, t.text = sortNumber, l.while(func(c rune) bool { return c == '.' || letter(c) || unicode.IsDigit(c) })
	case letter(c):
		t.sort, t.text = sortName, l.while(func(c rune) bool { return letter(c) || unicode.IsDigit(c) })
	case c == '/' && pattern:
		t.sort = sortPattern
		t.text, t.flags, err = l.pattern()
	default:
		t.sort, t.text = sortMark, rest[:size]
		for _, mark := range marks() {
			if strings.HasPrefix(rest, mark) {
				t.text = mark
				break
			}
		}
		l.next += len(t.text)
	}
	return t, err
}

func letter(c rune) bool { return c == '_' || c == '$' || unicode.IsLetter(c) }

// while takes as many letters as fit.
func (l *lexer) while(fits func(rune) bool) string {
	rest := l.text[l.next:]
	end := strings.IndexFunc(rest, func(c rune) bool { return !fits(c) })
	if end < 0 {
		end = len(rest)
	}
	l.next += end
	return rest[:end]
}

// skip passes blanks and comments.
func (l *lexer) skip() (newline bool, err error) {
	for l.next < len(l.text) {
		rest := l.text[l.next:]
		c, size := utf8.DecodeRuneInString(rest)
		switch {
		case c == '\n':
			newline = true
			l.next += size
		case unicode.IsSpace(c) || c == '\ufeff':
			l.next += size
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			l.next += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest, "*/")
			if end < 0 {
				return newline, refuse(l.text, l.next, "end it with */", "a comment has no end")
			}
			newline = newline || strings.Contains(rest[:end], "\n")
			l.next += end + 2
		default:
			return newline, nil
		}
	}
	return newline, nil
}

// literal reads a text between quotes.
func (l *lexer) literal(quote byte) (string, error) {
	start := l.next
	l.next++
	if l.groovy && strings.HasPrefix(l.text[start:], strings.Repeat(string(quote), 3)) {
		return "", refuse(l.text, start, "", "a text in three quotes is not translated")
	}
	var b strings.Builder
	for l.next < len(l.text) {
		c := l.text[l.next]
		switch {
		case c == quote:
			l.next++
			return b.String(), nil
		case c == '\n':
			return "", refuse(l.text, start, "", "a text has no end on its line")
		case c == '$' && l.groovy && quote == '"':
			return "", refuse(l.text, l.next, "join the parts with +", "a value inside a text ($...) is not translated")
		case c == '\\':
			value, err := l.escape()
			if err != nil {
				return "", err
			}
			b.WriteString(value)
		default:
			b.WriteByte(c)
			l.next++
		}
	}
	return "", refuse(l.text, start, "", "a text has no end")
}

// escape reads what stands after a backslash in a text.
func (l *lexer) escape() (string, error) {
	start := l.next
	l.next += 2
	if l.next > len(l.text) {
		return "", refuse(l.text, start, "", "a text has no end")
	}
	digits := 0
	switch c := l.text[start+1]; c {
	case 'n':
		return "\n", nil
	case 't':
		return "\t", nil
	case 'r':
		return "\r", nil
	case '\\', '\'', '"', '/', '$':
		return string(c), nil
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	}
	if digits == 0 || l.next+digits > len(l.text) {
		return "", refuse(l.text, start, "", "a text holds an unknown escape")
	}
	value, err := strconv.ParseUint(l.text[l.next:l.next+digits], 16, 32)
	if err != nil || !utf8.ValidRune(rune(value)) {
		return "", refuse(l.text, start, "", "a text holds an unknown escape")
	}
	l.next += digits
	return string(rune(value)), nil
}

// pattern reads /source/flags.
func (l *lexer) pattern() (source, flags string, err error) {
	start, class := l.next, false
	l.next++
	for l.next < len(l.text) && l.text[l.next] != '\n' {
		switch c := l.text[l.next]; {
		case c == '\\':
			l.next++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			source = l.text[start+1 : l.next]
			l.next++
			return source, l.while(letter), nil
		}
		l.next++
	}
	return "", "", refuse(l.text, start, "", "a regular expression has no end")
}
