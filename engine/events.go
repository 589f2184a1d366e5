package engine

import "lockstep/core"

// Event is one thing that happened in a pass. The same stream feeds progress
// bar, JSON, log and metrics.
type Event struct {
	Type EventType `json:"type"`
	Link string    `json:"link"`
	Run  string    `json:"run"`
	Side core.Side `json:"side"`
	// Path of the collection concerned.
	Path string `json:"path,omitempty"`
	// Count of items listed, planned or done; Total that there are to do.
	Count int `json:"count,omitempty"`
	Total int `json:"total,omitempty"`
	// Bytes of bodies moved by this step.
	Bytes int64      `json:"bytes,omitempty"`
	Step  *core.Step `json:"step,omitempty"`
	// Plan that is carried out next, of all or of a part (Count steps were
	// planned before it); only to look at, and only in the event.
	Plan *core.Plan `json:"-"`
	// Folder is a change of the list of collections that was tried.
	Folder *core.CollectionStep `json:"folder,omitempty"`
	Note   *core.Note           `json:"note,omitempty"`
	Error  string               `json:"error,omitempty"`
}

// EventType says what happened.
type EventType string

const (
	EventStarted  EventType = "started"
	EventListed   EventType = "listed"
	EventLearning EventType = "learning"
	EventPlanned  EventType = "planned"
	EventDone     EventType = "step"
	EventFolder   EventType = "folder"
	EventParked   EventType = "parked"
	EventRetry    EventType = "retry"
	EventEnded    EventType = "ended"
)

func (p *pass) emit(e Event) {
	if p.engine.Emit == nil {
		return
	}
	e.Link, e.Run = p.link.Name, p.run
	p.emitting.Lock()
	defer p.emitting.Unlock()
	p.engine.Emit(e)
}
