package daemon

import (
	"errors"
	"time"

	"lockstep/core"
)

const (
	// firstWait after a failure, which doubles up to mostWait.
	firstWait = 2 * time.Second
	mostWait  = 5 * time.Minute
	// loginWait after a refused login: trying often locks accounts.
	loginWait = 15 * time.Minute
)

// patience is how long to wait after a number of failures in a row, at most every
// (but for a login, and where the server names a time).
func (d *Daemon) patience(failures int, err error, every time.Duration) time.Duration {
	if core.ClassOf(err) == core.Auth && err != nil {
		return loginWait
	}
	wait := mostWait
	if failures < 9 {
		wait = min(firstWait<<(failures-1), mostWait)
	}
	wait = min(wait, max(every, firstWait))
	wait = wait/2 + time.Duration(d.Jitter()*float64(wait)/2)
	var asked *core.Error
	if errors.As(err, &asked) && asked.RetryAfter > wait {
		return asked.RetryAfter
	}
	return wait
}
