package webadmin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

const (
	// mostList is how long a list may be, in bytes, and mostElements how many
	// elements it may have: ten times what a hundred thousand users make.
	mostList     = 512 << 20
	mostElements = 5_000_000
	// mostElement is how long one element may be, in bytes.
	mostElement = 64 << 10
)

// decoder reads a long JSON body element by element.
type decoder struct {
	json  *json.Decoder
	bound *bound
	count int
}

// bound limits what may be read: in all, and until the next element.
type bound struct {
	from      io.Reader
	all, next int64
}

func (b *bound) Read(p []byte) (int, error) {
	if b.all <= 0 {
		return 0, &shapeError{fmt.Sprintf("the list is longer than %d bytes", int64(mostList))}
	}
	if b.next <= 0 {
		return 0, &shapeError{fmt.Sprintf("an element of the list is longer than %d bytes", mostElement)}
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.all, b.next)])
	b.all -= int64(n)
	b.next -= int64(n)
	return n, err
}

func newDecoder(r io.Reader) *decoder {
	b := &bound{from: r, all: mostList, next: mostElement}
	return &decoder{json: json.NewDecoder(b), bound: b}
}

// array reads a JSON array to its end and calls each for every element.
func array[T any](d *decoder, each func(T) error) error {
	if err := d.open('['); err != nil {
		return err
	}
	for d.json.More() {
		if err := d.element(); err != nil {
			return err
		}
		var v T
		if err := d.json.Decode(&v); err != nil {
			return d.wrong(err)
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return d.close()
}

// object reads a JSON object to its end; each reads the value of a name.
func (d *decoder) object(each func(name string) error) error {
	if err := d.open('{'); err != nil {
		return err
	}
	for d.json.More() {
		if err := d.element(); err != nil {
			return err
		}
		token, err := d.json.Token()
		if err != nil {
			return d.wrong(err)
		}
		name, ok := token.(string)
		if !ok {
			return d.wrong(nil)
		}
		if err := each(name); err != nil {
			return err
		}
	}
	return d.close()
}

// end makes sure that nothing follows: an answer that goes on is not understood.
func (d *decoder) end() error {
	d.bound.next = mostElement
	_, err := d.json.Token()
	if err == io.EOF {
		return nil
	}
	return d.wrong(err)
}

func (d *decoder) open(delim json.Delim) error {
	token, err := d.json.Token()
	if err != nil {
		return d.wrong(err)
	}
	if token != delim {
		return &shapeError{"the answer is another sort of JSON than webadmin sends"}
	}
	return nil
}

func (d *decoder) close() error {
	d.bound.next = mostElement
	if _, err := d.json.Token(); err != nil {
		return d.wrong(err)
	}
	return nil
}

func (d *decoder) element() error {
	if d.count++; d.count > mostElements {
		return &shapeError{fmt.Sprintf("the list has more than %d elements", mostElements)}
	}
	d.bound.next = mostElement
	return nil
}

// wrong tells a body that was cut off, which may be whole the next time, from
// one that is something else.
func (d *decoder) wrong(err error) error {
	var shape *shapeError
	switch {
	case errors.As(err, &shape):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the answer ends in the middle")
	}
	return &shapeError{"the answer is another sort of JSON than webadmin sends"}
}

// decode reads a short body.
func decode(what call, a answer, into any) error {
	if err := json.Unmarshal(a.body, into); err != nil {
		return broken(what, &shapeError{"the answer is another sort of JSON than webadmin sends"}, true)
	}
	return nil
}
