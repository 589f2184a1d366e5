package dav

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// idOf is the ID of an item: the last segment of its address, escaped, without the
// extension that items have; one without that extension begins with "./", which no
// other ID does.
func (r *Replica) idOf(name string) core.ID {
	if base, is := strings.CutSuffix(name, r.config.Flavour.Extension); is && base != "" {
		return core.ID(base)
	}
	return core.ID("./" + name)
}

// nameOf is the segment of an ID. An ID that is no segment is refused: nothing that
// another program chose may lead out of the collection.
func (r *Replica) nameOf(op string, id core.ID) (string, error) {
	name, bare := strings.CutPrefix(string(id), "./")
	if !bare {
		name += r.config.Flavour.Extension
	}
	plain := wire.UnescapeSegment(name)
	if name == "" || plain == "." || plain == ".." || strings.Contains(name, "/") || wire.EscapeSegment(plain) != name || r.idOf(name) != id {
		return "", &core.Error{Op: op, Class: core.Permanent, Thing: string(id), Err: fmt.Errorf("no item can have this name")}
	}
	return name, nil
}

// longestPlain is the length, in bytes, up to which a UID names its item as it is.
const longestPlain = 100

// nameFor chooses a name for an item by its UID, where nobody else has: the UID, if it
// is plain, else what is plain of it and a digest of all of it. The digest is used
// anyway for the second name, which is for a UID whose first one is taken by another:
// some servers do not tell cases apart.
func (r *Replica) nameFor(uid core.Key, second bool) string {
	plain := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.@=", c) {
			return c
		}
		return '_'
	}, string(uid))
	if strings.HasPrefix(plain, ".") {
		plain = "_" + plain[1:]
	}
	if plain == "" || plain != string(uid) || len(plain) > longestPlain || second {
		sum := sha256.Sum256([]byte(uid))
		plain = fmt.Sprintf("%s-%x", plain[:min(len(plain), longestPlain)], sum[:8])
	}
	return plain + r.config.Flavour.Extension
}

// pathsOf gives every collection its path: its display name, or the last segment of
// its address if it has none, or if byAddress. Of several that would have one path the
// first by its address has it, and the others have their segment behind the name.
func pathsOf(all []wire.Collection, byAddress bool) []string {
	out := make([]string, len(all))
	taken := map[string]bool{}
	for i, c := range all {
		name := displayed(c.Name)
		if name == "" || byAddress || strings.Contains(name, "/") && strings.HasSuffix("/"+strings.Trim(c.URL.Path, "/"), "/"+name) { // Radicale calls one without a name by its path
			name = segmentOf(c)
		}
		if taken[name] {
			name = fmt.Sprintf("%s (%s)", name, segmentOf(c))
		}
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s %d", name, n)
		}
		taken[name] = true
		out[i] = escapePath(name)
	}
	return out
}

// segmentOf is the last segment of a collection's address, as people read it.
func segmentOf(c wire.Collection) string {
	path := strings.TrimSuffix(c.URL.EscapedPath(), "/")
	plain := wire.UnescapeSegment(path[strings.LastIndexByte(path, '/')+1:])
	if name := displayed(plain); name != "" {
		return name
	}
	return c.URL.Host
}

// displayed is a name as a path can hold it: one line without control characters.
func displayed(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, name)
	return strings.TrimSpace(name)
}

// escapePath writes a name as one element of a path (core.Collection.Path).
func escapePath(name string) string { return strings.NewReplacer("%", "%25", "/", "%2F").Replace(name) }

// nameOfPath is the display name of a path; homes have no folders.
func nameOfPath(op, path string) (string, error) {
	if strings.Contains(path, "/") || path == "" {
		return "", &core.Error{Op: op, Class: core.Permanent, Thing: path, Err: fmt.Errorf("a home has no folders within folders"), Remedy: "give it a name without /"}
	}
	return strings.NewReplacer("%2F", "/", "%25", "%").Replace(path), nil
}

// slugs are segments for the address of a new collection, by its name; the server has
// it under the first that is free.
func slugs(name string) []string {
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	base := b.String()
	base = strings.Trim(base[:min(len(base), 40)], "-")
	if base == "" {
		base = "collection"
	}
	out := []string{base}
	for n := 2; n <= 20; n++ {
		out = append(out, fmt.Sprintf("%s-%d", base, n))
	}
	return out
}
