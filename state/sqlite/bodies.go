package sqlite

import (
	"bytes"
	"cmp"
	"compress/flate"
	"crypto/sha256"
	"database/sql"
	"errors"
	"io"
	"maps"
	"slices"
)

// Base bodies of both sides are often equal, and the same body is put again
// with every change of its row: each content is stored once, with the number
// of its uses, and goes with the last of them.

// packer compresses and decompresses; it keeps its buffers, which are large.
type packer struct {
	out *flate.Writer
	in  io.ReadCloser
}

func (p *packer) pack(body []byte) ([]byte, error) {
	var to bytes.Buffer
	if p.out == nil {
		w, err := flate.NewWriter(nil, flate.DefaultCompression)
		if err != nil {
			return nil, err
		}
		p.out = w
	}
	p.out.Reset(&to)
	if _, err := p.out.Write(body); err != nil {
		return nil, err
	}
	if err := p.out.Close(); err != nil {
		return nil, err
	}
	return to.Bytes(), nil
}

// unpack returns what pack packed; nil for nil.
func (p *packer) unpack(packed []byte) ([]byte, error) {
	if packed == nil {
		return nil, nil
	}
	from := bytes.NewReader(packed)
	if p.in == nil {
		p.in = flate.NewReader(from)
	} else if err := p.in.(flate.Resetter).Reset(from, nil); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(p.in)
	if err != nil {
		return nil, damage("what is packed does not unpack: " + err.Error())
	}
	return body, nil
}

// body returns the number of a body, 0 for nil, and counts the use.
func (c *commit) body(body []byte) (int64, error) {
	if body == nil {
		return 0, nil
	}
	digest := sha256.Sum256(body)
	n, known := c.bodies[digest]
	if !known {
		var err error
		if n, err = c.storeBody(digest, body); err != nil {
			return 0, err
		}
		c.bodies[digest] = n
	}
	c.uses[n]++
	return n, nil
}

func (c *commit) storeBody(digest [sha256.Size]byte, body []byte) (int64, error) {
	var n int64
	err := c.scan("SELECT n FROM bodies WHERE digest = ?", []any{digest[:]}, &n)
	if !errors.Is(err, sql.ErrNoRows) {
		return n, err
	}
	packed, err := c.store.bodies.pack(body)
	if err != nil {
		return 0, err
	}
	done, err := c.exec("INSERT INTO bodies (digest, uses, packed) VALUES (?, 0, ?)", digest[:], packed)
	if err != nil {
		return 0, err
	}
	return done.LastInsertId()
}

// countUses writes what the commit changed in the uses of bodies and removes
// those without any. It comes last, so that a body which a row lost and got
// back is never written twice.
func (c *commit) countUses() error {
	for _, n := range slices.SortedFunc(maps.Keys(c.uses), cmp.Compare) {
		if n == 0 || c.uses[n] == 0 {
			continue
		}
		if _, err := c.exec("UPDATE bodies SET uses = uses + ? WHERE n = ?", c.uses[n], n); err != nil {
			return err
		}
	}
	for _, n := range slices.SortedFunc(maps.Keys(c.uses), cmp.Compare) {
		if _, err := c.exec("DELETE FROM bodies WHERE n = ? AND uses = 0", n); err != nil {
			return err
		}
	}
	return nil
}
