package demo

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// keywords of a folder: the first one is letter a in file names, as Dovecot
// keeps them in its file dovecot-keywords.
func (l *localMail) keywords(f folder) ([]string, error) {
	text, err := os.ReadFile(l.keywordsFile(f))
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		var n int
		var name string
		if _, err := fmt.Sscanf(line, "%d %s\n", &n, &name); err != nil || n != len(out) {
			return nil, fmt.Errorf("%s: %q is not the line of keyword %d", l.keywordsFile(f), line, len(out))
		}
		out = append(out, name)
	}
	return out, nil
}

func (l *localMail) keywordsFile(f folder) string {
	return filepath.Join(l.root, f.dir, "dovecot-keywords")
}

// systemLetters of flags in file names.
func systemLetters() map[byte]string {
	return map[byte]string{'D': `\Draft`, 'F': `\Flagged`, 'P': "$Forwarded", 'R': `\Answered`, 'S': `\Seen`, 'T': `\Deleted`}
}

// letters writes marks as the end of a file name; new keywords get a letter.
func (l *localMail) letters(f folder, marks []string) (string, error) {
	keywords, err := l.keywords(f)
	if err != nil {
		return "", err
	}
	known := len(keywords)
	all := systemLetters()
	for _, m := range marks {
		if !slices.Contains(slices.Collect(maps.Values(all)), m) && !slices.Contains(keywords, m) {
			keywords = append(keywords, m)
		}
	}
	var file strings.Builder
	for n, name := range keywords {
		all['a'+byte(n)] = name
		fmt.Fprintf(&file, "%d %s\n", n, name)
	}
	if len(keywords) > known {
		if err := os.WriteFile(l.keywordsFile(f), []byte(file.String()), 0o600); err != nil {
			return "", err
		}
	}
	var out []byte
	for letter, mark := range all {
		if slices.Contains(marks, mark) {
			out = append(out, letter)
		}
	}
	slices.Sort(out)
	return string(out), nil
}

// marks reads the end of a file name.
func (l *localMail) marks(f folder, path string) ([]string, error) {
	keywords, err := l.keywords(f)
	if err != nil {
		return nil, err
	}
	_, letters, _ := strings.Cut(filepath.Base(path), ":2,")
	var out []string
	for _, c := range []byte(letters) {
		mark := systemLetters()[c]
		if n := int(c) - 'a'; n >= 0 && n < len(keywords) {
			mark = keywords[n]
		}
		if mark == "" {
			return nil, fmt.Errorf("%s: nothing is known of letter %c", path, c)
		}
		out = append(out, mark)
	}
	return out, nil
}
