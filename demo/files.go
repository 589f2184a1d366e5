package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"net/mail"
	"strings"
)

// old holds letters as programs of their time wrote them: in ISO-2022-JP,
// KOI8-R, Windows-1252, GB18030 and ISO-8859-8. Their lines end in LF.
//
//go:embed letters/*.eml
var old embed.FS

// files reads the letters that are files, by name.
func files() ([]message, error) {
	names, err := fs.Glob(old, "letters/*.eml")
	if err != nil {
		return nil, err
	}
	var out []message
	for _, name := range names {
		body, err := old.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m, err := mail.ReadMessage(strings.NewReader(string(body)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		at, err := m.Header.Date()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, message{
			name: strings.Trim(m.Header.Get("Message-ID"), "<>"), folder: inbox, marks: []string{`\Seen`}, at: at, body: crlf(body),
		})
	}
	return out, nil
}
