package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"lockstep/config"
	"lockstep/daemon"
)

const runningFile = "running.json"

// runningJSON is what run tells status.
type runningJSON struct {
	Process   int    `json:"process"`
	Watching  int    `json:"watching"`
	Watchable int    `json:"watchable"`
	Syncing   bool   `json:"syncing,omitempty"`
	Failures  int    `json:"failures,omitempty"`
	Error     string `json:"error,omitempty"`
	Next      int64  `json:"next,omitempty"` // Unix seconds
	Why       string `json:"why,omitempty"`
}

// post writes what the link does now where status finds it. It is only told, so
// an error is no more than that.
func (k *keeper) post(s daemon.Status) {
	r := runningJSON{
		Process: os.Getpid(), Watching: s.Watching, Watchable: s.Watchable, Syncing: s.Syncing, Failures: s.Failures, Error: s.Error, Why: s.Why,
	}
	if !s.Next.IsZero() {
		r.Next = s.Next.Unix()
	}
	folder, err := k.folderOf(k.session.link)
	if err == nil {
		var text []byte
		if text, err = json.Marshal(r); err == nil {
			err = replaceFile(filepath.Join(folder, runningFile), text)
		}
	}
	if err != nil {
		k.log.Warn("status cannot be told", "link", k.session.link.Name, "error", err)
	}
}

// unpost removes it.
func (s *session) unpost() error {
	folder, err := s.folderOf(s.link)
	if err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(folder, runningFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// running is what run last told of a link, if it is the process that has it.
func (a *app) running(l *config.Link, process int) *runningJSON {
	folder, err := a.folderOf(l)
	if err != nil {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(folder, runningFile))
	var r runningJSON
	if err != nil || json.Unmarshal(text, &r) != nil || r.Process != process {
		return nil // a sync, or an older process that was killed
	}
	return &r
}

// daemonLine says what run does with a link.
func (a *app) daemonLine(r runningJSON) string {
	line := fmt.Sprintf("%d of %d sides", r.Watching, r.Watchable)
	if r.Watchable == 0 {
		line = "neither side tells when it changes"
	}
	wait := time.Unix(r.Next, 0).Sub(a.sys.Now()).Round(time.Second)
	switch {
	case r.Syncing:
		line += "; at work"
	case r.Next != 0 && wait > 0:
		line += fmt.Sprintf("; next look in %s (%s)", wait, r.Why)
	}
	if r.Failures > 0 {
		line += fmt.Sprintf("; failed %s in a row: %s", plural(r.Failures, "time"), safe(r.Error))
	}
	return line
}
