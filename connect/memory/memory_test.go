package memory_test

import (
	"fmt"
	"hash/fnv"
	"io"
	"testing"

	"lockstep/connect/memory"
	"lockstep/core"
	"lockstep/replicatest"
)

func digest(b []byte) core.Sum {
	h := fnv.New64a()
	h.Write(b)
	return core.Sum(fmt.Sprintf("%x", h.Sum64()))
}

// peer edits a memory server behind the replica's back.
type peer struct{ *memory.Server }

func (p peer) Open(*testing.T) core.Replica { return memory.Open(p.Server) }
func (p peer) Add(_ *testing.T, path string, body []byte, key core.Key, marks core.Marks) {
	p.Server.Add(core.CollectionID(path), memory.Message{Body: body, Key: key, Marks: marks})
}
func (p peer) Remove(_ *testing.T, ref core.Ref) { p.Server.Remove(ref) }
func (p peer) Move(_ *testing.T, ref core.Ref, path string) {
	p.Server.Move(ref, core.CollectionID(path))
}
func (p peer) Mark(_ *testing.T, ref core.Ref, m core.Marks) { p.Server.Mark(ref, m) }
func (p peer) Edit(_ *testing.T, ref core.Ref, body []byte)  { p.Server.Edit(ref, body) }

func (p peer) PutColour(_ *testing.T, path, text string) {
	p.Server.Paint(core.CollectionID(path), text)
}
func (p peer) Colour(_ *testing.T, path string) string {
	return p.Server.Colour(core.CollectionID(path))
}
func (p peer) RefuseColours(*testing.T) {
	p.Shape.Paints = func(string) (string, error) {
		return "", core.Errorf("test.SetColor", core.Permanent, "no colours here")
	}
}

// ordered is a peer whose collections can be replaced.
type ordered struct{ peer }

func (p ordered) Rebirth(_ *testing.T, path string) {
	p.Server.Rebirth(core.CollectionID(path), func(int, func(i, j int)) {}, nil)
}

func TestConformance(t *testing.T) {
	shapes := map[string]memory.Shape{
		"mail":   {Ops: core.Operations{Create: core.Blind, Mark: core.Commutative, Move: core.Checked, Delete: core.Checked}, Ordered: true, Deltas: true, Exact: true},
		"told":   {Ops: core.Operations{Create: core.Blind, Mark: core.Commutative, Move: core.Checked, Place: core.Blind, Delete: core.Checked}, Ordered: true, TellsID: true, Page: 2},
		"labels": {Ops: core.Operations{Create: core.Blind, Mark: core.Commutative, Move: core.Checked, Place: core.Commutative, Delete: core.Commutative, Shared: true}, OneFeed: true, Deltas: true, TellsID: true},
		"dav":    {Ops: core.Operations{Create: core.Checked, Update: core.Checked, Delete: core.Checked}, UniqueKeys: true, TellsRev: true, Deltas: true, TellsID: true},
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			shape.Digest = digest
			replicatest.Run(t, replicatest.Harness{
				New: func(*testing.T) replicatest.Peer {
					s := memory.NewServer("m", shape)
					for _, path := range []string{"a", "b"} {
						s.AddFolder(path, core.RoleNone, core.Vocabulary{Marks: core.NewMarks(core.Seen, core.Flagged), Any: true})
					}
					if shape.Ordered {
						return ordered{peer{s}}
					}
					return peer{s}
				},
				Traits: core.Traits{UniqueKeys: shape.UniqueKeys, Digest: func(r io.Reader) (core.Sum, int64, error) {
					b, err := io.ReadAll(r)
					return digest(b), int64(len(b)), err
				}},
				Paths: [2]string{"a", "b"},
				Item: func(n int) ([]byte, core.Key) {
					return []byte(fmt.Sprintf("body %d", n)), core.Key(fmt.Sprint("key", n%100))
				},
				Marks: []string{core.Seen, core.Flagged, "work"},
			})
		})
	}
}
