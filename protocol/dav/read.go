package dav

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"sync"

	"lockstep/core"
)

// Want is an item to read.
type Want struct {
	Name string
	// Size in bytes as a listing told it; below 0 = not known.
	Size int64
}

const (
	// mostNames and mostBytes that one multiget asks for: enough that a round trip
	// does not count, and little enough that no server gives up in the middle.
	mostNames = 50
	mostBytes = 4 << 20
)

// Read reads the bodies of items, each of which is yielded once, in any order: many
// with one multiget, several of which run at the same time, and one by one with GET
// what a multiget leaves out, calls missing, or cannot put into XML. With an error
// the Name is set. Missing and Permanent are about that item alone; an error of
// another class ends the reading, and what was not yielded was not read. version as
// for Get.
func (c *Client) Read(ctx context.Context, f Flavour, collection *url.URL, wants []Want, version string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var workers sync.WaitGroup
		defer workers.Wait()
		defer cancel()
		parts := make(chan []string)
		objects := make(chan object)
		workers.Go(func() {
			defer close(parts)
			for _, part := range portions(wants) {
				select {
				case parts <- part:
				case <-ctx.Done():
					return
				}
			}
		})
		var readers sync.WaitGroup
		for range min(c.config.MaxConnections, len(portions(wants))) {
			readers.Go(func() {
				for part := range parts {
					c.readPart(ctx, f, collection, part, version, func(o Object, err error) bool {
						select {
						case objects <- object{o, err}:
							return !stops(err)
						case <-ctx.Done():
							return false
						}
					})
				}
			})
		}
		workers.Go(func() {
			readers.Wait()
			close(objects)
		})
		for o := range objects {
			if !yield(o.Object, o.err) || stops(o.err) {
				return
			}
		}
	}
}

type object struct {
	Object
	err error
}

// portions cuts what is wanted into what is asked for at once. What is named twice
// is asked for once.
func portions(wants []Want) (out [][]string) {
	seen := map[string]bool{}
	var part []string
	size := int64(0)
	for _, w := range wants {
		if seen[w.Name] {
			continue
		}
		seen[w.Name] = true
		if len(part) > 0 && (len(part) == mostNames || size+max(w.Size, 0) > mostBytes) {
			out, part, size = append(out, part), nil, 0
		}
		part, size = append(part, w.Name), size+max(w.Size, 0)
	}
	if len(part) > 0 {
		out = append(out, part)
	}
	return out
}

// readPart reads one portion. emit returns false when no more is wanted.
func (c *Client) readPart(ctx context.Context, f Flavour, collection *url.URL, names []string, version string, emit func(Object, error) bool) {
	left := map[string]bool{}
	for _, name := range names {
		left[name] = true
	}
	stopped := false
	if len(names) > 1 && c.server.multiget(collection) {
		err := c.multiget(ctx, f, collection, names, version, func(o Object, err error) error {
			if err != nil || !left[o.Name] {
				return nil // it is asked for by itself, or was told already
			}
			delete(left, o.Name)
			if !emit(o, nil) {
				stopped = true
				return errStopped
			}
			return nil
		})
		switch refusal, is := Refused(err); {
		case stopped:
			return
		case stops(err):
			for _, name := range names { // the first of them is told
				if left[name] {
					emit(Object{Name: name}, err)
					return
				}
			}
			return
		case is && (refusal.Status == http.StatusMethodNotAllowed || refusal.Status == http.StatusNotImplemented || refusal.Has("supported-report")):
			c.server.noMultiget(collection)
		}
	}
	for _, name := range names {
		if !left[name] {
			continue
		}
		o, err := c.Get(ctx, f, collection, name, version)
		if core.ClassOf(err) == core.Missing && err != nil {
			err = missing("dav.Read", collection, name)
		}
		o.Name = name
		if !emit(o, err) {
			return
		}
	}
}

// multiget tells whether a collection is worth to be asked for many bodies at once.
func (s *server) multiget(collection *url.URL) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.without[collection.EscapedPath()]
}

func (s *server) noMultiget(collection *url.URL) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.without == nil {
		s.without = map[string]bool{}
	}
	s.without[collection.EscapedPath()] = true
}
