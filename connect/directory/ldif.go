package directory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	goldap "github.com/go-ldap/ldap/v3"

	"lockstep/core"
	"lockstep/format/ldif"
	"lockstep/internal/mapping"
	"lockstep/protocol/ldap"
)

// LDIFConfig names a file and what of it counts.
type LDIFConfig struct {
	// Name of the source.
	Name string
	Path string
	// Base DN at or below which entries count; "" = all of the file.
	Base  string
	Scope ldap.Scope
	// Filter of entries; the zero Filter takes all.
	Filter mapping.Filter
}

// LDIF is a directory in a file (package ldif): a dump. What a search does is
// done here. The file must be whole: one that is cut off between two records
// cannot be told from one that is not, so write it under another name and
// rename it.
type LDIF struct {
	config LDIFConfig
	base   *goldap.DN
}

var _ Source = (*LDIF)(nil)

// NewLDIF checks a configuration; it does no I/O.
func NewLDIF(config LDIFConfig) (*LDIF, error) {
	s := &LDIF{config: config}
	if err := ldap.CheckDN(config.Base); err != nil {
		return nil, refused("directory.ldif", config.Name, "", "the base: %w", err)
	}
	s.base, _ = goldap.ParseDN(config.Base)
	if err := config.Filter.Local(); err != nil {
		return nil, refused("directory.ldif", config.Name, "a file needs a filter without it", "the filter: %w", err)
	}
	return s, nil
}

// Name implements Source.
func (s *LDIF) Name() string { return s.config.Name }

// Close implements Source.
func (s *LDIF) Close() error { return nil }

// Read implements Source. A record that is bad is left out with an error of
// class Permanent, that names its line, and the rest goes on.
func (s *LDIF) Read(ctx context.Context, attributes []string) iter.Seq2[mapping.Entry, error] {
	return func(yield func(mapping.Entry, error) bool) {
		err := s.read(ctx, attributes, yield)
		if err != nil && !errors.Is(err, errLeft{}) {
			yield(mapping.Entry{}, failure("directory.ldif", s.config.Path, err))
		}
	}
}

// errLeft: whoever reads has seen enough.
type errLeft struct{}

func (errLeft) Error() string { return "the rest is not wanted" }

func (s *LDIF) read(ctx context.Context, attributes []string, yield func(mapping.Entry, error) bool) error {
	file, err := os.Open(s.config.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	before, err := file.Stat()
	if err != nil {
		return err
	}
	if !before.Mode().IsRegular() {
		return refused("directory.ldif", s.config.Path, "name a file", "it is no file (%s)", before.Mode().Type())
	}
	wanted := map[string]bool{}
	for _, name := range slices.Concat(attributes, s.config.Filter.Attributes()) {
		wanted[name] = true
	}
	records, inBase := 0, 0
	for record, err := range ldif.Read(stopping{ctx, file}) {
		var bad *ldif.Error
		if err != nil && !errors.As(err, &bad) {
			return err
		}
		if bad != nil {
			if !yield(mapping.Entry{}, s.wrong(bad.Line, bad.Remedy, bad.Text)) {
				return errLeft{}
			}
			continue
		}
		records++
		within, err := s.within(record.DN)
		if err != nil {
			if !yield(mapping.Entry{}, s.wrong(record.Line, "write it as in uid=ann,ou=people,dc=example,dc=com", err.Error())) {
				return errLeft{}
			}
			continue
		}
		if !within {
			continue
		}
		inBase++
		e := s.entry(record, wanted)
		if s.config.Filter.Matches(e) && !yield(e, nil) {
			return errLeft{}
		}
	}
	if records > 0 && inBase == 0 {
		return refused("directory.ldif", s.config.Path, "check the base", "none of its %s is at or below %s", counted(records, "record", "records"), s.config.Base)
	}
	return s.settled(file, before)
}

func (s *LDIF) wrong(line int, remedy, text string) error {
	return &core.Error{Op: "directory.ldif", Class: core.Permanent, Thing: s.place(line), Remedy: remedy, Err: errors.New(text)}
}

func (s *LDIF) place(line int) string { return fmt.Sprintf("%s:%d", s.config.Path, line) }

// settled tells whether the file is still the one that was read.
func (s *LDIF) settled(file *os.File, before os.FileInfo) error {
	after, err := file.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(s.config.Path)
	if err != nil {
		return err
	}
	if after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) || !os.SameFile(after, named) {
		return errChanged{}
	}
	return nil
}

// within tells whether an entry is in the base and scope.
func (s *LDIF) within(dn string) (bool, error) {
	if len(s.base.RDNs) == 0 && (s.config.Scope == ldap.Sub || s.config.Scope == "") {
		return true, nil
	}
	name, err := goldap.ParseDN(dn)
	if err != nil {
		return false, fmt.Errorf("%q is no distinguished name", legible(dn))
	}
	switch s.config.Scope {
	case ldap.Base:
		return s.base.EqualFold(name), nil
	case ldap.One:
		return s.base.AncestorOfFold(name) && len(name.RDNs) == len(s.base.RDNs)+1, nil
	}
	return s.base.EqualFold(name) || s.base.AncestorOfFold(name), nil
}

// entry keeps what is asked for, under the names that package ldap gives:
// in lower case, without the option "binary", the other options sorted.
func (s *LDIF) entry(record ldif.Record, wanted map[string]bool) mapping.Entry {
	e := mapping.Entry{Source: s.config.Name, DN: record.DN, Where: s.place(record.Line), Attributes: map[string][]string{}}
	for _, a := range record.Attributes {
		name := strings.ToLower(a.Name)
		if base, options, has := strings.Cut(name, ";"); has {
			list := slices.DeleteFunc(strings.Split(options, ";"), func(o string) bool { return o == "binary" })
			slices.Sort(list)
			name = strings.Join(append([]string{base}, list...), ";")
		}
		if wanted[name] {
			e.Attributes[name] = append(e.Attributes[name], a.Value)
		}
	}
	return e
}

// stopping is a reader that ends with its context.
type stopping struct {
	ctx context.Context
	io.Reader
}

func (s stopping) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.Reader.Read(b)
}

// Probe implements Source.
func (s *LDIF) Probe(context.Context) ([]core.Finding, error) {
	seen, err := os.Stat(s.config.Path)
	if err != nil {
		return nil, failure("directory.ldif", s.config.Path, err)
	}
	return []core.Finding{{Name: "file", Value: fmt.Sprintf("%s, %d bytes, written %s", s.config.Path, seen.Size(), seen.ModTime().UTC().Format("2006-01-02 15:04:05 UTC"))}}, nil
}
