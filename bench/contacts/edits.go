package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
)

// edited is how many cards are edited on each side.
const edited = 3

// edit edits some cards in the vdir and as many others on the server, as other
// programs do, and returns what both sides must hold then.
func (c *chain) edit(ctx context.Context) (snapshot, error) {
	after := maps.Clone(c.want)
	chosen := spread(c.want.uids(), 2*edited)
	change := func(n int, old []byte) ([]byte, error) {
		now, err := withNumber(old, fmt.Sprintf("+49 30 55512%02d", n))
		if err != nil {
			return nil, err
		}
		was, err := says(old)
		if err != nil {
			return nil, err
		}
		is, err := says(now)
		if after[was]--; after[was] == 0 {
			delete(after, was)
		}
		after[is]++
		return now, err
	}
	near, err := files(c.vdir)
	if err != nil {
		return nil, err
	}
	far, err := files(c.bench.server.book(c.book()))
	if err != nil {
		return nil, err
	}
	for n, uid := range chosen {
		body := func(old []byte) ([]byte, error) { return change(n, old) }
		if n%2 == 0 {
			err = editFile(filepath.Join(c.vdir, near[uid]), body)
		} else {
			err = c.server().editCard(ctx, c.book().path()+url.PathEscape(far[uid]), body)
		}
		if err != nil {
			return nil, err
		}
	}
	return after, nil
}

// withNumber is a card with one more telephone number.
func withNumber(body []byte, number string) ([]byte, error) {
	at := bytes.LastIndex(body, []byte("END:VCARD"))
	if at < 0 {
		return nil, fmt.Errorf("a card has no end: %q", body)
	}
	end := "\n" // vdirsyncer writes LF into the vdir if the server does
	if bytes.Contains(body, []byte("\r\n")) {
		end = "\r\n"
	}
	return []byte(string(body[:at]) + "TEL;TYPE=PAGER:" + number + end + string(body[at:])), nil
}

// editFile replaces a file in one step.
func editFile(path string, change func([]byte) ([]byte, error)) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	now, err := change(old)
	if err != nil {
		return err
	}
	beside := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".tmp")
	if err := os.WriteFile(beside, now, 0o600); err != nil {
		return err
	}
	return os.Rename(beside, path)
}

// editCard reads a card, and writes it.
func (c client) editCard(ctx context.Context, path string, change func([]byte) ([]byte, error)) error {
	var old []byte
	if _, err := c.do(ctx, http.MethodGet, path, nil, nil, func(r io.Reader) (err error) {
		old, err = io.ReadAll(r)
		return err
	}); err != nil {
		return err
	}
	now, err := change(old)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, http.MethodPut, path, http.Header{"Content-Type": {"text/vcard; charset=utf-8"}}, now, nil)
	return err
}

// spread picks n things, evenly over all.
func spread[T any](all []T, n int) (out []T) {
	for i := range n {
		out = append(out, all[i*len(all)/n])
	}
	return out
}
