package program

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick of the kernel's processor times in /proc: 10 ms on every Linux that Go
// knows.
const tick = 10 * time.Millisecond

// Processor time that processes used up to now, without their children. They are
// named by the files with their process IDs.
func Processor(pidFiles ...string) (sum time.Duration, err error) {
	for _, file := range pidFiles {
		pid, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		name := filepath.Join("/proc", strings.TrimSpace(string(pid)), "stat")
		stat, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		// The name in brackets may hold spaces; what follows is state, parent, ...
		f := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(f) < 13 {
			return 0, fmt.Errorf("%s has %d fields", name, len(f))
		}
		for _, n := range f[11:13] { // utime and stime
			t, err := strconv.ParseInt(n, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", name, err)
			}
			sum += time.Duration(t) * tick
		}
	}
	return sum, nil
}
