package webadmin

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Rename begins to move what an account has to another account, which must be
// there, and returns the task that does it. What moves: forwards (and what comes
// to the old account is forwarded to the new one), filters, delegation,
// mailboxes, their access lists, and a quota of its own is copied. What stays:
// the old account itself, aliases, address mappings, identities, contacts.
// Refused with 400: one of the two accounts is not there.
func (c *Client) Rename(ctx context.Context, from, to string) (task string, err error) {
	path, err := c.path(ctx, plain, "/users/*/rename/*", from, to)
	if err != nil {
		return "", err
	}
	what := call{op: "webadmin.Rename", thing: from, method: http.MethodPost, path: path + "?action=rename", want: []int{http.StatusCreated}}
	a, err := c.write(ctx, what)
	if err != nil {
		return "", err
	}
	var says struct {
		Task string `json:"taskId"`
	}
	if err := decode(what, a, &says); err != nil {
		return "", err
	}
	if says.Task == "" {
		return "", broken(what, &shapeError{"no task is named"}, true)
	}
	return says.Task, nil
}

// CanRename tells whether the server has the route, by a request that it
// refuses because it does not say what to do.
func (c *Client) CanRename(ctx context.Context) (bool, error) {
	_, err := c.write(ctx, call{op: "webadmin.CanRename", thing: c.base, method: http.MethodPost, path: "/users/a@localhost/rename/b@localhost",
		want: []int{http.StatusBadRequest}})
	refused, is := Refused(err)
	switch {
	case err == nil:
		return true, nil
	case NoRoute(err):
		return false, nil
	case is && refused.Status == http.StatusForbidden:
		return true, nil // a read-only password: the server, not the route, says no
	}
	return false, err
}

// Task is how far a task has come.
type Task struct {
	// Status: waiting, inProgress, completed, failed, canceled.
	Status string
	// Steps that are not done, with what became of them, in order.
	Steps []string
}

// Done tells whether the task has ended, well or not.
func (t Task) Done() bool { return t.Status != "waiting" && t.Status != "inProgress" }

// Completed tells whether it did all it was to do.
func (t Task) Completed() bool { return t.Status == "completed" }

// Await waits for the end of a task, a while at most, and tells how far it is.
// Missing: the server knows no such task (any more).
func (c *Client) Await(ctx context.Context, task string) (Task, error) {
	path, err := c.path(ctx, plain, "/tasks/*/await", task)
	if err != nil {
		return Task{}, err
	}
	// The server is to answer before it counts as silent.
	wait := max(min(c.config.Timeout/2, 30*time.Second), time.Second)
	what := call{op: "webadmin.Await", thing: task, method: http.MethodGet, path: fmt.Sprintf("%s?timeout=%ds", path, int(wait.Seconds())),
		want: []int{http.StatusOK, http.StatusRequestTimeout}}
	a, err := c.read(ctx, what)
	if err != nil {
		return Task{}, err
	}
	if a.status == http.StatusRequestTimeout {
		return Task{Status: "inProgress"}, nil
	}
	var says struct {
		Status string `json:"status"`
		More   struct {
			Steps map[string]string `json:"status"`
		} `json:"additionalInformation"`
	}
	if err := decode(what, a, &says); err != nil {
		return Task{}, err
	}
	out := Task{Status: printable(says.Status)}
	for step, status := range says.More.Steps {
		if status != "DONE" {
			out.Steps = append(out.Steps, printable(strings.TrimSuffix(step, "UsernameChangeTaskStep")+" "+strings.ToLower(status)))
		}
	}
	slices.Sort(out.Steps)
	return out, nil
}
