package maildir

import (
	"io/fs"
	"os"
	"time"

	"lockstep/core"
	"lockstep/internal/nofollow"
)

// folder is an open folder with the names of its messages.
type folder struct {
	place *place
	dir   *os.Root
	// parts are the directories cur, new and tmp; tmp is opened by the first
	// delivery.
	parts [3]*part
	// index is the names as last read, sorted; loaded tells that it was read.
	index  []entry
	loaded bool
	// young: the directories had just changed when the index was read, so
	// that their times cannot prove that it is still true.
	young   bool
	changed [2]time.Time
	// names of keywords as last read, and the file that they stood in.
	names struct {
		keywords
		bad  []badLine
		seen fs.FileInfo
	}
}

// part is one directory of a folder: as a root for files, and open for renames
// and for reading its names.
type part struct {
	root *os.Root
	file *os.File
}

// Subdirectories of a folder, in the order of preference for one file with
// two names.
type sub uint8

const (
	inCur sub = iota
	inNew
	inTmp
)

func (s sub) String() string { return [...]string{"cur", "new", "tmp"}[s] }

// openFolder opens a folder's directories without following a link.
func openFolder(root *os.Root, p *place) (*folder, error) {
	dir, err := enterAll(root, p.dir)
	if err != nil {
		return nil, err
	}
	f := &folder{place: p, dir: dir}
	for _, in := range []sub{inCur, inNew} {
		if f.parts[in], err = openPart(dir, in); err != nil {
			f.close()
			return nil, err
		}
	}
	return f, nil
}

func openPart(dir *os.Root, in sub) (*part, error) {
	root, err := nofollow.Enter(dir, in.String())
	if err != nil {
		return nil, err
	}
	file, err := root.Open(".")
	if err != nil {
		root.Close()
		return nil, err
	}
	return &part{root: root, file: file}, nil
}

func (f *folder) close() {
	f.dir.Close()
	for _, p := range f.parts {
		if p != nil {
			p.file.Close()
			p.root.Close()
		}
	}
}

// tmp opens the directory for deliveries; programs that find it empty may have
// removed it.
func (f *folder) tmp() (*part, error) {
	if f.parts[inTmp] == nil {
		if err := nofollow.MakeDir(f.dir, inTmp.String()); err != nil {
			return nil, err
		}
		p, err := openPart(f.dir, inTmp)
		if err != nil {
			return nil, err
		}
		f.parts[inTmp] = p
	}
	return f.parts[inTmp], nil
}

// ref of an item of the folder.
func (f *folder) ref(id core.ID) core.Ref { return core.Ref{Collection: f.place.id, ID: id} }
