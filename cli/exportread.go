package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"lockstep/config"
	"lockstep/core"
	"lockstep/format/ical"
)

// export is one reading of a place.
type export struct {
	*app
	end     config.End
	only    string // the path of the one collection; "" = all
	kind    core.Kind
	replica core.Replica
	digest  func(io.Reader) (core.Sum, int64, error)
}

// shelf is one address book or calendar with what it holds.
type shelf struct {
	core.Collection
	items []core.Stub
}

// mostPages of one listing: a feed that repeats itself does not keep us for ever.
const mostPages = 1_000_000

// list lists every collection to its end; an export of a part would be taken for all.
func (e *export) list(ctx context.Context) (all []shelf, err error) {
	survey, err := e.replica.Collections(ctx)
	if err != nil {
		return nil, err
	}
	if !survey.Complete {
		return nil, core.Errorf("export", core.Transient, "%s was not listed to its end, so nothing is written", e.end)
	}
	for _, c := range survey.Collections {
		if e.only == "" || c.Path == e.only {
			all = append(all, shelf{Collection: c})
		}
	}
	if e.only != "" && len(all) == 0 {
		return nil, &core.Error{Op: "export", Class: core.Missing, Thing: e.end.String(), Err: fmt.Errorf("there is no %q", e.only), Remedy: "lockstep doctor tells what is there"}
	}
	slices.SortFunc(all, func(a, b shelf) int { return cmp.Compare(a.Path, b.Path) })
	for i := range all {
		if all[i].items, err = e.itemsOf(ctx, all[i].Collection); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (e *export) itemsOf(ctx context.Context, c core.Collection) ([]core.Stub, error) {
	found := map[core.Ref]core.Stub{}
	since := core.Token("")
	for range mostPages {
		d, err := e.replica.Changes(ctx, c.Feed, since)
		if err != nil {
			return nil, err
		}
		if !d.Full {
			break
		}
		for _, s := range d.Changed {
			if s.Collection == c.ID {
				found[s.Ref] = s
			}
		}
		if since = d.Next; d.More {
			continue
		}
		all := make([]core.Stub, 0, len(found))
		for _, s := range found {
			all = append(all, s)
		}
		slices.SortFunc(all, func(a, b core.Stub) int { return a.Ref.Compare(b.Ref) })
		return all, nil
	}
	return nil, core.Errorf("export", core.Transient, "%s was not listed to its end, so nothing is written", c.Path)
}

// atOnce is how many bodies are in memory at a time; of a calendar all are.
const atOnce = 200

// product of an export that names the program in a calendar.
const product = "-//Lockstep//lockstep//EN"

// write writes all items of some collections, by their Keys, and tells what was left out
// and why. Two collections may have one item: it is written once.
func (e *export) write(ctx context.Context, w io.Writer, shelves []shelf) (n int, leftOut []leftOutJSON, err error) {
	leftOut = []leftOutJSON{}
	paths := map[core.CollectionID]string{}
	var all []core.Stub
	for _, s := range shelves {
		paths[s.ID] = s.Path
		all = append(all, s.items...)
	}
	slices.SortStableFunc(all, func(a, b core.Stub) int { return cmp.Compare(a.Key, b.Key) })
	out := func(stub core.Stub, why string) {
		leftOut = append(leftOut, leftOutJSON{Folder: paths[stub.Collection], Key: string(stub.Key), ID: string(stub.ID), Why: why})
	}
	type bearer struct {
		sum core.Sum
		in  string
	}
	first := map[core.Key]bearer{}
	var events [][]byte
	for chunk := range slices.Chunk(all, atOnce) {
		bodies, err := e.bodies(ctx, chunk, out)
		if err != nil {
			return n, leftOut, err
		}
		for _, stub := range chunk {
			body, read := bodies[stub.Ref]
			if !read {
				continue
			}
			sum, _, err := e.digest(bytes.NewReader(body))
			if err != nil {
				out(stub, core.Reason(err))
				continue
			}
			if was, again := first[stub.Key]; again && stub.Key != "" {
				if was.sum != sum {
					out(stub, fmt.Sprintf("%s: another item of %s has its UID and says something else, and one file holds one of them; export into a folder, FOLDER/, to have both",
						nameOf(stub.Key, stub.ID), was.in))
				}
				continue
			}
			first[stub.Key] = bearer{sum, paths[stub.Collection]}
			n++
			if e.kind == core.Event {
				events = append(events, body)
			} else if _, err := w.Write(withCRLF(body)); err != nil {
				return n, leftOut, err
			}
		}
	}
	if e.kind != core.Event {
		return n, leftOut, nil
	}
	calendar, err := ical.Join(product, events...)
	if err == nil {
		_, err = w.Write(calendar)
	}
	return n, leftOut, err
}

// bodies reads some items. One that is gone meanwhile is left out silently, one that is
// bad is told; anything else ends the export.
func (e *export) bodies(ctx context.Context, stubs []core.Stub, out func(core.Stub, string)) (map[core.Ref][]byte, error) {
	var refs []core.Ref
	by := map[core.Ref]core.Stub{}
	for _, s := range stubs {
		if s.Bad != "" {
			out(s, s.Bad)
			continue
		}
		refs, by[s.Ref] = append(refs, s.Ref), s
	}
	bodies, answered := map[core.Ref][]byte{}, map[core.Ref]bool{}
	for item, err := range e.replica.Fetch(ctx, refs) {
		if err == nil {
			bodies[item.Ref], err = io.ReadAll(item.Body)
			err = errors.Join(err, item.Body.Close())
		}
		answered[item.Ref] = true
		switch {
		case err == nil:
		case core.ClassOf(err) == core.Missing:
		case core.ClassOf(err) == core.Permanent:
			out(by[item.Ref], core.Reason(err))
		default:
			return nil, err
		}
	}
	for _, ref := range refs {
		if !answered[ref] {
			return nil, errors.Join(ctx.Err(), core.Errorf("export", core.Transient, "%s was not read, so nothing is written", nameOf(by[ref].Key, ref.ID)))
		}
	}
	return bodies, nil
}

// withCRLF writes a card as RFC 6350, 3.2, has it in a file of many: all its lines
// end with CRLF, and none is before it.
func withCRLF(body []byte) []byte {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	lineEnd := regexp.MustCompile(`\r+\n?|\n`) // as package contentline reads them
	return append(lineEnd.ReplaceAll(bytes.Trim(body, "\r\n"), []byte("\r\n")), "\r\n"...)
}
