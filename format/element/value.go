package element

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"lockstep/core"
)

// Value of an element; only the fields of its resource are set. Of an alias, a
// mapping and a forward the Key says it all.
type Value struct {
	// Password of a new user, in clear text; "" = a random one. It is part of no
	// Sum: a password that is there is never touched.
	Password string `json:"password,omitempty"`
	// Given and Family name of a contact; "" = none.
	Given  string `json:"given,omitempty"`
	Family string `json:"family,omitempty"`
	// Name of an identity.
	Name string `json:"name,omitempty"`
	// Bytes of a quota; Unlimited = no limit.
	Bytes int64 `json:"bytes,omitempty"`
}

// Unlimited is the quota without a limit; so webadmin writes it, too.
const Unlimited int64 = -1

// Body is the canonical text of a value, JSON with its fields in one order.
func (v Value) Body() []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("strings and numbers cannot fail to be encoded: " + err.Error())
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// ReadValue reads what Body wrote.
func ReadValue(r io.Reader) (v Value, err error) {
	d := json.NewDecoder(io.LimitReader(r, mostValue))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return Value{}, fmt.Errorf("not the value of an element: %w", err)
	}
	return v, nil
}

// mostValue is how long the text of a value may be, in bytes.
const mostValue = 64 << 10

// Digest is core.Traits.Digest for elements: the Sum and the size, in bytes, of
// a value without its password.
func Digest(r io.Reader) (core.Sum, int64, error) {
	v, err := ReadValue(r)
	if err != nil {
		return "", 0, err
	}
	sum, size := v.Sum()
	return sum, size, nil
}

// Sum and size of a value, as Digest tells them.
func (v Value) Sum() (core.Sum, int64) {
	v.Password = ""
	body := v.Body()
	hash := sha256.Sum256(body)
	return core.Sum(base64.RawURLEncoding.EncodeToString(hash[:16])), int64(len(body))
}

// Label of an element's value, for people: "Ann Other", "4 GiB"; "" where the
// Key says it all.
func (e Element) Label() string {
	switch e.Resource {
	case Contact:
		return strings.TrimSpace(e.Value.Given + " " + e.Value.Family)
	case Identity:
		return e.Value.Name
	case Quota:
		return PrintBytes(e.Value.Bytes)
	}
	return ""
}

// PrintBytes prints a quota in the largest unit in which it is a whole number,
// decimal or binary: so a person has written it.
func PrintBytes(n int64) string {
	if n < 0 {
		return "unlimited"
	}
	in, unit := int64(1), "B"
	for i, u := range [...][2]string{{"kB", "KiB"}, {"MB", "MiB"}, {"GB", "GiB"}, {"TB", "TiB"}} {
		for x, base := range [...]int64{1000, 1024} {
			size := base
			for range i {
				size *= base
			}
			if n > 0 && n%size == 0 {
				in, unit = size, u[x]
			}
		}
	}
	return fmt.Sprintf("%d %s", n/in, unit)
}

// Stub describes an element as both sides list it; the caller adds the ID and
// what only it knows.
func (e Element) Stub() core.Stub {
	sum, size := e.Value.Sum()
	return core.Stub{
		Ref: core.Ref{Collection: e.Resource.Collection()}, Key: e.Key(), Sum: sum, Size: size, Owner: e.Owner, Label: e.Label(),
	}
}

// Traits of kind entry.
func Traits() core.Traits {
	return core.Traits{UniqueKeys: true, Digest: Digest}
}
