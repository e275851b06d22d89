// Package logto is a typed client of Logto's Management API, cut down to what
// account settings need.
//
// Logto knows one permission for the whole Management API: whoever holds it can
// do anything to anybody. Two layers keep that power in bounds. Every method
// takes the id of the user it acts on, and a guard directly above the network
// lets a request through only if it is one of the endpoints listed in
// endpoints.go and if every user it names is the subject that authentication
// put into the request's context (see [WithSubject]).
//
// The client does not retry, with one exception: a management token that Logto
// refuses is replaced once, and the call repeated once. (The Transport of
// package upstream repeats what only reads.) It follows no redirects, so that
// the token never reaches another host.
//
// What must never be shown is never decoded: the values of personal access
// tokens (except in the answer that creates one), session cookies, the
// configuration of connectors, password digests.
package logto
