package daemon

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"
)

// Manager is the service manager that started this process: sd_notify(3).
type Manager struct {
	socket string
	// every is how often it wants to hear that the process lives; 0 = never.
	every time.Duration
}

// ManagerOf finds the service manager in the environment; nil = there is none.
func ManagerOf(getenv func(string) string, pid int) *Manager {
	socket := getenv("NOTIFY_SOCKET")
	if !strings.HasPrefix(socket, "/") && !strings.HasPrefix(socket, "@") {
		return nil
	}
	m := &Manager{socket: socket}
	micros, err := strconv.ParseInt(getenv("WATCHDOG_USEC"), 10, 64)
	if of := getenv("WATCHDOG_PID"); err == nil && micros > 0 && (of == "" || of == strconv.Itoa(pid)) {
		m.every = time.Duration(micros) * time.Microsecond / 2
	}
	return m
}

// tell sends lines; what cannot be sent is lost, as the protocol has it.
func (m *Manager) tell(lines ...string) {
	if m == nil {
		return
	}
	c, err := net.Dial("unixgram", m.socket)
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = c.Write([]byte(strings.Join(lines, "\n")))
}

// keepAlive tells that the process lives, until the context ends.
func (m *Manager) keepAlive(ctx context.Context) {
	if m == nil || m.every == 0 {
		return
	}
	tick := time.NewTicker(m.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			m.tell("WATCHDOG=1")
		}
	}
}
