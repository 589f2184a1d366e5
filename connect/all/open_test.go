package all

import (
	"os"
	"path/filepath"
	"testing"

	"lockstep/config"
	"lockstep/core"
)

func end(path, collection string) config.End {
	return config.End{Account: &config.Account{Address: config.Address{Type: config.Maildir, Path: path}}, Collection: collection}
}

// TestVacancy: what is not there is an error, is made, or is pretended to be
// there without making anything.
func TestVacancy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new")
	if !Vacant(end(path, "")) {
		t.Error("what is not there is not vacant")
	}
	if _, _, err := Open(t.Context(), end(path, ""), Options{Kind: core.Mail}); core.ClassOf(err) != core.Permanent {
		t.Errorf("what is not there opens: %v", err)
	}
	pretended, traits, err := Open(t.Context(), end(path, ""), Options{Kind: core.Mail, Vacancy: Pretend})
	if err != nil {
		t.Fatal(err)
	}
	if _, can := pretended.(core.Tree); !can || traits.Digest == nil || !traits.Immutable || traits.DeleteMark != core.Deleted {
		t.Error("the pretended one is less than a real one")
	}
	elsewhere := pretended.(scratch).dir
	survey, err := pretended.Collections(t.Context())
	if err != nil || len(survey.Collections) != 1 || survey.Collections[0].Path != "INBOX" {
		t.Errorf("%+v, %v", survey, err)
	}
	if err := pretended.Close(); err != nil {
		t.Error(err)
	}
	for _, gone := range []string{path, elsewhere} {
		if _, err := os.Stat(gone); !os.IsNotExist(err) {
			t.Errorf("%s is there: %v", gone, err)
		}
	}
	for range 2 { // to make what is there already is to open it
		made, _, err := Open(t.Context(), end(path, ""), Options{Kind: core.Mail, Vacancy: Make})
		if err != nil {
			t.Fatal(err)
		}
		if err := made.Close(); err != nil || Vacant(end(path, "")) {
			t.Errorf("it was not made: %v", err)
		}
	}
}

// TestSomebodysFolder: a folder with other things in it is not vacant.
func TestSomebodysFolder(t *testing.T) {
	dir := t.TempDir()
	if !Vacant(end(dir, "")) {
		t.Error("an empty folder is not vacant")
	}
	if err := os.WriteFile(filepath.Join(dir, "letter"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(t.Context(), end(dir, ""), Options{Kind: core.Mail, Vacancy: Make}); err == nil || Vacant(end(dir, "")) {
		t.Error("a Maildir was made in somebody's folder")
	}
}

// TestOneCollection: the messages of an end that names one collection lie
// directly in its path.
func TestOneCollection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "go")
	r, _, err := Open(t.Context(), end(path, "Lists/go"), Options{Kind: core.Mail, Vacancy: Make})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	survey, err := r.Collections(t.Context())
	if err != nil || len(survey.Collections) != 1 || survey.Collections[0].Path != "Lists/go" {
		t.Errorf("%+v, %v", survey, err)
	}
}

func TestNoConnector(t *testing.T) {
	server := config.End{Account: &config.Account{Address: config.Address{Type: "gopher", Host: "localhost", Port: 70, User: "me"}}}
	if _, _, err := Open(t.Context(), server, Options{Kind: core.Mail}); err == nil {
		t.Error("there is a connector for gopher")
	}
	if _, err := TraitsOf("holes"); err == nil {
		t.Error("there are traits of holes")
	}
	if Vacant(server) {
		t.Error("a server is vacant")
	}
}
