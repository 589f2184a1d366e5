package webadmind

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// task is a rename, which is done at once unless HoldTasks was called.
type task struct {
	id        string
	what      renaming
	state     string // waiting, completed, failed, canceled
	steps     map[string]string
	submitted time.Time
	ended     time.Time
	end       chan struct{} // closed when it has ended
}

func (s *Server) newTask(what renaming) *task {
	t := &task{id: s.uuid(), what: what, state: "waiting", steps: map[string]string{}, submitted: s.opt.Now(), end: make(chan struct{})}
	for _, x := range s.steps() {
		t.steps[x.name] = "WAITING"
	}
	s.tasks[t.id] = t
	if s.held == nil {
		s.finish(t)
	}
	return t
}

func (s *Server) finish(t *task) {
	s.by = "task"
	var fine bool
	t.steps, fine = s.run(t.what)
	t.state, t.ended = "completed", s.opt.Now()
	if !fine {
		t.state = "failed"
	}
	close(t.end)
}

// HoldTasks lets tasks that are started from now on wait until ReleaseTasks.
func (s *Server) HoldTasks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held = make(chan struct{})
	}
}

// ReleaseTasks runs the tasks that wait, in the order of their start.
func (s *Server) ReleaseTasks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = nil
	for _, id := range sortedKeys(s.tasks) { // IDs are in order
		if t := s.tasks[id]; t.state == "waiting" {
			s.finish(t)
		}
	}
}

// details of a task, as the routes tell them.
func (t *task) details() map[string]any {
	stamp := func(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000-0700") }
	d := map[string]any{
		"taskId": t.id, "type": "UsernameChangeTask", "status": t.state,
		"submittedFrom": "webadmind", "executedOn": nil, "cancelledFrom": nil, "submitDate": stamp(t.submitted),
		"additionalInformation": map[string]any{
			"type": "UsernameChangeTask", "oldUser": t.what.from, "newUser": t.what.to, "status": t.steps,
			"fromStep": nil, "timestamp": t.submitted.UTC().Format(time.RFC3339Nano),
		},
	}
	if t.what.firstStep != "" {
		d["additionalInformation"].(map[string]any)["fromStep"] = t.what.firstStep
	}
	if t.state == "completed" || t.state == "failed" {
		d["executedOn"], d["startedDate"], d[t.state+"Date"] = "webadmind", stamp(t.submitted), stamp(t.ended)
	}
	return d
}

// task of a path; nil = there is none.
func (s *Server) task(r *request) (*task, *answer) {
	if !isUUID(r.params[0]) {
		return nil, failed(http.StatusBadRequest, invalidArgument, "Invalid task id", "Invalid UUID string: "+r.params[0])
	}
	return s.tasks[r.params[0]], nil
}

func (s *Server) getTask(r *request) *answer {
	t, a := s.task(r)
	switch {
	case a != nil:
		return a
	case t == nil:
		return failed(http.StatusNotFound, notFound, r.params[0]+" can not be found", "")
	}
	return ok(t.details())
}

// awaitTask answers when the task has ended, or 408 after the timeout.
func (s *Server) awaitTask(r *request) *answer {
	t, a := s.task(r)
	if a != nil {
		return a
	}
	timeout, err := duration(r.query.Get("timeout"))
	switch {
	case err != nil:
		return failed(http.StatusBadRequest, invalidArgument, "Invalid timeout", err.Error())
	case t == nil:
		return failed(http.StatusNotFound, serverError, "The taskId is not found", "")
	}
	return &answer{then: func() *answer {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		select {
		case <-t.end:
		case <-r.closed:
		case <-s.quit:
		case <-timer.C:
			return failed(http.StatusRequestTimeout, serverError, "The timeout has been reached", "")
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return ok(t.details())
	}}
}

// mostWait is how long a request may wait for a task; longer is refused.
const mostWait = 365 * 24 * time.Hour

// duration reads "10", in seconds, or a number with a unit; "" is mostWait.
func duration(text string) (time.Duration, error) {
	if text == "" {
		return mostWait, nil
	}
	at := strings.LastIndexAny(text, "0123456789") + 1
	n, err := strconv.Atoi(text[:at])
	unit, known := map[string]time.Duration{"": time.Second, "s": time.Second, "ms": time.Millisecond, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[strings.TrimSpace(text[at:])]
	switch {
	case err != nil || !known:
		return 0, fmt.Errorf("%q is no number with a unit", text)
	case time.Duration(n) > mostWait/unit:
		return 0, fmt.Errorf("%q exceeds 365 days", text)
	}
	return time.Duration(n) * unit, nil
}

func (s *Server) listTasks(r *request) *answer {
	want := r.query.Get("status")
	if r.query.Has("status") && !slices.Contains([]string{"waiting", "inProgress", "completed", "failed", "canceled"}, want) {
		return failed(http.StatusBadRequest, invalidArgument, "Invalid status query parameter", "Unknown status value '"+want+"'")
	}
	out := []map[string]any{}
	for _, id := range sortedKeys(s.tasks) {
		if t := s.tasks[id]; want == "" || t.state == want {
			out = append(out, t.details())
		}
	}
	return ok(out)
}

// cancelTask answers 204 whether or not there is such a task.
func (s *Server) cancelTask(r *request) *answer {
	t, a := s.task(r)
	if a != nil {
		return a
	}
	if t != nil && t.state == "waiting" {
		t.state, t.ended = "canceled", s.opt.Now()
		close(t.end)
	}
	return done()
}
