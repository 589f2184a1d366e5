package core

import (
	"crypto/sha256"
	"fmt"
)

// ImpliedKey is the Key of an item whose body bears none though its kind needs one: a
// UUID (RFC 9562, section 5.8) made of its handle, so that it is the same in every look,
// as long as the item stays where it is.
func ImpliedKey(r Ref) Key {
	sum := sha256.Sum256([]byte(string(r.Collection) + "\x00" + string(r.ID)))
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x80 // version 8: made by a rule of our own
	u[8] = u[8]&0x3f | 0x80 // variant
	return Key(fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:]))
}
