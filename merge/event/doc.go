// Package event merges calendar objects: an event, or a series with its changed
// instances, or a task.
//
// What it says hangs together (the end belongs to the start, the exceptions to
// the rule), so it is one property, "event":
//
//   - One side changed it: the other gets the whole object.
//   - Both changed it alike: nothing is written.
//   - Both changed it differently: a collision. Each side keeps its own, and a
//     person decides. SEQUENCE decides nothing: programs count it differently.
//
// Some lines are about somebody else than the event and merge by themselves, for
// each instance, as parts of it; a change of the event leaves those of the other
// side as they are:
//
//   - the answer of each attendee (PARTSTAT), so that two people can accept, or
//     one accept while the organizer moves the event;
//   - the alarms (all VALARMs of an instance);
//   - each attachment that the object holds itself (ATTACH in base64), for which
//     a server may have no room;
//   - each X- property by its name, which many servers drop.
//
// What is compared, and what means nothing, is told by ical.Canonical. Nothing is
// added that would send mail: SCHEDULE-AGENT and METHOD stay as they are. It does
// no I/O. Start with Format.
package event
