package statetest

import (
	"fmt"
	"reflect"
	"testing"

	"lockstep/core"
)

// filled returns a value with something in every field, however deep, and
// nothing twice: a field that is new in the contract is tested without a
// change here. seed makes different values.
func filled[T any](seed int) T {
	var v T
	n := seed * 1000
	fill(reflect.ValueOf(&v).Elem(), &n)
	return v
}

func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		if v.Type() == reflect.TypeFor[core.Side]() {
			v.SetInt(int64(core.Right))
			return
		}
		v.SetInt(int64(*n))
	case reflect.Uint64:
		v.SetUint(1<<63 + uint64(*n)) // a position may use all bits
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(fmt.Appendf(nil, "body %d", *n))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, n)
			fill(value, n)
			v.SetMapIndex(key, value)
		}
	default:
		panic(fmt.Sprintf("statetest cannot fill a %s", v.Type()))
	}
}

// alone returns one value for each field, however deep, in which only that
// field is set: what a store mixes up, or takes for another, shows.
func alone[T any]() []T {
	for out := []T(nil); ; {
		var v T
		left := len(out)
		if !fillOne(reflect.ValueOf(&v).Elem(), &left) {
			return out
		}
		out = append(out, v)
	}
}

// fillOne fills the field that so many others come before.
func fillOne(v reflect.Value, left *int) bool {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if fillOne(v.Field(i), left) {
				return true
			}
		}
		return false
	case reflect.Array:
		for i := range v.Len() {
			if fillOne(v.Index(i), left) {
				return true
			}
		}
		return false
	}
	if *left--; *left != -1 {
		return false
	}
	n := 0
	fill(v, &n)
	return true
}

// tidy returns a copy in which empty lists, maps and bodies are nil.
func tidy[T any](v T) T {
	return tidied(reflect.ValueOf(&v).Elem()).Interface().(T)
}

func tidied(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(tidied(v.Field(i)))
		}
	case reflect.Array:
		for i := range v.Len() {
			out.Index(i).Set(tidied(v.Index(i)))
		}
	case reflect.Slice:
		for i := range v.Len() {
			out.Set(reflect.Append(out, tidied(v.Index(i))))
		}
	case reflect.Map:
		if v.Len() == 0 {
			return out
		}
		out.Set(reflect.MakeMap(v.Type()))
		for at := v.MapRange(); at.Next(); {
			out.SetMapIndex(at.Key(), tidied(at.Value()))
		}
	default:
		return v
	}
	return out
}

// equal fails the test where two values differ.
func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if got, want := tidy(got), tidy(want); !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n got %#v\nwant %#v", what, got, want)
	}
}

// row is a row with something in every field and both sides bound.
func row(n int64) core.Row {
	r := filled[core.Row](int(n))
	r.N = n
	for x := range r.Side {
		r.Side[x].None = false
	}
	return r
}

// pair is a small row: n on the left, n on the right, in two collections.
func pair(n int64, left, right core.CollectionID) core.Row {
	r := core.Row{N: n, Key: core.Key(fmt.Sprintf("key-%d", n)), Origin: core.Ours}
	for x, c := range [2]core.CollectionID{left, right} {
		r.Side[x] = core.Bound{Ref: core.Ref{Collection: c, ID: core.ID(fmt.Sprintf("%s-%05d", core.Side(x), n))}, Place: c}
	}
	return r
}

func refsOf(x core.Side, rows ...core.Row) []core.Ref {
	var out []core.Ref
	for _, r := range rows {
		out = append(out, r.Side[x].Ref)
	}
	return out
}

func numbersOf(rows []core.Row) []int64 {
	var out []int64
	for _, r := range rows {
		out = append(out, r.N)
	}
	return out
}
