// Package webadmin is a client of the webadmin REST interface of Apache James
// and of TMail: domains, users, mappings, quotas, contacts and identities.
//
// A Client makes one request for each call and returns typed values. Every
// error is a *core.Error whose class comes from one table (errors.go). Reads
// that meet a busy server or a connection that broke are tried again here, a
// few times; a write is sent once, and one whose answer is lost is an error of
// class Unknown. A list is complete or an error: an array that does not end is
// never a short list, and a 404 counts as "there is none" only if James says
// so about a route that it has.
//
// It never follows a redirect, never speaks to a server whose certificate is
// not verified, never puts a secret into an error, never reads an answer
// without a bound, and never sends a name that could change the path around it.
//
// Start with New (client.go), then request.go. What webadmin does not say
// itself was tried on James 3.8 and is noted beside the call.
package webadmin
