package config

import (
	"path/filepath"
	"strings"
)

// Alone is the path of the one collection that is linked of an end; "" = all are. A
// file of items is one collection: it bears the name after the #, else that of the file.
func (e End) Alone() string {
	if e.Collection != "" || e.Account == nil || !serviceOf(e.Account.Address.Type).bundle {
		return e.Collection
	}
	return collectionOf(e.Account.Address.Path)
}

// collectionOf is the name of a file without its extension, as a path of one level;
// only %2F and %25 of the name are taken for escapes, as lockstep export writes them.
func collectionOf(file string) string {
	base := filepath.Base(file)
	name := strings.TrimLeft(strings.TrimSuffix(base, filepath.Ext(base)), ".") // hidden ones are no collections
	if name == "" {
		name = "items"
	}
	var b strings.Builder
	for i := range len(name) {
		b.WriteByte(name[i])
		if name[i] == '%' && !strings.HasPrefix(name[i:], "%2F") && !strings.HasPrefix(name[i:], "%25") {
			b.WriteString("25")
		}
	}
	return b.String()
}

// FileOf is the name, without its extension, of the file that a collection is exported
// to; a file of this name is the collection again (Alone), but for one that lies in
// another or whose name begins with a dot.
func FileOf(collection string) string {
	name := strings.ReplaceAll(collection, "/", "%2F")
	if strings.HasPrefix(name, ".") {
		name = "_" + name
	}
	return name
}

// Import makes the link of lockstep import: from a file of items to an account or an
// address. The file's name decides what it holds.
func (c *Config) Import(file, to string) (*Link, error) {
	typ := typeOfFile(file)
	if typ == "" {
		return nil, problem("name a .vcf or an .ics, or one of lsc, mbsync and vdirsyncer with the file of its configuration", "%s is neither a .vcf nor an .ics", quote(file))
	}
	if err := printable("name of the file", file); err != nil {
		return nil, err
	}
	from := Address{Type: typ, Path: file}
	if target, err := ParseAddress(to); err == nil && target.Account != "" && target.Collection != "" {
		if account, known := c.Account(target.Account); known {
			if whole, one := (End{Account: account, Collection: target.Collection}).Whole(); whole.Collection == "" {
				from.Collection, to = one, whole.String() // the book has the name of what comes into it
			}
		}
	}
	return c.AdHoc(from.String(), to)
}

// Whole is where to look for the collection that an end names, and its path; "" = all
// that is there. What follows the # of an address says how the items that lie directly
// in a folder are called. An account that is a folder of address books or calendars has
// each of them in a folder of its own, and a # behind its name means one of these.
func (e End) Whole() (End, string) {
	one := e.Alone()
	if a := e.Account; a.Name != "" && a.Address.Type == Vdir && a.Address.Collection == "" {
		e.Collection = ""
	}
	return e, one
}

// typeOfFile tells by its extension what a file holds; "" = neither contacts nor events.
func typeOfFile(file string) Type {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".vcf":
		return VCF
	case ".ics":
		return ICS
	}
	return ""
}
