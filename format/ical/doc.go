// Package ical knows what the lines of a calendar object mean (RFC 5545): which
// components it holds, which UID they share, which time zones they use.
//
// A calendar object is what a server stores as one resource (RFC 4791, 4.1): all
// components of one UID, so a series with its moved and cancelled instances,
// and the time zones that they name. METHOD is no part of one; an object that
// has it (from an invitation) is accepted, and Object.Method says so. Dates,
// recurrence rules and SCHEDULE-AGENT are compared and never worked out; Ends only
// bounds when all of them are over.
//
// It keeps every byte (package contentline), does no I/O and knows no calendar
// but what stands in the body. Start with Describe and Parse; Split and Join are
// for files with many objects.
package ical
